"""What several second readings make of a value."""

from __future__ import annotations

from typing import Any

import pytest

from apps.base.types import Box
from apps.extraction.fields import WORDS, Evidence, Flag, Found, Second
from apps.extraction.values import Kind
from apps.extraction.witnesses import testimony as witness
from apps.extraction.witnesses.alike import part, same, stands_in
from apps.extraction.witnesses.testimony import weighed

BOX = Box(0.1, 0.1, 0.2, 0.2)
BACKS = witness.Testimony(Second.AGREES, None, 0.9)
READS = witness.Testimony(Second.AGREES, None, 0.9, of_characters=True)
DENIES = witness.Testimony(Second.DIFFERS, Flag.EMBEDDED_DIFFERS, 0.9)
HIDES = witness.Testimony(Second.NONE, Flag.HIDDEN)


def found(**changes: Any) -> Found:
    said = {
        "name": "iban", "value": "DE89", "normalised": "DE89", "page": 1, "box": BOX,
        "confidence": 0.72, "glyphs": (), "boxes": (BOX,), "others": ("DE80",),
        "evidence": Evidence(0.9, 0.8),
    }  # fmt: skip
    return Found(**(said | changes))


def test_without_testimony_nothing_changes():
    assert weighed(found(), []) == found()


def test_two_readings_that_agree_are_wrong_only_if_both_are():
    assert weighed(found(), [BACKS]).confidence == pytest.approx(1 - 0.28 * 0.1, abs=1e-4)


def test_a_reading_of_the_characters_leaves_the_choice_as_doubtful_as_it_was():
    assert weighed(found(), [READS]).confidence == pytest.approx(0.99 * 0.8, abs=1e-4)


def test_of_two_readings_that_differ_one_is_wrong():
    right = 0.72 * 0.1
    expected = right / (right + 0.28)
    assert weighed(found(), [DENIES]).confidence == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("order", [[BACKS, DENIES], [DENIES, BACKS]])
def test_one_that_differs_outweighs_one_that_agrees(order):
    one = weighed(found(), order)
    assert one.evidence.second is Second.DIFFERS
    assert one.flags == (Flag.EMBEDDED_DIFFERS,)


def test_what_hides_flags_and_says_nothing_of_the_value():
    one = weighed(found(), [HIDES])
    assert (one.confidence, one.evidence, one.flags) == (0.72, found().evidence, (Flag.HIDDEN,))


def test_flags_that_were_there_stay_and_none_comes_twice():
    one = weighed(found(flags=(Flag.CONTRADICTION,)), [DENIES, HIDES, DENIES])
    assert one.flags == (Flag.CONTRADICTION, Flag.EMBEDDED_DIFFERS, Flag.HIDDEN)


def test_another_reading_comes_before_the_engine_s_own():
    one = weighed(found(), [DENIES._replace(reading="DE99"), DENIES._replace(reading="DE80")])
    assert one.others == ("DE99", "DE80")


@pytest.mark.parametrize("confidence", [0.0, 0.5, 0.9995, 1.0])
@pytest.mark.parametrize("testimony", [BACKS, READS, DENIES, HIDES])
def test_a_confidence_stays_a_probability(confidence, testimony):
    one = weighed(found(confidence=confidence, evidence=Evidence(confidence, 1.0)), [testimony] * 9)
    assert 0 <= one.confidence <= 1
    if testimony in (BACKS, READS):
        assert one.confidence >= confidence
    if testimony is DENIES:
        assert one.confidence <= confidence


def test_a_person_is_told_of_every_flag_in_a_sentence():
    assert set(WORDS) == set(Flag)
    assert all(words.endswith(".") for words in WORDS.values())


@pytest.mark.parametrize(
    ("value", "other", "kind"),
    [
        ("1234.50", "1234.5", Kind.AMOUNT),
        ("1234.50", "1,234.50", Kind.AMOUNT),
        ("2026-03-04", "2026-03-04", Kind.DATE),
        ("DE893704", "de89 3704", Kind.IBAN),
        ("COBADEFF", "COBADEFFXXX", Kind.BIC),
        ("Müller & Söhne", "MULLER SOHNE", Kind.NAME),
    ],
)
def test_normalised_values_that_mean_the_same(value, other, kind):
    assert same(value, other, kind)


@pytest.mark.parametrize(
    ("value", "other", "kind"),
    [
        ("1234.50", "-1234.50", Kind.AMOUNT),
        ("1234.50", "none", Kind.AMOUNT),
        ("none", "none", Kind.AMOUNT),
        ("", "", Kind.AMOUNT),
        ("2026-03-04", "2026-04-03", Kind.DATE),
        ("COBADEFF", "COBADEFF100", Kind.BIC),
        ("", "", Kind.NAME),
        ("-", "·", Kind.NAME),
    ],
)
def test_normalised_values_that_do_not(value, other, kind):
    assert not same(value, other, kind)


def test_a_name_is_part_of_a_longer_one():
    assert part("Kestrel Ltd", "Kestrel Ltd, London")
    assert part("Kestrel Ltd, London", "KESTREL LTD")
    assert not part("Kestrel", "Merlin")
    assert not part("", "Merlin")


@pytest.mark.parametrize(
    ("printed", "words", "kind"),
    [
        ("1 234,50", ["1", "234,50"], Kind.AMOUNT),
        ("1'234.50", ["1’234.50"], Kind.AMOUNT),
        ("\u221212.00", ["-12.00"], Kind.AMOUNT),
        ("12.00", ["Total:12.00EUR"], Kind.AMOUNT),
        ("7.Mai2014", ["7.", "Mai", "2014"], Kind.DATE),
        ("7. März 2014", ["dated7.", "Marz", "2014"], Kind.DATE),
        ("Rechnungan", ["Rechnung", "an:"], Kind.TEXT),
        ("Beta", ["Alpha/Beta"], Kind.NAME),
        ("RE-17", ["No.", "(RE-17)"], Kind.REFERENCE),
    ],
)
def test_a_value_stands_among_words_however_they_part(printed, words, kind):
    assert stands_in(printed, words, kind)


@pytest.mark.parametrize(
    ("printed", "words", "kind"),
    [
        ("234,50", ["1.234,50"], Kind.AMOUNT),
        ("234.50", ["1'234.50"], Kind.AMOUNT),
        ("12.00", ["12.005"], Kind.AMOUNT),
        ("12.00", ["-12.00"], Kind.AMOUNT),
        ("12.00", ["1200"], Kind.AMOUNT),
        ("1.12.2018", ["11.12.2018"], Kind.DATE),
        ("1.12.2018", ["11.2.2018"], Kind.DATE),
        ("RE-17", ["RE-17-2"], Kind.REFERENCE),
        ("RE-17", ["RE-1", "7X"], Kind.REFERENCE),
        ("Beta", ["Betatron"], Kind.NAME),
        ("DE8937", ["DE89370"], Kind.IBAN),
        ("", ["anything"], Kind.NAME),
        ("€", ["12.00"], Kind.CURRENCY),
    ],
)
def test_a_value_does_not_stand_within_a_longer_one(printed, words, kind):
    assert not stands_in(printed, words, kind)
