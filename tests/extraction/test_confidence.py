"""Confidence is a probability: of having chosen the right value, and of having read it right."""

from __future__ import annotations

import pytest

from apps.extraction import confidence
from apps.extraction.candidates import Candidate
from apps.extraction.engines import Glyph
from apps.extraction.layout import rows_of
from apps.extraction.values import Kind
from tests.extraction.pages import drawn, row


def candidate(value: str, odds: float, *, at: int = 0) -> Candidate:
    span = row("x" * (at + 1)).whole
    return Candidate((type(span)(span.row, at, at + 1),), value, odds)


def test_the_likeliest_value_comes_first_and_the_shares_leave_room_for_none():
    choices = confidence.ranked([candidate("1", 1.0), candidate("2", 3.0)], {})
    assert [one.best.normalised for one in choices] == ["2", "1"]
    assert sum(one.share for one in choices) < 1


def test_a_rival_costs_confidence():
    alone = confidence.ranked([candidate("1", 3.0)], {})[0].share
    rivalled = confidence.ranked([candidate("1", 3.0), candidate("2", 2.5)], {})[0].share
    assert rivalled < alone


def test_the_same_value_said_twice_is_likelier():
    once = confidence.ranked([candidate("1", 1.0)], {})[0].share
    twice = confidence.ranked([candidate("1", 1.0), candidate("1", 0.5, at=3)], {})[0].share
    assert twice > once


def test_backing_adds_to_the_odds_of_a_value():
    choices = confidence.ranked([candidate("1", 2.0), candidate("2", 1.0)], {"2": 2.5})
    assert choices[0].best.normalised == "2"


def test_several_readings_are_surer_than_each_but_never_certain():
    assert confidence.combined([0.9, 0.9]) == pytest.approx(0.99)
    assert confidence.combined([1.0, 1.0]) < 1


def test_each_word_counts_with_its_most_doubtful_character():
    doubts = {"7": Glyph("7", 0.8, 0, 0)}
    [one] = rows_of(drawn("4 Tea Lane 77", doubts=doubts))
    expected = confidence.UNSEEN**3 * 0.8
    assert confidence.read_right((one.whole,), Kind.ADDRESS) == pytest.approx(expected)


def test_punctuation_of_a_name_does_not_count():
    doubts = {".": Glyph(".", 0.3, 0, 0)}
    [one] = rows_of(drawn("Sugar Bowl Inc.", doubts=doubts))
    assert confidence.read_right((one.whole,), Kind.NAME) > 0.98
    [amount] = rows_of(drawn("12.50", doubts=doubts))
    assert confidence.read_right((amount.whole,), Kind.AMOUNT) == pytest.approx(0.3)
