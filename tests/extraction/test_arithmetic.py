"""Sums prove values, and show what is but a part of another."""

from __future__ import annotations

from apps.extraction import arithmetic
from apps.extraction.candidates import Candidate
from tests.extraction.pages import row

SUMS = ("total = subtotal + tax? + rounding?", "total = cash - change")


def said(**values: str | list[str]) -> dict[str, list[Candidate]]:
    """Likely candidates by field."""
    span = row("1.00").whole
    return {
        name: [Candidate((span,), value, 4.0) for value in ([many] if type(many) is str else many)]
        for name, many in values.items()
    }


def test_a_line_is_a_total_and_its_terms():
    one = arithmetic.parse("total = subtotal + tax? - ~discount?")
    assert one.total == "total"
    assert [(t.name, t.sign, t.optional, t.either_sign) for t in one.terms] == [
        ("subtotal", 1, False, False),
        ("tax", 1, True, False),
        ("discount", -1, True, True),
    ]


def test_a_sum_that_comes_out_proves_all_that_take_part():
    verdict = arithmetic.check(SUMS, said(total="10.60", subtotal="10.00", tax="0.60"))
    assert verdict.proved == {
        ("total", "10.60"): 2,
        ("subtotal", "10.00"): 2,
        ("tax", "0.60"): 2,
    }
    assert not verdict.refuted


def test_the_right_one_of_two_candidates_is_proved_and_the_other_is_a_part():
    verdict = arithmetic.check(SUMS, said(total=["10.00", "10.60"], subtotal="10.00", tax="0.60"))
    assert verdict.proved["total", "10.60"] == 2
    assert ("total", "10.00") in verdict.parts


def test_totals_that_fit_no_sum_are_refuted():
    verdict = arithmetic.check(SUMS, said(total="99.00", cash="50.00", change="1.00"))
    assert verdict.refuted == {"total"}


def test_a_missing_term_refutes_nothing():
    assert not arithmetic.check(SUMS, said(total="99.00", cash="50.00")).refuted


def test_the_sign_of_a_discount_is_not_trusted():
    sums = ("total = subtotal - ~discount?",)
    for printed in ("2.00", "-2.00"):
        verdict = arithmetic.check(sums, said(total="8.00", subtotal="10.00", discount=printed))
        assert ("total", "8.00") in verdict.proved


def test_cash_and_change_imply_a_total_that_need_not_be_printed():
    assert list(arithmetic.implied(SUMS, said(cash="20.00", change="7.50"))) == [
        ("total", 1250, 4.0)
    ]


def test_a_sum_implies_whichever_of_its_values_is_missing():
    sums = ("gross = net + tax",)
    assert list(arithmetic.implied(sums, said(gross="119.00", net="100.00"))) == [
        ("tax", 1900, 4.0)
    ]


def test_a_term_whose_sign_is_not_printed_is_still_needed():
    sums = ("due = total - ~prepaid",)
    assert not arithmetic.check(sums, said(due="10.00", total="10.00")).proved
    assert arithmetic.check(sums, said(due="8.00", total="10.00", prepaid="-2.00")).proved


def test_a_way_with_far_less_likely_values_comes_out_by_chance():
    likely = said(gross="9.40", net="7.90", tax="1.50")
    span = row("1.00").whole
    chance = {"gross": "14.90", "tax": "7.00"}
    for name, value in chance.items():
        likely[name].append(Candidate((span,), value, 2.0))
    proved = arithmetic.check(("gross = net + tax",), likely).proved
    assert set(proved) == {("gross", "9.40"), ("net", "7.90"), ("tax", "1.50")}
