"""Papers that nobody should have sent: never a crash, and never a sure answer that is wrong.

What counts as an answer is a value that no person would look at before it is delivered. Most pages
are made up; the real engine reads a few at the end, which takes seconds each.
"""

from __future__ import annotations

import io
import string
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from apps.base.types import Box
from apps.extraction import calibration
from apps.extraction.calibration import ERROR_TARGET
from apps.extraction.classify import classify
from apps.extraction.doctypes import DocType, get, load_all
from apps.extraction.engines import Glyph, Line, PageText, Word
from apps.extraction.engines.rapid import RapidEngine
from apps.extraction.fields import Found
from apps.extraction.synthetic import Drawn, draw
from apps.extraction.synthetic.typeface import FONTS, typeface
from apps.extraction.understanding import understand
from apps.review.rules import Judged, needs_eyes
from portal.evaluation.right import is_right
from tests.extraction.pages import drawn

CLASSES = load_all()
ENGINE = "rapidocr/3.10.0"
BLANK = PageText(1, 1654, 2339, 0, [])


def answers(pages: Sequence[PageText], doctype: DocType) -> dict[str, str]:
    """The values that would be delivered without anybody looking at them."""
    fields = understand(pages, engine=ENGINE, said=doctype.name).fields
    return {
        one.name: one.normalised
        for one in fields
        if isinstance(one, Found) and not is_asked(one, doctype)
    }


def is_asked(one: Found, doctype: DocType) -> bool:
    rule = doctype.rule(one.name)
    enough = calibration.threshold(rule, doctype, ENGINE, error_target=ERROR_TARGET)
    judged = Judged(True, rule.required, one.confidence, enough, one.failed, one.flags)
    return needs_eyes(judged) is not None


def wrong(said: Mapping[str, str], truth: Mapping[str, str], doctype: DocType) -> dict[str, str]:
    """The answers that are not what the paper says."""
    kinds = {rule.name: rule.type for rule in doctype.fields}
    return {
        name: value
        for name, value in said.items()
        if not is_right(value, truth.get(name, ""), kinds[name])
    }


# Pages with nothing, or far too much


@pytest.mark.parametrize("doctype", CLASSES, ids=lambda one: one.name)
@pytest.mark.parametrize("pages", [[], [BLANK], [BLANK, BLANK]], ids=["none", "one", "two"])
def test_of_blank_pages_nothing_is_said(pages, doctype):
    assert answers(pages, doctype) == {}
    assert classify(pages, CLASSES).doctype.name == "other"


@cache
def million() -> PageText:
    """A million characters in a hundred thousand words, with a total at the end of it."""
    lines = []
    for row in range(1000):
        top = row / 1001
        words = [_word(string.ascii_lowercase[row % 16 :][:10], at / 101, top) for at in range(100)]
        lines.append(Line(words, Box(0.0, top, 1.0, top + 0.0009)))
    words = [_word("Total", 0.1, 0.9995), _word("9.99", 0.5, 0.9995)]
    return PageText(1, 10_000, 10_000, 0, [*lines, Line(words, Box(0.1, 0.9995, 0.6, 0.9999))])


def _word(text: str, left: float, top: float) -> Word:
    step = 0.009 / len(text)
    glyphs = [
        Glyph(sign, 0.99, left + at * step, left + at * step + step) for at, sign in enumerate(text)
    ]
    return Word(text, Box(left, top, left + 0.009, min(1.0, top + 0.0009)), 0.99, glyphs)


@pytest.mark.parametrize("name", ["invoice", "identity"])
def test_a_page_of_a_million_characters_is_cut_and_says_nothing_it_does_not_hold(name):
    page = million()
    assert sum(len(word.text) for word in page.words) > 1_000_000
    said = answers([page], get(name))
    assert set(said.values()) <= {"9.99"}


# Fifty languages on one page

LANGUAGES = [
    line.split("\t")
    for line in Path(__file__).with_name("languages.txt").read_text(encoding="utf-8").splitlines()
]


def test_a_page_in_fifty_languages_is_read_without_a_guess():
    """A label and a number in each, in the digits of its script: what is said must stand there."""
    page = drawn("\n".join(f"{label}   {number}" for _, label, number in LANGUAGES))
    assert len({name for name, _, _ in LANGUAGES}) >= 50
    for doctype in CLASSES:
        for value in answers([page], doctype).values():
            assert value in ("12.50", "12500.00", "12")


