"""What an attached invoice says of values that the engine saw."""

from __future__ import annotations

import pytest

from apps.extraction import doctypes
from apps.extraction.fields import Flag, Found, Missing, Second
from apps.extraction.find import find_fields
from apps.extraction.witnesses import Witnesses, heard
from tests.extraction.einvoices import TRUTH
from tests.extraction.pages import drawn

IBAN = TRUTH["iban"][0]
PAPER = drawn(
    f"""
    Kestrel & Sons Ltd
    12 Heath Road
    SW1A 1AA London

    INVOICE

    Bill to: Plover AG

    Invoice No: RE-2026-0017
    Invoice date: 04.03.2026
    Due date: 03.04.2026
    VAT ID: DE123456789
    Currency: EUR

    Net amount           EUR 100.00
    VAT amount           EUR  19.00
    Total amount         EUR 119.00
    Amount due           EUR 119.00

    IBAN: {IBAN}
    """,
    confidence=0.8,
)
KNOWN = sorted(set(TRUTH) - {"bic"})
INVOICE = doctypes.get("invoice")


def fields(*invoices: dict[str, list[str]]) -> dict[str, Found]:
    found = find_fields([PAPER], INVOICE, [rule.name for rule in INVOICE.fields])
    said = heard(found, Witnesses(invoices=invoices), INVOICE, pages=[PAPER])
    return {one.name: one for one in said if isinstance(one, Found)}


ALONE = fields()


@pytest.mark.parametrize("name", KNOWN)
def test_data_that_say_the_same_back_a_value(name):
    one = fields(TRUTH)[name]
    assert one.evidence.second is Second.AGREES
    assert one.confidence > ALONE[name].confidence
    assert not one.flags


OTHER = {
    "invoice_number": "RE-2026-0018",
    "issue_date": "2026-03-05",
    "due_date": "2026-03-04",
    "seller_name": "Merlin Ltd",
    "seller_vat_id": "DE111111125",
    "buyer_name": "Curlew GmbH",
    "currency": "USD",
    "net_total": "100.01",
    "tax_total": "-19.00",
    "grand_total": "911.00",
    "due_payable": "0.00",
    "iban": "GB33BUKB20201555555555",
}


@pytest.mark.parametrize("name", KNOWN)
def test_data_that_say_something_else_flag_a_value_and_do_not_change_it(name):
    one = fields(TRUTH | {name: [OTHER[name]]})[name]
    assert one.evidence.second is Second.DIFFERS
    assert one.flags == (Flag.EMBEDDED_DIFFERS,)
    assert one.confidence < ALONE[name].confidence
    assert (one.value, one.normalised) == (ALONE[name].value, ALONE[name].normalised)
    assert OTHER[name] not in one.others


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("iban", "DE89 3704 0044 0532 0130 00"),
        ("grand_total", "119"),
        ("grand_total", "119.0000"),
        ("seller_vat_id", "DE 123 456 789"),
        ("seller_name", "KESTREL & SONS LTD."),
        ("invoice_number", "re-2026-0017"),
    ],
)
def test_data_may_be_written_otherwise(name, written):
    assert fields({name: [written]})[name].evidence.second is Second.AGREES


def test_any_of_several_values_of_the_data_may_be_the_printed_one():
    both = {"iban": [OTHER["iban"], IBAN]}
    assert fields(both)["iban"].evidence.second is Second.AGREES


def test_one_invoice_that_differs_is_not_outvoted():
    one = fields(TRUTH, TRUTH | {"iban": [OTHER["iban"]]}, TRUTH)["iban"]
    assert one.flags == (Flag.EMBEDDED_DIFFERS,)


@pytest.mark.parametrize("name", ["Kestrel & Sons Ltd, London branch", "Kestrel"])
def test_a_name_with_more_or_less_of_it_says_nothing(name):
    assert fields({"seller_name": [name]})["seller_name"] == ALONE["seller_name"]


def test_data_that_do_not_know_a_field_say_nothing_of_it():
    assert fields({"iban": []}, {})["iban"] == ALONE["iban"]


def test_a_value_that_only_the_data_have_stays_missing():
    """Whoever attached them could have attached anything."""
    bare = drawn("INVOICE\n\nInvoice No: RE-2026-0017")
    found = find_fields([bare], INVOICE, ["iban", "grand_total"])
    said = heard(found, Witnesses(invoices=[TRUTH]), INVOICE, pages=[bare])
    assert [type(one) for one in said] == [Missing, Missing]
