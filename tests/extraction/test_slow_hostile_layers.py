"""Hostile text layers, the whole way: jail, engine, fields, witnesses. Slow: real readings."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageDraw, ImageFont

from apps.extraction import drawing
from apps.extraction.engines.rapid import RapidEngine
from apps.extraction.fields import Flag, Found, Second
from apps.extraction.understanding import understand
from apps.extraction.witnesses import Witnesses, together
from tests.extraction.layered import INVISIBLE, WHOLE_PAGE, patch, pdf, text

LINES = [("RECEIPT", 240), ("Date 04.03.2026", 200), ("Total EUR 100.00", 160)]
SEEN = b"".join(text(line, 50, y) for line, y in LINES)
LIE = "Total EUR 900.00"


@pytest.fixture(scope="module")
def engine() -> RapidEngine:
    return RapidEngine(threads=2)


def photo() -> Image.Image:
    """The same lines as a picture."""
    image = Image.new("RGB", (1_200, 900), "white")
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(60)
    for line, y in LINES:
        pen.text((150, 900 - 3 * y - 54), line, "black", font)
    return image


def total_of(content: bytes, engine: RapidEngine) -> Found:
    said: list[Witnesses] = []
    drawn = drawing.draw(io.BytesIO(content), "application/pdf", hear=said.append)
    pages = [engine.read(pixels, number) for number, pixels in drawn]
    understood = understand(
        pages, engine="rapidocr/3.10.0", said="receipt", asked=["total"], witnesses=together(said)
    )
    [total] = understood.fields
    assert isinstance(total, Found)
    return total


HONEST = {
    "typeset": pdf(SEEN),
    "a scan with a faithful reading": pdf(
        WHOLE_PAGE, *(text(line, 50, y, mode=INVISIBLE) for line, y in LINES), picture=photo()
    ),
    "a scan without a layer": pdf(WHOLE_PAGE, picture=photo()),
}
HOSTILE = {
    "invisible over a scan": (
        pdf(WHOLE_PAGE, text(LIE, 50, 160, mode=INVISIBLE), picture=photo()), Flag.HIDDEN,
    ),
    "white on white": (pdf(SEEN, text(LIE, 50, 60, grey=1)), Flag.HIDDEN),
    "one point": (pdf(SEEN, text(LIE, 50, 60, size=1)), Flag.HIDDEN),
    "painted over": (pdf(text(LIE, 50, 60), patch(1, 40, 50), SEEN), Flag.HIDDEN),
    "covered by a picture": (
        pdf(text(LIE, 50, 160), WHOLE_PAGE, picture=photo()), Flag.DIFFERS,
    ),
    "mapped to another digit": (
        pdf(SEEN, means={**{sign: sign for sign in "Total EUR0.RCIPDe43262"}, "1": "9"}),
        Flag.DIFFERS,
    ),
}  # fmt: skip


@pytest.mark.parametrize("content", HONEST.values(), ids=HONEST)
def test_slow_an_honest_layer_flags_nothing(content, engine):
    total = total_of(content, engine)
    assert (total.normalised, total.flags) == ("100.00", ())


def test_slow_a_typeset_page_backs_itself(engine):
    assert total_of(HONEST["typeset"], engine).evidence.second is Second.AGREES


@pytest.mark.parametrize(("content", "flag"), HOSTILE.values(), ids=HOSTILE)
def test_slow_a_hostile_layer_changes_no_value_and_sends_it_to_a_person(content, flag, engine):
    total = total_of(content, engine)
    assert total.normalised == "100.00"
    assert total.flags == (flag,)
