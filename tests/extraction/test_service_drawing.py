"""Pages are drawn behind the wall as a person would see them."""

import io
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np
import pytest
from PIL import Image

from apps.base.errors import Unreadable
from apps.extraction import drawing
from apps.extraction.engines import Pixels
from apps.extraction.layers import CHARACTER
from apps.extraction.witnesses import Witnesses
from apps.intake import jail
from tests.base.locks import PATIENCE
from tests.intake import files
from tests.victims import kill_when_seen

TURNED_BY_CAMERA = 6  # Exif: turn a quarter clockwise to see it upright
ORIENTATION = 0x0112


def drawn(content: bytes, media_type: str) -> list[Pixels]:
    pages = list(drawing.draw(io.BytesIO(content), media_type))
    assert [number for number, _ in pages] == list(range(1, len(pages) + 1))
    return [pixels for _, pixels in pages]


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def test_a_pdf_is_drawn_page_by_page_at_two_hundred_dots_an_inch():
    pages = drawn(files.pdf_of_widths(72, 144), "application/pdf")
    assert [page.shape for page in pages] == [(278, 200, 3), (278, 400, 3)]
    assert all((page == 255).all() for page in pages)


def test_every_frame_of_a_scan_is_a_page():
    assert [page.shape[1] for page in drawn(files.tiff_of_widths(10, 20), "image/tiff")] == [10, 20]


def test_a_photo_is_turned_as_the_camera_says():
    image = Image.new("RGB", (40, 20), "white")
    image.paste("black", (0, 0, 20, 20))  # the left half, which is the upper half upright
    exif = image.getexif()
    exif[ORIENTATION] = TURNED_BY_CAMERA
    [page] = drawn(saved(image, "JPEG", exif=exif, quality=95), "image/jpeg")
    assert page.shape == (40, 20, 3)
    assert page[5].mean() < 30 < 225 < page[35].mean()


def test_what_is_transparent_lies_on_white_paper():
    image = Image.new("RGBA", (10, 10), (0, 0, 0, 0))
    [page] = drawn(saved(image, "PNG"), "image/png")
    assert (page == 255).all()


def test_a_picture_of_sixteen_bits_keeps_its_shades():
    shades = np.linspace(0, 65_535, 256).astype(np.uint16).reshape(16, 16)
    [page] = drawn(saved(Image.fromarray(shades), "PNG"), "image/png")
    assert page[0, 0].max() < 5 < 250 < page[-1, -1].min()


def test_a_photo_of_a_telephone_is_drawn():
    [page] = drawn(files.heic(), "image/heic")
    assert page.shape == (48, 64, 3)


def test_what_cannot_be_drawn_is_told_in_a_sentence():
    with pytest.raises(Unreadable, match="Print the file to a new PDF"):
        drawn(b"%PDF-1.7 nonsense", "application/pdf")


HEAD = {"number": 1, "width": 2, "height": 2}
ASIDE = b'{"codes":[]}'
LETTER = np.array([(ord("A"), 1, 1, 2, 2, 0)], CHARACTER).tobytes()


def page(told: bytes = b"", said: bytes = ASIDE, **head: object) -> bytes:
    """A page as an honest painter would send it, but for what a test says."""
    sizes = {"layer": len(told), "aside": len(said), **head}
    return json.dumps({**HEAD, **sizes}).encode() + b"\n" + bytes(12) + told + said


@pytest.mark.parametrize(
    "lie",
    [
        b"nonsense\n",
        b"{}\n",
        b"[]\n",
        page(width=10**9, height=10**9),
        page(width=0),
        page(width=-2, height=-2),
        page(width="2"),
        json.dumps(HEAD).encode() + b"\n" + bytes(11),
        b"x" * 1000,
        b"[" * 190 + b"\n",
        page(layer=-1),
        page(layer="1"),
        page(layer=10**9),
        page(aside=10**9),
        page(LETTER[:-1]),
        page()[:-1],
        page(said=b""),
        page(said=b"nonsense"),
        page(said=b"{}"),
        page(said=b"[" * 100_000),
    ],
)
def test_a_painter_that_was_taken_over_is_not_believed(monkeypatch, lie):
    @contextmanager
    def lying(*_, **__):
        yield io.BytesIO(lie)

    monkeypatch.setattr(jail, "fed", lying)
    with pytest.raises(Unreadable):
        list(drawing.draw(io.BytesIO(), "application/pdf"))


