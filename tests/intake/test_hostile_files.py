"""Hostile and broken files before the real decoders, behind the real wall."""

import io
import json
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

import pikepdf
import pytest
from django.conf import settings
from PIL import Image

from apps.base.errors import Unreadable
from apps.extraction import drawing
from apps.intake import checks, jail
from apps.intake.checks import CHOOSE, INSPECT
from apps.intake.jail import Limits
from apps.intake.jailed import carried
from apps.intake.screening import Refusal, Refused
from tests.intake import files
from tests.papers import image, tiff

PDF, PNG, TIFF, HEIC = "application/pdf", "image/png", "image/tiff", "image/heic"

SEEN: dict[str, tuple[Callable[[], bytes], str, Any]] = {
    # what it is                      how it is made                    type  what is said of it
    "a page":                         (files.pdf,                        PDF,  1),
    "300 pages":                      (lambda: files.pdf(300),           PDF,  300),
    "301 pages":                      (lambda: files.pdf(301),           PDF,  "too_many_pages"),
    "no page":                        (lambda: files.pdf(0),             PDF,  "damaged"),
    "a PDF under a password":         (files.locked_pdf,                 PDF,  "locked"),
    "half a PDF":                     (lambda: half(files.pdf(3)),       PDF,  "damaged"),
    "a header and nonsense":          (lambda: b"%PDF-1.7" + b"?" * 99,  PDF,  "damaged"),
    "a PDF that is an archive":       (files.polyglot,                   PDF,  1),
    "a page of a million points":     (lambda: files.pdf(size=(1e6, 1e6)), PDF, 1),
    "contents of four gigabytes":     (files.bomb_pdf,                   PDF,  1),
    "a picture":                      (lambda: image("PNG"),             PNG,  1),
    "half a picture":                 (lambda: half(image("PNG")),       PNG,  "damaged"),
    "a picture of 2 500 megapixels":  (lambda: files.huge_png(50_000, 50_000), PNG,
                                       "too_many_pixels"),
    "a picture just too large":       (lambda: files.huge_png(50_001, 1_000), PNG,
                                       "too_many_pixels"),
    "a PDF that says it is a PNG":    (files.pdf,                        PNG,  "damaged"),
    "three scans in one file":        (lambda: tiff(3),                  TIFF, 3),
    "301 scans in one file":          (lambda: files.tiff_of_widths(*[9] * 301), TIFF,
                                       "too_many_pages"),
    "half a scan":                    (lambda: half(tiff(1)),            TIFF, "damaged"),
    "a photo of a telephone":         (files.heic,                       HEIC, 1),
    "half a photo of a telephone":    (lambda: half(files.heic()),       HEIC, "damaged"),
}  # fmt: skip


