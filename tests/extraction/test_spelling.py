"""Words of names and addresses are put right where their letters or the engine show how."""

from __future__ import annotations

import pytest

from apps.extraction.engines import Glyph
from apps.extraction.layout import rows_of
from apps.extraction.spelling import spelled
from tests.extraction.pages import drawn


def put_right(text: str, **doubts: Glyph) -> str:
    [row] = rows_of(drawn(text, doubts=doubts))
    return spelled((row.whole,))[0]


def doubtful(read: str, other: str) -> Glyph:
    return Glyph(read, 0.6, 0, 0, other, 0.3)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Taste Of The WorId", "Taste Of The World"),
        ("Hollow Oak J0inery", "Hollow Oak Joinery"),
        ("QuiIlstone Paper", "Quillstone Paper"),
        ("SERVlCES", "SERVICES"),
        ("Sr! Gaya", "Sri Gaya"),
        ("Leve1 2", "Level 2"),
    ],
)
def test_a_letter_follows_its_neighbours(text, meant):
    assert put_right(text) == meant


@pytest.mark.parametrize(
    "text", ["McIntosh & MacIver", "B2B 10S", "PJU6A SS15/4D", "No.J-G-02", "VII 3", "Il Sole"]
)
def test_codes_and_capitals_stay_as_they_are(text):
    assert put_right(text) == text


def test_a_word_that_the_second_guess_makes_known_was_meant():
    assert put_right("Ja#an Utarid", **{"#": doubtful("i", "l")}) == "Jalan Utarid"


def test_a_doubtful_digit_alone_among_letters_was_a_letter():
    assert put_right("GAM#ANG,", **{"#": doubtful("8", "B")}) == "GAMBANG,"


def test_a_second_guess_that_makes_no_word_is_not_taken():
    assert put_right("Mai#ota", **{"#": doubtful("k", "h")}) == "Maikota"


def test_what_was_put_right_is_less_trusted():
    [row] = rows_of(drawn("WorId"))
    assert spelled((row.whole,))[1] < 1
    [row] = rows_of(drawn("World"))
    assert spelled((row.whole,))[1] == 1
