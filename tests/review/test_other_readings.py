"""Other readings and doubtful characters: from the engine to the station."""

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from apps.extraction import reader
from apps.extraction.engines import Glyph, PageText, Word
from apps.extraction.engines.rapid import RapidEngine
from apps.extraction.fields import Found
from apps.extraction.synthetic import draw
from apps.extraction.understanding import understand
from apps.review.crops import Frame
from apps.review.models import Task
from apps.review.readings import characters
from apps.review.rules import Verdict
from tests.intake.browsers import JSON
from tests.review.desk import IBAN, PAPER, Desk, text_of

WRONG = IBAN.replace("04", "O4", 1)  # the engine takes a nought for a letter, and doubts it
MISREAD = IBAN.replace("04", "84", 1)  # or for another digit


def page_with(word: str, at: int, glyph: Glyph) -> PageText:
    """The paper with one word as the engine reads it, and one character that it doubts."""
    page = text_of([line.replace(IBAN, word) for line in PAPER])
    lines = [
        replace(
            line,
            words=[_doubted(one, at, glyph) if one.text == word else one for one in line.words],
        )
        for line in page.lines
    ]
    return replace(page, lines=lines)


def _doubted(word: Word, at: int, glyph: Glyph) -> Word:
    glyphs = [replace(one, confidence=0.99) for one in word.glyphs]
    there = glyphs[at]
    glyphs[at] = replace(glyph, left=there.left, right=there.right)
    return replace(word, glyphs=tuple(glyphs))


@pytest.fixture
def item(desk: Desk, as_: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the station gets of an IBAN with one letter that can only be a digit."""
    return asked(desk, as_, monkeypatch, WRONG, Glyph("O", 0.55, 0, 0, "0", 0.4))


@pytest.fixture
def put_right(desk: Desk, as_: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What it gets of an IBAN with one digit that only the check digits put right."""
    return asked(desk, as_, monkeypatch, MISREAD, Glyph("8", 0.55, 0, 0, "0", 0.4))


def asked(
    desk: Desk, as_: Any, monkeypatch: pytest.MonkeyPatch, word: str, glyph: Glyph
) -> dict[str, Any]:
    said = page_with(word, IBAN.index("04"), glyph), "fake/1"
    monkeypatch.setattr(reader, "read_page", lambda *_: said)
    desk.paper(fields=("iban",))
    [item] = as_(desk.house.rita).post("/review/claim/", **JSON).json()["items"]
    return dict(item)


def test_the_doubtful_character_is_marked_where_it_stands(item):
    assert item["value"] == WRONG
    assert item["doubts"] == [IBAN.index("04")]
    assert len(item["boxes"]) == len(WRONG)


def test_the_engine_s_second_guess_is_another_reading_that_passes(item):
    assert item["alts"][0] == IBAN
    assert item["passing"] == [item["value"], IBAN]  # a letter among digits is read as the digit


def test_what_check_digits_put_right_is_suggested_and_marked_where_it_stands(put_right):
    assert put_right["value"] == IBAN
    assert put_right["doubts"] == [IBAN.index("04")]
    assert len(put_right["boxes"]) == len(IBAN)


def test_what_was_printed_is_offered_and_not_said_to_pass(put_right):
    assert put_right["alts"] == [MISREAD]
    assert put_right["passing"] == [IBAN]


def test_accepting_what_was_put_right_says_what_the_machine_means(desk, put_right):
    task = Task.objects.get(pk=put_right["id"])
    assert desk.decide(task, put_right["value"], verdict=Verdict.ACCEPTED).right


def test_other_readings_are_in_nothing_but_the_item(desk, item):
    [task] = desk.take(desk.house.rita).values()
    assert IBAN not in json.dumps(task.geometry)


# Through the real engine: seconds


@pytest.fixture(scope="module")
def worn() -> Iterator[PageText]:
    """A receipt that has been in a pocket, as the engine reads it."""
    content = draw("receipt", seed=31, worn=1.0, form="jpeg").content
    with Image.open(io.BytesIO(content)) as image:
        yield RapidEngine(2).read(np.asarray(image.convert("RGB")), 1)


def test_of_a_worn_paper_the_engine_doubts_characters_and_offers_others(worn):
    found = [
        one
        for one in understand([worn], engine="", said="receipt").fields
        if isinstance(one, Found)
    ]
    doubted = [one for one in found if marked(one) and one.others]
    assert doubted, "nothing on this paper is hard to read"
    for one in doubted:
        assert one.value not in one.others
        assert len(set(one.others)) == len(one.others)


def marked(one: Found) -> list[int]:
    """The characters that the station marks."""
    glyphs = [(glyph.text, glyph.confidence, glyph.left, glyph.right) for glyph in one.glyphs]
    return characters(one.value, glyphs, Frame(0, 0, 1, 1)).doubtful