def half(content: bytes) -> bytes:
    return content[: len(content) // 2]


@pytest.mark.parametrize("what", SEEN)
def test_the_real_decoder_says_what_a_file_is(what):
    make, kind, expected = SEEN[what]
    said = inspected(make(), kind)
    assert said.get("refused", said.get("pages")) == expected


@pytest.mark.parametrize("signed", [True, False])
def test_a_form_that_says_it_is_signed_is_believed(signed):
    said = inspected(files.pdf_with_a_form(signed=signed), PDF)
    assert said == {"pages": 2, "signed": "damaged form" if signed else "", "flags": []}


def test_a_trace_of_a_signature_counts_as_one():
    content = files.pdf() + b"\n% /ByteRange [0 1 2 3]\n"
    assert inspected(content, PDF)["signed"] == "byte-range remnant"


@pytest.mark.parametrize(
    ("make", "flags"),
    [
        (files.pdf, []),
        (files.pdf_with_extras, ["active_content", "embedded_file"]),
        (files.pdf_with_an_empty_password, ["encryption"]),
        (files.pdf_that_opens_a_program_deep_inside, ["active_content"]),
        (files.pdf_with_a_link, []),
    ],
)
def test_what_a_file_carries_besides_its_pages_is_said(make, flags):
    assert inspected(make(), PDF)["flags"] == flags


def test_what_cannot_be_followed_to_its_end_is_flagged_and_no_reason_to_stop():
    assert carried.flags(b"%PDF-1.7 and nothing else") == ["unclear_structure"]


def test_a_copy_of_a_pdf_has_the_chosen_pages_and_nothing_from_behind_them():
    copy = chosen(files.pdf_with_extras(), PDF, "2")
    assert len(files.widths_of(copy)) == 1
    assert b"KESTREL" in files.pdf_with_extras()
    with pikepdf.open(io.BytesIO(copy)) as opened:
        assert set(opened.Root.keys()) == {"/Type", "/Pages"}
        assert "/Info" not in opened.trailer
        opened.save(plain := io.BytesIO(), stream_decode_level=pikepdf.StreamDecodeLevel.all)
    assert b"KESTREL" not in plain.getvalue()


def test_a_copy_of_a_pdf_shows_what_was_filled_in_and_carries_nothing_else():
    whole = files.pdf_with_a_filled_form()
    assert inspected(whole, PDF)["flags"] == ["active_content"]
    copy = chosen(whole, PDF, "2")
    assert inspected(copy, PDF)["flags"] == []
    with pikepdf.open(io.BytesIO(copy)) as opened:
        assert "/Annots" not in opened.pages[0]
        opened.save(plain := io.BytesIO(), stream_decode_level=pikepdf.StreamDecodeLevel.all)
    assert b"KESTREL" in whole
    assert b"KESTREL" not in plain.getvalue()
    [(_, page)] = drawing.draw(io.BytesIO(copy), PDF)
    assert (page < 128).any()  # the value, which only the form knew


def test_a_copy_of_a_scan_has_the_chosen_frames_without_loss():
    copy = chosen(files.tiff_of_widths(10, 20, 30), TIFF, "1,3")
    with Image.open(io.BytesIO(copy)) as opened:
        sizes = []
        for frame in range(opened.n_frames):
            opened.seek(frame)
            sizes.append(opened.size)
    assert sizes == [(10, 20), (30, 20)]


def test_a_bomb_is_ended_when_its_page_is_drawn(monkeypatch):
    monkeypatch.setattr(drawing, "LIMITS", Limits(memory=400 << 20, cpu=20, wall=60))
    with pytest.raises(Unreadable, match="could not be drawn"):
        list(drawing.draw(io.BytesIO(files.bomb_pdf()), PDF))


def test_a_page_of_a_million_points_is_drawn_small():
    [(number, pixels)] = drawing.draw(io.BytesIO(files.pdf(size=(1e6, 1e6))), PDF)
    assert number == 1
    assert 0 < pixels.shape[0] * pixels.shape[1] <= 1.01 * drawing.MOST_PIXELS


@pytest.mark.parametrize(
    "lie",
    [
        b"",
        b"nonsense",
        b"[]",
        b"{}",
        b'{"pages": 0, "signed": false}',
        b'{"pages": -1, "signed": false}',
        b'{"pages": 301, "signed": false}',
        b'{"pages": 1000000000000, "signed": false}',
        b'{"pages": "many", "signed": false}',
        b'{"pages": null, "signed": false}',
        b'{"pages": 1}',
        b'{"refused": "because I say so"}',
        b'{"refused": ["damaged"]}',
        b'{"pages": 1, "signed": false, "flags": ["harmless, trust me"]}',
        b'{"pages": 1, "signed": false, "flags": 7}',
        b"[" * 5000,
    ],
)
def test_a_parser_that_was_taken_over_is_not_believed(monkeypatch, lie):
    """Its answer is as untrusted as the file; whatever makes no sense refuses the file."""

    @contextmanager
    def lying(*_, **__):
        yield io.BytesIO(lie)

    monkeypatch.setattr(jail, "fed", lying)
    with pytest.raises(Refused) as refused:
        checks.inspect(Unopened(), media_type=PDF, pages="")
    assert refused.value.refusal is Refusal.TOO_HARD


class Unopened:
    """A sealing that nobody reads, because the parser is a liar."""

    def __init__(self) -> None:
        self.artifact = type("Artifact", (), {"digest": "0" * 64})()

    def reopen(self) -> io.BytesIO:
        return io.BytesIO()


def inspected(content: bytes, kind: str) -> dict[str, Any]:
    limits = (str(settings.MOST_PAGES), str(settings.MOST_PIXELS))
    with jail.fed(INSPECT, kind, *limits, source=io.BytesIO(content)) as answer:
        return json.loads(answer.read())


def chosen(content: bytes, kind: str, numbers: str) -> bytes:
    with jail.fed(CHOOSE, kind, numbers, source=io.BytesIO(content)) as copy:
        return copy.read()
