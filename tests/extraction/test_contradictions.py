"""Sums that do not come out send every value in them to a person."""

from __future__ import annotations

import pytest

from apps.base.types import Box
from apps.extraction.contradictions import contradicted, summed
from apps.extraction.doctypes import DocType, FieldRule, get, load_all
from apps.extraction.fields import NO_EVIDENCE, Evidence, Flag, Found, Missing
from apps.extraction.understanding import understand
from apps.extraction.values import Kind
from tests.extraction.pages import drawn

PLACE = Box(0.1, 0.1, 0.2, 0.2)
PROVED = Evidence(0.99, 0.99, proved=True)


def amounts(*lines: str) -> DocType:
    """A class of four amounts with these sums."""
    rules = [FieldRule(name, name, type=Kind.AMOUNT) for name in ("net", "tax", "gross", "due")]
    return DocType("test", "Test", fields=[*rules, FieldRule("text", "Text")], sums=lines)


def found(name: str, value: str, evidence: Evidence = NO_EVIDENCE) -> Found:
    return Found(name, value, value, 1, PLACE, 0.999, (), (PLACE,), evidence=evidence)


def flagged(doctype: DocType, **values: str) -> set[str]:
    fields = contradicted([found(name, value) for name, value in values.items()], doctype)
    return {one.name for one in fields if isinstance(one, Found) and one.flags}


STRICT, LOOSE = amounts("gross = net + tax"), amounts("gross = net + tax?")
ALL = {"net", "tax", "gross"}

#   class                                net       tax      gross      flagged
TABLE = [
    (STRICT,                            "100.00", "19.00", "119.00",  set()),
    (STRICT,                            "100.00", "19.00", "120.00",  ALL),
    (STRICT,                            "100.00", "19.00", "119.01",  ALL),
    (STRICT,                            "-7.67",  "-1.12", "-8.79",   set()),
    (STRICT,                            "-7.67",  "1.12",  "-8.79",   ALL),
    (LOOSE,                             "100.00", "19.00", "100.00",  set()),
    (LOOSE,                             "100.00", "19.00", "119.05",  set()),
    (LOOSE,                             "100.00", "19.00", "119.06",  ALL),
    (amounts("gross = net - ~tax"),     "100.00", "19.00", "119.00",  set()),
    (amounts("gross = net - tax"),      "100.00", "19.00", "119.00",  ALL),
    (amounts("gross = net + tax", "gross = net - tax"), "100.00", "19.00", "81.00", set()),
    (amounts(),                         "100.00", "19.00", "999.00",  set()),
]  # fmt: skip


@pytest.mark.parametrize(("doctype", "net", "tax", "gross", "wrong"), TABLE)
def test_a_sum_that_does_not_come_out_flags_all_that_stand_in_it(doctype, net, tax, gross, wrong):
    assert flagged(doctype, net=net, tax=tax, gross=gross) == wrong


def test_who_says_the_same_as_a_doubtful_total_shares_the_doubt():
    doctype = amounts("gross = net + tax", "due = gross - ~text")
    values = {"net": "100.00", "tax": "19.00", "gross": "120.00"}
    assert flagged(doctype, **values, due="120.00") == {*ALL, "due"}
    assert flagged(doctype, **values, due="60.00") == ALL


def test_a_total_with_one_known_term_leaves_room_for_what_was_not_found():
    assert flagged(STRICT, net="100.00", gross="120.00") == set()
    assert flagged(amounts("due = gross - ~tax"), due="20.00", gross="120.00") == set()


def test_a_total_that_another_sum_proved_is_believed():
    fields = [found("net", "1.00"), found("tax", "1.00"), found("gross", "9.00", PROVED)]
    assert not any(one.flags for one in contradicted(fields, STRICT) if isinstance(one, Found))


def test_what_is_missing_or_no_amount_is_left_as_it_is():
    fields = [Missing("tax", 1), found("text", "seven"), found("gross", "9.00")]
    assert contradicted(fields, STRICT) == fields


def test_flags_that_were_there_stay():
    fields = [found("net", "1.00"), found("tax", "1.00"), found("gross", "9.00")]
    hidden = [Found(**{**_parts(one), "flags": (Flag.HIDDEN,)}) for one in fields]
    for one in contradicted(hidden, STRICT):
        assert isinstance(one, Found)
        assert one.flags == (Flag.HIDDEN, Flag.CONTRADICTION)


def _parts(one: Found) -> dict[str, object]:
    return {name: getattr(one, name) for name in Found.__slots__}


@pytest.mark.parametrize("doctype", load_all(), ids=lambda one: one.name)
def test_every_class_is_judged_by_the_sums_of_its_file(doctype):
    names = {rule.name for rule in doctype.fields}
    assert set(summed(doctype)) <= names


INVOICE = """
INVOICE
Invoice no: KX-1234
Net total      100.00
VAT 19%         19.00
Grand total    {}
"""


def understood(total: str, *asked: str) -> dict[str, list[Flag]]:
    fields = understand([drawn(INVOICE.format(total))], engine="", said="invoice", asked=asked)
    return {one.name: list(one.flags) for one in fields.fields if isinstance(one, Found)}


def test_an_invoice_that_does_not_add_up_goes_to_a_person_whatever_was_asked():
    assert understood("129.00", "grand_total") == {"grand_total": [Flag.CONTRADICTION]}
    assert understood("119.00", "grand_total") == {"grand_total": []}


def test_what_was_not_asked_for_is_looked_at_and_not_returned():
    assert set(understood("129.00", "tax_total", "invoice_number")) == {
        "tax_total",
        "invoice_number",
    }


def test_the_sums_of_an_invoice_are_those_we_think():
    assert {"net_total", "tax_total", "grand_total", "due_payable"} <= set(summed(get("invoice")))
