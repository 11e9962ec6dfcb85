"""Other readings are offered, those that pass the checks first, and never more than five."""

from __future__ import annotations

from apps.extraction.doctypes import get
from apps.extraction.engines import Glyph
from apps.extraction.layout import rows_of
from apps.extraction.others import other_readings
from tests.extraction.pages import NONE, drawn

TOTAL = get("receipt").rule("total")
COMPANY = get("receipt").rule("company")
DATE = get("receipt").rule("date")


def others(rule, text, doubts=None, rivals=()):
    [one] = rows_of(drawn(text, doubts=doubts))
    return other_readings(rule, (one.whole,), rivals, NONE)


def test_a_sure_value_has_no_other_readings():
    assert others(TOTAL, "12.50") == ()


def test_a_runner_up_that_passes_comes_before_one_that_does_not():
    doubts = {
        "1": Glyph("1", 0.5, 0, 0, "#", 0.4),
        "5": Glyph("5", 0.6, 0, 0, "6", 0.2),
    }
    assert others(TOTAL, "12.50", doubts) == ("12.60", "#2.50")


def test_an_impossible_date_comes_last():
    doubts = {"3": Glyph("3", 0.5, 0, 0, "8", 0.4), "0": Glyph("0", 0.5, 0, 0, "2", 0.3)}
    assert others(DATE, "31/10/1999", doubts) == ("31/12/1999", "81/10/1999")


def test_rivals_of_the_page_are_offered_too():
    assert others(TOTAL, "12.50", rivals=["17.50", "12.50"]) == ("17.50",)


def test_there_are_never_more_than_five():
    doubts = {sign: Glyph(sign, 0.5, 0, 0, "8", 0.3) for sign in "123456"}
    assert len(others(TOTAL, "123456.10", doubts, rivals=["1.00", "2.00", "3.00"])) == 5


def test_a_letter_of_another_script_that_looks_alike_is_not_offered():
    """A Greek rho for a P: nobody could tell the readings apart, nor type the other one."""
    doubts = {
        "P": Glyph("P", 0.5, 0, 0, "\N{GREEK CAPITAL LETTER RHO}", 0.4),
        "e": Glyph("e", 0.5, 0, 0, "é", 0.3),
    }
    assert others(COMPANY, "CASP Ltde", doubts) == ("CASP Ltdé",)


def test_where_a_value_is_of_another_script_its_letters_are_offered():
    doubts = {"Ω": Glyph("Ω", 0.5, 0, 0, "Φ", 0.4)}
    assert others(COMPANY, "ΨΩΣ", doubts) == ("ΨΦΣ",)


def test_an_unlikely_runner_up_is_not_worth_a_look():
    assert others(TOTAL, "12.50", {"1": Glyph("1", 0.5, 0, 0, "7", 0.001)}) == ()
