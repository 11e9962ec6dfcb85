"""A second engine is asked for the dearest values only, and sees nothing else."""

import os
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from apps.base.types import Box
from apps.extraction import again, doctypes, reader, second
from apps.extraction.engines import ENGINES, Line, PageText, Word
from apps.extraction.fields import Evidence, Flag, Found, Missing, Second
from apps.extraction.synthetic.typeface import FONTS
from apps.extraction.values import Habits, Kind
from tests.extraction.test_engine_tesseract import NOT_THERE, installed

INVOICE, IDENTITY = doctypes.get("invoice"), doctypes.get("identity")
EURO = Habits(decimal=",", currency="EUR")
WIDE, HIGH = 800, 1000  # pixels of a made-up page


def found(name: str, value: str = "1.284,60", normalised: str = "1284.60", **more: Any) -> Found:
    box = more.pop("box", Box(0.5, 0.2, 0.7, 0.23))
    boxes = more.pop("boxes", (box,))
    return Found(name, value, normalised, 1, box, 0.9, (), boxes, **more)


def test_money_and_codes_are_read_again_and_words_are_not():
    fields = [found(name) for name in ("grand_total", "iban", "seller_name", "issue_date")]
    asked = second.asked_of([*fields, Missing("vat_id", 1)], INVOICE)
    assert [one.name for one in asked] == ["grand_total", "iban"]


def test_all_that_says_who_somebody_is_is_read_again():
    fields = [found(rule.name) for rule in IDENTITY.fields]
    assert second.asked_of(fields, IDENTITY) == fields


def marked(*boxes: Box) -> Any:
    """A white page with a box of another grey for each value, and black everywhere beside."""
    page = np.full((HIGH, WIDE, 3), 0, np.uint8)
    for number, box in enumerate(boxes, start=1):
        rows = slice(int(box.top * HIGH) - 8, int(box.bottom * HIGH) + 9)
        columns = slice(int(box.left * WIDE) - 8, int(box.right * WIDE) + 9)
        page[rows, columns] = 100 + number
    return page


def test_a_slip_shows_the_values_and_nothing_of_the_page_beside_them():
    boxes = Box(0.5, 0.2, 0.7, 0.23), Box(0.1, 0.5, 0.6, 0.53)
    fields = [found("grand_total", box=boxes[0]), found("iban", box=boxes[1])]
    slip = second.slip(marked(*boxes), fields)
    assert set(np.unique(slip.pixels)) == {101, 102, second.WHITE}
    names = [name for name, _, _ in slip.strips]
    assert names == ["grand_total", "iban"]
    for grey, (_, top, bottom) in zip((101, 102), slip.strips, strict=True):
        rows = np.nonzero((slip.pixels[..., 0] == grey).any(axis=1))[0] / slip.pixels.shape[0]
        assert top < rows.min() < rows.max() < bottom


def test_a_value_of_two_lines_has_two_strips():
    boxes = Box(0.5, 0.2, 0.7, 0.23), Box(0.5, 0.24, 0.6, 0.27)
    slip = second.slip(marked(*boxes), [found("iban", boxes=boxes)])
    assert [name for name, _, _ in slip.strips] == ["iban", "iban"]


def read(*words: tuple[str, float, float], turned: int = 0) -> PageText:
    """What an engine read of a slip: text, left edge and middle height."""
    lines = []
    for text, left, middle in words:
        box = Box(left, middle - 0.02, left + 0.1, middle + 0.02)
        lines.append(Line([Word(text, box, 0.9, ())], box))
    return PageText(1, 400, 400, turned, lines)


STRIPS = second.Slip(np.zeros((1, 1, 3), np.uint8), [("total", 0.1, 0.3), ("iban", 0.3, 0.5)])


def test_what_stands_in_a_strip_is_the_reading_of_its_value():
    said = second.readings(STRIPS, read(("RB33", 0.5, 0.4), ("12,50", 0.1, 0.2), ("G", 0.1, 0.41)))
    assert said == {"total": "12,50", "iban": "G RB33"}


