"""Where each character of a suggestion stands under its picture, and which are doubtful."""

import pytest

from apps.review.crops import Frame
from apps.review.readings import MOST_MARKED, characters

FRAME = Frame(left=0.2, top=0.4, width=0.5, height=0.1)


def glyphs(text: str, *, left: float = 0.3, step: float = 0.02, **doubts: float):
    """One glyph a character, side by side, sure unless said otherwise."""
    return [
        (character, doubts.get(character, 0.99), left + at * step, left + (at + 1) * step)
        for at, character in enumerate(text)
    ]


def test_each_character_stands_under_its_place_in_the_picture():
    laid = characters("KX7", glyphs("KX7"), FRAME)
    assert laid.places == [(0.2, 0.04), (0.24, 0.04), (0.28, 0.04)]


def test_a_space_takes_the_gap_between_its_neighbours():
    spelled = [*glyphs("DE"), *glyphs("89", left=0.4)]
    laid = characters("DE 89", spelled, FRAME)
    assert laid.places[2] == (pytest.approx(0.28), pytest.approx(0.12))
    assert laid.places[3] == (pytest.approx(0.4), pytest.approx(0.04))


@pytest.mark.parametrize("value", ["KX 7 ", " KX7", "K X 7"])
def test_there_is_a_place_for_every_character_and_every_space(value):
    assert len(characters(value, glyphs("KX7"), FRAME).places) == len(value)


def test_doubtful_characters_are_marked_where_they_stand_in_the_value():
    spelled = glyphs("DE89", E=0.5, **{"9": 0.89})
    assert characters("DE 89", spelled, FRAME).doubtful == [1, 4]


@pytest.mark.parametrize(("confidence", "marked"), [(0.899, [0]), (0.9, []), (1.0, [])])
def test_doubt_begins_below_nine_tenths(confidence, marked):
    assert characters("K", glyphs("K", K=confidence), FRAME).doubtful == marked


def test_of_many_doubtful_characters_the_most_doubtful_are_marked():
    spelled = [("x", 0.1 * at, 0.3 + at / 50, 0.32 + at / 50) for at in range(9)]
    assert characters("x" * 9, spelled, FRAME).doubtful == list(range(MOST_MARKED))


@pytest.mark.parametrize("value", ["KX8", "KX", "KX77", "", "kx7"])
def test_where_value_and_picture_differ_no_place_is_claimed(value):
    laid = characters(value, glyphs("KX7", K=0.1), FRAME)
    assert (laid.places, laid.doubtful) == ([], [])


def test_a_value_of_several_lines_has_doubts_but_no_places():
    spelled = [*glyphs("Ada", d=0.2), *glyphs("Kestrel", left=0.25)]
    laid = characters("Ada Kestrel", spelled, FRAME)
    assert (laid.places, laid.doubtful) == ([], [1])


def test_a_glyph_without_width_claims_no_place():
    assert characters("K", [("K", 0.5, 0.3, 0.3)], FRAME).places == []


def test_nothing_read_is_nothing_laid():
    assert characters("", [], FRAME).places == []