class Endless(io.BytesIO):
    """A pipe that would give whatever is asked for."""

    def read(self, size: int | None = -1) -> bytes:
        assert size is not None
        assert 0 <= size < 100_000_000, "nobody may ask for so much"
        return super().read(size)


@pytest.mark.parametrize("size", [-1, 10**9])
@pytest.mark.parametrize("part", ["layer", "aside"])
def test_a_painter_cannot_make_us_fetch_without_an_end(monkeypatch, part, size):
    @contextmanager
    def lying(*_, **__):
        yield Endless(page(**{part: size}))

    monkeypatch.setattr(jail, "fed", lying)
    with pytest.raises(Unreadable):
        list(drawing.draw(io.BytesIO(), "application/pdf"))


def test_what_a_page_says_is_heard_before_it_is_seen(monkeypatch):
    @contextmanager
    def painting(*_, **__):
        yield io.BytesIO(page(LETTER) + page(said=b'{"codes":["a code"],"refused":true}'))

    heard: list[Witnesses] = []
    monkeypatch.setattr(jail, "fed", painting)
    pages = drawing.draw(io.BytesIO(), "application/pdf", hear=heard.append)
    next(pages)
    [first] = heard
    assert [word.text for layer in first.layers for word in layer.words()] == ["A"]
    next(pages)
    assert (heard[1].codes, heard[1].refused, heard[1].layers) == (["a code"], True, [])


@pytest.mark.parametrize("pages", [3, 4])
def test_as_many_pages_are_drawn_as_were_let_in_and_no_more(monkeypatch, settings, pages):
    settings.MOST_PAGES = 3

    @contextmanager
    def painting(*_, **__):
        yield io.BytesIO(page() * pages)

    monkeypatch.setattr(jail, "fed", painting)
    if pages > settings.MOST_PAGES:
        with pytest.raises(Unreadable):
            drawn(b"", "application/pdf")
    else:
        assert len(drawn(b"", "application/pdf")) == pages


def test_a_kept_page_looks_like_the_drawn_one():
    pixels = (
        np.random.default_rng(1).integers(0, 255, (8, 8, 3), np.uint8).repeat(8, 0).repeat(8, 1)
    )
    again = drawing.decode(drawing.encode(pixels))
    assert again.shape == pixels.shape
    assert np.abs(again.astype(int) - pixels).mean() < 8


def test_nothing_but_our_own_images_is_decoded():
    with pytest.raises(OSError, match="cannot identify"):
        drawing.decode(saved(Image.new("RGB", (4, 4)), "PNG"))


def test_the_next_page_is_fetched_while_the_present_one_is_worked_on():
    fetched = threading.Event()

    def pages():
        yield 1, "first"
        fetched.set()
        yield 2, "second"

    with ThreadPoolExecutor(1) as beside:
        coming = drawing.ahead(pages(), beside)
        assert next(coming) == (1, "first")
        assert fetched.wait(PATIENCE)  # nobody has asked for the second yet
        assert list(coming) == [(2, "second")]


def test_a_page_that_cannot_be_fetched_ahead_is_told_in_its_turn():
    def pages():
        yield 1, "first"
        raise Unreadable(drawing.NOT_DRAWN)

    with ThreadPoolExecutor(1) as beside:
        coming = drawing.ahead(pages(), beside)
        assert next(coming) == (1, "first")
        with pytest.raises(Unreadable):
            next(coming)


def test_a_program_that_is_killed_in_mid_page_is_no_fault_of_the_document():
    """Half a page is no page, and no reason to tell the sender that the file is bad."""
    pages = drawing.draw(io.BytesIO(files.pdf_of_widths(*[1400] * 8)), "application/pdf")
    assert next(pages)[0] == 1
    kill_when_seen(drawing.RENDER)
    with pytest.raises(jail.Killed):
        list(pages)