@pytest.mark.parametrize(("language", "label", "number"), LANGUAGES)
def test_a_receipt_of_one_line_in_any_language_is_read_without_a_guess(language, label, number):
    said = answers([drawn(f"{label}   {number}")], get("receipt"))
    assert said.get("total", "12.50") in ("12.50", "12500.00"), language


# Fields that repeat, and deny one another

INVOICE, RECEIPT = get("invoice"), get("receipt")

#   class     field              the lines that speak of it
REPEATED = [
    (INVOICE, "invoice_number",  ("Invoice no: KX-1234", "Invoice no: KX-9876")),
    (INVOICE, "iban",            ("IBAN: DE89 3704 0044 0532 0130 00",
                                  "IBAN: GB29 NWBK 6016 1331 9268 19")),
    (INVOICE, "grand_total",     ("Grand total   119.00", "Grand total   191.00")),
    (INVOICE, "due_date",        ("Due date: 2026-04-01", "Due date: 2026-05-01")),
    (INVOICE, "seller_vat_id",   ("VAT ID: DE136695976", "VAT ID: DE811569869")),
    (RECEIPT, "total",           ("Total   16.60", "Total   61.60")),
    (RECEIPT, "date",            ("Date: 26/03/2019", "Date: 27/03/2019")),
]  # fmt: skip


@pytest.mark.parametrize(("doctype", "name", "lines"), REPEATED, ids=lambda one: str(one)[:20])
def test_a_field_that_stands_there_twice_with_two_values_goes_to_a_person(doctype, name, lines):
    title = "INVOICE" if doctype is INVOICE else "TEA HOUSE LTD"
    assert name in found(drawn(f"{title}\n{lines[0]}"), doctype)
    assert name not in answers([drawn("\n".join([title, *lines]))], doctype)


def found(page: PageText, doctype: DocType) -> set[str]:
    fields = understand([page], engine=ENGINE, said=doctype.name).fields
    return {one.name for one in fields if isinstance(one, Found)}


def test_on_two_pages_it_is_no_other_thing():
    first, second = (drawn(f"INVOICE\nInvoice no: {number}") for number in ("KX-1234", "KX-9876"))
    pages = [first, PageText(2, second.width, second.height, 0, second.lines)]
    assert "invoice_number" not in answers(pages, INVOICE)


CONTRADICTORY = {
    "an invoice": (INVOICE, """
        INVOICE
        Net total      100.00
        VAT 19%         19.00
        Grand total    129.00
        Amount due     129.00
        """),
    "a credit": (INVOICE, """
        INVOICE
        Net total      -100.00
        VAT 19%           29.00
        Grand total    -119.00
        """),
    "a receipt": (RECEIPT, """
        TEA HOUSE LTD
        Subtotal       10.00
        GST 6%          0.60
        Total Amount   16.60
        """),
}  # fmt: skip


@pytest.mark.parametrize(("doctype", "text"), CONTRADICTORY.values(), ids=CONTRADICTORY)
def test_totals_that_deny_one_another_go_to_a_person(doctype, text):
    said = answers([drawn(text)], doctype)
    assert not {"grand_total", "net_total", "tax_total", "due_payable"} & set(said)
    assert not {"total", "subtotal", "tax"} & set(said)


# Through the real engine


@pytest.fixture(scope="module")
def engine() -> Iterator[RapidEngine]:
    yield RapidEngine(2)


@pytest.fixture(scope="module")
def receipt() -> Drawn:
    return draw("receipt", seed=5, form="png")


@pytest.fixture(scope="module")
def invoice() -> Drawn:
    return draw("invoice", seed=3, form="png")


def pixels(paper: Drawn) -> Image.Image:
    with Image.open(io.BytesIO(paper.content)) as image:
        return image.convert("RGB")


def read(engine: RapidEngine, image: Image.Image) -> list[PageText]:
    return [engine.read(np.asarray(image), 1)]