def test_a_slip_that_was_taken_to_lie_wrong_says_nothing():
    assert second.readings(STRIPS, read(("12,50", 0.1, 0.2), turned=180)) == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.284,60", Second.AGREES),
        ("€ 1.284,60", Second.AGREES),  # the sign stood beside it
        ("1.284,80", Second.DIFFERS),
        ("11.284,60", Second.DIFFERS),
        ("128460", Second.DIFFERS),
        ("total", Second.DIFFERS),
        ("", Second.NONE),
        (" | ", Second.NONE),
    ],
)
def test_a_second_reading_agrees_only_with_the_same_value(text, expected):
    rule = INVOICE.rule("grand_total")
    assert rule.type is Kind.AMOUNT
    assert second.verdict(found("grand_total"), text, rule, EURO) is expected


def test_what_is_printed_counts_where_the_value_is_written_otherwise():
    """A date of a zone is six digits, and its normalised form is none of them."""
    rule = next(rule for rule in IDENTITY.fields if rule.type is Kind.DATE)
    birth = found(rule.name, "900512", "1990-05-12")
    assert second.verdict(birth, "900512", rule, Habits()) is Second.AGREES
    assert second.verdict(birth, "900513", rule, Habits()) is Second.DIFFERS


@pytest.mark.parametrize(
    ("before", "said", "after", "flagged"),
    [
        (Second.NONE, Second.AGREES, Second.AGREES, False),
        (Second.NONE, Second.DIFFERS, Second.DIFFERS, True),
        (Second.AGREES, Second.DIFFERS, Second.DIFFERS, True),
        (Second.DIFFERS, Second.AGREES, Second.DIFFERS, False),
        (Second.AGREES, Second.NONE, Second.AGREES, False),
    ],
)
def test_one_witness_that_differs_is_enough(before, said, after, flagged):
    one = found("iban", evidence=Evidence(0.9, 0.9, second=before))
    [told, missing] = second.told([one, Missing("vat_id", 1)], {"iban": said, "vat_id": said})
    assert isinstance(told, Found)
    assert (told.evidence.second, Flag.DIFFERS in told.flags) == (after, flagged)
    assert missing == Missing("vat_id", 1)


def test_nobody_is_asked_unless_a_setting_names_an_engine(settings):
    settings.SECOND_ENGINE = ""
    assert again.second_engine(lambda: pytest.fail("It was opened."), "image/png", []) is None


def test_a_document_without_dear_values_is_not_opened_again(settings):
    settings.SECOND_ENGINE = "tesseract"
    ask = again.second_engine(lambda: pytest.fail("It was opened."), "image/png", [])
    assert ask is not None
    assert ask([found("seller_name"), Missing("iban", 1)], INVOICE, EURO) == {}


def test_slow_a_real_second_engine_reads_a_slip(settings):
    if not installed():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(NOT_THERE)
    assert "tesseract" in ENGINES
    settings.SECOND_ENGINE = "tesseract"
    image = Image.new("RGB", (WIDE, HIGH), "white")
    font = ImageFont.truetype(str(FONTS / "WorkSans-Regular.ttf"), 28)
    pen = ImageDraw.Draw(image)
    fields, values = [], {"grand_total": "1.284,60", "iban": "DE89370400440532013000"}
    for y, (name, text) in zip((200, 500), values.items(), strict=True):
        left, top, right, bottom = pen.textbbox((300, y), text, font=font)
        pen.text((300, y), text, fill="black", font=font)
        pen.text((left - 200, y), "not this", fill="black", font=font)
        box = Box(left / WIDE, top / HIGH, right / WIDE, bottom / HIGH)
        fields.append(found(name, text, box=box))
    try:
        said = again._asked(np.asarray(image), fields)
    finally:
        reader.close()
    assert said == values
