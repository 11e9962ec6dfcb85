"""What has to add up tells which amount is which, beyond what the labels say."""

from __future__ import annotations

import pytest

from apps.extraction import doctypes, money
from apps.extraction.columns import totals
from apps.extraction.confidence import PROVED
from apps.extraction.engines import Glyph
from apps.extraction.fields import Found
from apps.extraction.find import find_fields
from apps.extraction.money import Money
from apps.extraction.rates import Printed, triples
from apps.extraction.sheet import Labels, Sheet
from tests.extraction.pages import by_name, drawn


def found(drawing: str, name: str = "invoice", **about) -> dict[str, Found]:
    doctype = doctypes.get(name)
    wanted = [rule.name for rule in doctype.fields]
    return by_name(find_fields([drawn(drawing, **about)], doctype, wanted))


def values(drawing: str, name: str = "invoice") -> dict[str, str]:
    return {field: one.normalised for field, one in found(drawing, name).items()}


def proved(drawing: str) -> list[tuple[int, int, int]]:
    sheet = Sheet([drawn(drawing)])
    return [triple[:3] for triple in triples(sheet, Printed(sheet))]


def chosen(drawing: str, name: str = "grand_total") -> float:
    return found(drawing)[name].evidence.chosen


def test_a_tax_is_known_by_its_rate_and_the_gross_beside_it():
    assert proved("EUR   1.764,71\n+ 19 % MwSt.   335,29\nEUR   2.100,00") == [
        (176471, 33529, 210000)
    ]


def test_without_a_gross_on_the_page_a_rate_proves_nothing():
    assert proved("EUR   1.764,71\n+ 19 % MwSt.   335,29") == []


@pytest.mark.parametrize(
    "lines", ["Price   100.00\n10 % off   10.00", "Tea pot   100.00   10 %   10.00"]
)
def test_a_discount_is_no_tax(lines):
    assert proved(f"{lines}\nSum   110.00") == []


def test_a_column_of_rates_needs_no_percent_sign():
    table = "Code   Base HT   Taux   TVA   TTC\n1   950,00   10,00   95,00   1.045,00"
    assert proved(table) == [(95000, 9500, 104500)]


def test_taxes_at_several_rates_are_added_up():
    lines = """
    Netto 10 %   850,00
    USt 10 % von 850,00    85,00
    USt 20 % von 80,00     16,00
    Zwischensumme         930,00
    Rechnungsbetrag     1.031,00
    """
    tax = found(lines)["tax_total"]
    assert tax.normalised == "101.00"
    assert tax.value == "85,00 16,00"
    assert len(tax.boxes) == 2


def test_a_tax_of_one_rate_is_no_total_of_several():
    table = """
    MwSt      Netto     MwSt     Brutto
    7 %      130,00     9,10     139,10
    19 %      27,00     5,13      32,13
    Summe    157,00    14,23     171,23
    Rechnungsbetrag              171,23
    """
    assert values(table)["tax_total"] == "14.23"
    assert values(table)["net_total"] == "157.00"


def test_what_is_due_is_the_total_where_nothing_else_is_said():
    due = found("Net total   100.00\nVAT 20 %   20.00\nTotal   120.00")["due_payable"]
    assert due.normalised == "120.00"
    assert due.confidence < 0.99


def test_what_was_paid_before_is_not_due_again():
    bill = "Total HT  4 200,00\nTVA 20 %  840,00\nTotal TTC  5 040,00\nAcompte versé  -1 500,00\n"
    assert values(bill + "Solde  3 540,00")["due_payable"] == "3540.00"


def test_a_sum_shows_the_sign_that_was_lost():
    credit = "Nettobetrag   -7,67\nSteuerbetrag   1,12\nBruttosumme   -8,79"
    tax = found(credit)["tax_total"]
    assert (tax.normalised, tax.value) == ("-1.12", "1,12")


def test_a_sum_decides_between_the_engine_and_its_second_guess():
    bill = "Net total   413.22\nVAT 21 %   86.78\nGrand total   500.0#"
    total = found(bill, doubts={"#": Glyph("8", 0.6, 0, 0, "0", 0.3)})["grand_total"]
    assert (total.normalised, total.value) == ("500.00", "500.08")
    assert total.confidence < 0.95


def test_the_head_of_a_table_of_things_sold_announces_no_total():
    table = """
    DESCRIPTION          QTY     UNIT PRICE      TOTAL
    Ergonomic chair      2       310.00          620.00
    Copy paper           5       45.10           225.50
                                 SUBTOTAL        845.50
                                 TAX             69.75
                                 S & H           12.00
                                 TOTAL           927.25
    """
    assert values(table)["grand_total"] == "927.25"


@pytest.mark.parametrize("head", ["Price (incl. VAT)", "(ohne USt.)", "Stückpreis inkl. MwSt"])
def test_a_tax_that_an_amount_includes_is_not_announced(head):
    assert "tax_total" not in values(f"{head}\n49.96")


def test_change_printed_as_a_loss_is_change():
    slip = "Total   7.85\nBar   10.00\nRückgeld   -2.15"
    assert found(slip, "receipt")["total"].evidence.proved


def test_a_sum_that_comes_out_with_unlikely_values_is_chance():
    bill = """
    Nettobetrag     7,90
    MwSt            7,00
    Rundung         1,00
    Steuerbetrag    1,50
    Bruttosumme     9,40
    Rest           15,90
    """
    assert values(bill)["tax_total"] == "1.50"


def test_the_last_column_shows_what_its_amounts_add_up_to():
    sheet = Sheet([drawn("a     10.00\nb      5.00\nc      7.50\nsum   22.50\nmore  99.00")])
    assert totals(sheet) == {2250}


def test_amounts_beside_a_column_are_not_added():
    assert totals(Sheet([drawn("a     10.00\nb             5.00\nsum   15.00")])) == frozenset()


def test_where_a_sum_comes_out_other_values_are_hardly_meant():
    bill = "Net total   100.00\nTotal VAT   19.00\nGrand total   119.00\nGrand total   190.00"
    assert chosen(bill) > 0.95


def test_under_the_head_of_a_table_a_value_is_less_likely_a_total():
    table = "DESCRIPTION   QTY   TOTAL\nErgonomic chair     1    620.00"
    assert chosen(table) < chosen(table.replace("DESCRIPTION   QTY", "             "))


def test_a_value_with_a_label_of_its_own_is_not_that_of_the_label_above():
    under = "             TOTAL\nSubtotal     845.50"
    assert chosen(under) < chosen(under.replace("Subtotal", "        "))


def test_what_the_amounts_above_add_up_to_is_likelier_a_total():
    adds_up = "a         10.00\nb          5.00\nc          7.50\nSubtotal  22.50"
    other = adds_up.replace("7.50", "7.49")
    assert chosen(adds_up, "net_total") > chosen(other, "net_total")


@pytest.mark.parametrize(("by_column", "stays"), [(0.4, PROVED[1]), (3.0, 3.0)])
def test_of_two_reasons_for_a_value_the_better_one_counts(monkeypatch, by_column, stays):
    """A column adds up to it, and one other value agrees with it."""
    monkeypatch.setattr(money, "TOTALLED", by_column)
    bill = "Pens     7.00\nPaper   15.50\nNet total   22.50\nTotal   22.50"
    doctype, sheet = doctypes.get("invoice"), Sheet([drawn(bill)])
    backing = Money(doctype, sheet, Labels(sheet, doctype)).backing(doctype.rule("grand_total"))
    assert backing["22.50"] == stays