def test_a_page_upside_down_is_turned_and_read(engine, receipt):
    page = pixels(receipt)
    pages = read(engine, page.resize((page.width // 2, page.height // 2)).rotate(180))
    said = answers(pages, RECEIPT)
    assert pages[0].turned == 180
    assert "total" in said
    assert wrong(said, receipt.truth, RECEIPT) == {}


#   half      left, top, right, bottom      that stands on the other half
HALVES = {
    "lower": ((0.0, 0.5, 1.0, 1.0),        "invoice_number"),
    "upper": ((0.0, 0.0, 1.0, 0.3),        "grand_total"),
    "right": ((0.5, 0.0, 1.0, 1.0),        ""),
    "left":  ((0.0, 0.0, 0.5, 1.0),        "grand_total"),
}  # fmt: skip


@pytest.mark.parametrize(("edges", "missing"), HALVES.values(), ids=HALVES)
def test_of_half_a_page_nothing_is_made_up(engine, invoice, edges, missing):
    """Sums without date and number, a head without sums; lines of which half is cut off."""
    page = pixels(invoice)
    corners = [round(edge * (page.width, page.height)[at % 2]) for at, edge in enumerate(edges)]
    said = answers(read(engine, page.crop(tuple(corners))), INVOICE)
    assert missing not in said
    assert wrong(said, invoice.truth, INVOICE) == {}


def test_letters_three_pixels_high_are_not_guessed_at(engine, invoice):
    page = pixels(invoice)
    small = page.resize((page.width // 8, page.height // 8), Image.Resampling.LANCZOS)
    pages = read(engine, small)
    assert wrong(answers(pages, INVOICE), invoice.truth, INVOICE) == {}
    guess = classify(pages, CLASSES)
    assert guess.doctype is INVOICE or not guess.is_sure


@pytest.mark.parametrize("picture", ["a cat", "a blank page"])
def test_of_a_photo_of_a_cat_not_a_word_is_read(engine, picture):
    """So its job ends with "No text was found on any page", and what to do."""
    pages = read(engine, cat() if picture == "a cat" else Image.new("RGB", (900, 1200), "white"))
    assert pages[0].words == []
    for doctype in CLASSES:
        assert answers(pages, doctype) == {}


def test_languages_in_letters_that_the_engine_has_are_read_without_a_guess(engine):
    """Each language whose line our fonts can write, one below the other, as on a receipt."""
    font = ImageFont.truetype(FONTS / "Inter-Regular.ttf", 26)
    lines = [f"{label}   {number}" for _, label, number in LANGUAGES if _is_written(label + number)]
    page = Image.new("RGB", (900, 50 * (len(lines) + 2)), "white")
    pen = ImageDraw.Draw(page)
    for at, line in enumerate(lines, start=1):
        pen.text((60, 50 * at), line, font=font, fill="black")
    assert len(lines) >= 20
    pages = read(engine, page)
    for doctype in CLASSES:
        for value in answers(pages, doctype).values():
            assert value in ("12.50", "12500.00", "12")


def _is_written(text: str) -> bool:
    return all(ord(sign) in typeface("Inter-Regular").glyphs for sign in text)


def cat() -> Image.Image:
    """As near to a photo as a few ellipses come: a room in soft light, noise, fur, whiskers."""
    height, width = 900, 1200
    noise = np.random.default_rng(3)
    y, x = np.mgrid[0:height, 0:width]
    light = np.dstack(
        [110 + 50 * np.sin(x / 170 + at) + 30 * np.cos(y / (90 - 10 * at)) for at in range(3)]
    )
    grain = noise.normal(0, 14, light.shape)
    picture = Image.fromarray(np.clip(light + grain, 0, 255).astype(np.uint8))
    pen, fur = ImageDraw.Draw(picture), (155, 115, 75)
    for part in ((350, 300, 850, 820), (450, 120, 760, 420)):
        pen.ellipse(part, fill=fur)
    for ear in ([(470, 190), (500, 60), (570, 150)], [(740, 190), (710, 60), (640, 150)]):
        pen.polygon(ear, fill=fur)
    for eye in (550, 660):
        pen.ellipse((eye - 28, 230, eye + 28, 290), fill=(90, 160, 70))
        pen.ellipse((eye - 8, 232, eye + 8, 288), fill=(10, 10, 10))
    for down in (-10, 10, 30):
        pen.line((540, 340 + down, 380, 320 + 2 * down), fill=(240, 240, 240), width=3)
        pen.line((670, 340 + down, 830, 320 + 2 * down), fill=(240, 240, 240), width=3)
    for left, top in noise.integers((350, 130), (850, 820), (4000, 2)).tolist():
        pen.line((left, top, left + 3, top + 9), fill=tuple(noise.integers(60, 190, 3).tolist()))
    return picture.filter(ImageFilter.GaussianBlur(1.2))
