"""The wanted fields of a document, each with its place and how sure it is."""

from __future__ import annotations

import pytest

from apps.extraction import doctypes
from apps.extraction.engines import Glyph
from apps.extraction.fields import Found, Missing
from apps.extraction.find import find_fields
from tests.extraction.pages import by_name, drawn

RECEIPT = """
            BLUE TEAPOT TRADING SDN BHD
                  (123456-X)
               NO. 7, JALAN CAWAN 3/1,
                 TAMAN TEKO,
               81100 JOHOR BAHRU
                TEL: 07-555 0199

                  TAX INVOICE
Invoice No: TP-00471
Date: 03/04/2019 14:22
Cashier: Mia

TEA POT, BLUE           1    20.00     20.00
TEA LEAVES 250G         2     4.50      9.00

                    Subtotal           29.00
                    GST 6%              1.74
                    Rounding            0.01
                    TOTAL              30.75
                    Cash               50.00
                    Change             19.25
"""
INVOICE = """
Kannenwerk GmbH - Teeweg 4 - 99199 Beispielstadt

Zuckerdose AG
Ufergasse 9
40235 Musterort                              Rechnung
                                             Rechnungsnr.      RE-2031
                                             Rechnungsdatum    05.03.2021
                                             Bestell-Nr.       4500123

Pos   Bezeichnung            Menge     Preis       Betrag
1     Teekanne blau          2         50,00       100,00
2     Untertasse             10        5,00         50,00

                             Nettobetrag           150,00
                             MwSt. 19%              28,50
                             Rechnungsbetrag       178,50 EUR

Zahlbar bis 19.03.2021
Kannenwerk GmbH   USt-IdNr. DE232446240   IBAN DE30 5075 0094 0000 0485 67
"""


def found(name: str, drawing: str, **about):
    doctype = doctypes.get(name)
    page = drawn(drawing, **about)
    return by_name(find_fields([page], doctype, [rule.name for rule in doctype.fields]))


def normalised(name: str, drawing: str) -> dict[str, str]:
    return {field: one.normalised for field, one in found(name, drawing).items()}


def test_a_receipt_gives_its_fields():
    assert normalised("receipt", RECEIPT) == {
        "company": "BLUE TEAPOT TRADING SDN BHD",
        "address": "NO. 7, JALAN CAWAN 3/1, TAMAN TEKO, 81100 JOHOR BAHRU",
        "date": "2019-04-03",
        "total": "30.75",
        "subtotal": "29.00",
        "tax": "1.74",
    }


def test_an_invoice_gives_its_fields():
    assert normalised("invoice", INVOICE) == {
        "invoice_number": "RE-2031",
        "issue_date": "2021-03-05",
        "due_date": "2021-03-19",
        "seller_name": "Kannenwerk GmbH",
        "seller_vat_id": "DE232446240",
        "buyer_name": "Zuckerdose AG",
        "currency": "EUR",
        "net_total": "150.00",
        "tax_total": "28.50",
        "grand_total": "178.50",
        "due_payable": "178.50",
        "iban": "DE30507500940000048567",
    }


def test_only_wanted_fields_come_back():
    page = drawn(RECEIPT)
    doctype = doctypes.get("receipt")
    assert [one.name for one in find_fields([page], doctype, ["total"])] == ["total"]
    assert find_fields([page], doctype, []) == []
    assert find_fields([page], doctype, ["poem"]) == []


def test_the_box_of_a_value_glued_to_its_label_is_its_own():
    total = found("receipt", "TEAPOT TRADING\nTotal:12.50\nCash:20.00\nChange:7.50")["total"]
    assert total.value == "12.50"
    assert total.box.left == pytest.approx(6 / 80)
    assert total.box.right == pytest.approx(11 / 80)
    assert total.label is not None
    assert total.label.right == pytest.approx(5 / 80)


def test_a_value_over_several_lines_has_a_box_for_each():
    address = found("receipt", RECEIPT)["address"]
    assert len(address.boxes) == 3
    assert address.box.top == address.boxes[0].top
    assert address.box.bottom == address.boxes[-1].bottom
    assert "".join(g.text for g in address.glyphs) == address.value.replace(" ", "")


def test_a_wanted_field_that_is_not_there_is_missing():
    doctype = doctypes.get("invoice")
    found = find_fields([drawn("hello")], doctype, ["invoice_number", "iban"])
    assert [(one.name, type(one)) for one in found] == [
        ("invoice_number", Missing),
        ("iban", Missing),
    ]
    assert found[0].box == doctype.rule("invoice_number").region


def test_a_label_without_a_value_shows_where_it_should_stand():
    [missing] = find_fields([drawn("Total:\n\n\nbye")], doctypes.get("receipt"), ["total"])
    assert isinstance(missing, Missing)
    assert missing.label is not None
    assert missing.box is not None
    assert missing.box.overlaps(missing.label)


def test_sums_that_come_out_make_a_total_sure():
    total = found("receipt", RECEIPT)["total"]
    assert total.confidence > 0.99
    assert total.checks == (("amount", True), ("decimals", True))


def test_contradicting_totals_are_unsure():
    torn = RECEIPT.replace("TOTAL              30.75", "TOTAL              80.75")
    assert found("receipt", torn)["total"].confidence < 0.9


def test_two_totals_that_differ_are_unsure():
    both = "TEAPOT TRADING\nGrand Total   12.50\nGrand Total   17.50"
    total = found("receipt", both)["total"]
    assert total.confidence < 0.6
    assert {total.value, *total.others} >= {"12.50", "17.50"}


def test_a_doubtful_character_lowers_confidence_and_is_offered_otherwise():
    doubt = {"7": Glyph("1", 0.6, 0, 0, "7", 0.35)}
    total = found("receipt", "TEAPOT TRADING\nTotal   27.50", doubts=doubt)["total"]
    assert total.normalised == "21.50"
    assert total.confidence < 0.7
    assert total.others[0] == "27.50"


def test_a_value_read_twice_is_surer_than_one_read_once():
    doubt = {"7": Glyph("7", 0.7, 0, 0, "1", 0.3)}
    once = found("receipt", "TEAPOT\nTotal   27.50", doubts=doubt)["total"]
    twice = found("receipt", "TEAPOT\nTotal   27.50\nVisa   27.50", doubts=doubt)["total"]
    assert twice.confidence > once.confidence


def test_an_amount_without_cents_goes_to_a_person_with_its_point_offered():
    total = found("receipt", "TEAPOT TRADING\nTotal   3100")["total"]
    assert total.confidence < 0.5
    assert "31.00" in total.others
    assert ("decimals", False) in total.checks


def test_the_total_after_rounding_is_meant():
    rounded = "TEAPOT\nTotal (Inclusive of GST)   41.52\nRounding   -0.02\nTOTAL   41.50"
    assert found("receipt", rounded)["total"].normalised == "41.50"


def test_a_count_or_a_discount_is_hardly_the_total():
    """It is offered to whoever is asked, and nobody takes it for sure."""
    unlikely = found("receipt", "Total Qty   3\nTotal Discount   1.00")["total"]
    assert unlikely.normalised == "1.00"
    assert unlikely.evidence.chosen < 0.1


def test_a_table_of_taxes_gives_the_sum_of_its_column():
    table = """
    Nettobetrag     MwSt-Betrag     Endbetrag
    100,00          19,00           119,00
    200,00          14,00           214,00
    300,00          33,00           333,00
    """
    values = normalised("invoice", table)
    assert (values["net_total"], values["tax_total"]) == ("300.00", "33.00")
    assert values["grand_total"] == "333.00"


def test_the_date_of_the_invoice_stands_in_the_row_of_its_number():
    values = normalised("invoice", "Facture n\u00b0F-77 du 02 Juillet 2015")
    assert (values["invoice_number"], values["issue_date"]) == ("F-77", "2015-07-02")


def test_values_stand_under_their_labels_too():
    values = normalised("invoice", "Invoice Number   Invoice Date\n34278           6/18/2017")
    assert (values["invoice_number"], values["issue_date"]) == ("34278", "2017-06-18")


def test_the_seller_is_known_by_its_mail():
    letterhead = "Kannenwerk" + "\n" * 12 + "Fragen an post@kannenwerk.example"
    plain = "Kannenwerk" + "\n" * 12 + "Fragen an post@zuckerdose.example"
    surer, less = (found("invoice", one)["seller_name"].confidence for one in (letterhead, plain))
    assert surer > less


def test_a_contract_gives_its_parties_and_title():
    text = """
                      between
    Kannenwerk Ltd
    4 Tea Lane, Teatown
                      and
    Sugar Bowl Inc.
    9 Shore Road, Bowlham

    This agreement takes effect on 3 May 2021 and binds both sides for three years from then.
    """
    values = normalised("contract", text)
    assert values["first_party"] == "Kannenwerk Ltd"
    assert values["second_party"] == "Sugar Bowl Inc."
    assert values["effective_date"] == "2021-05-03"


def test_a_letter_gives_the_subject_above_its_salutation():
    letter = "Teatown, 3 May 2021\n\nYour order of blue tea pots\n\nDear Ms Bowl,\n\nThank you."
    values = normalised("letter", letter)
    assert values["subject"] == "Your order of blue tea pots"
    assert values["date"] == "2021-05-03"


def test_a_statement_gives_its_balances():
    statement = """
    Teatown Savings Bank
    Account number   1234-567        Statement date   31/01/2021
    Opening balance                        1,000.00
    Total credits                            250.00
    Total debits                             100.00
    Closing balance                        1,150.00
    """
    values = normalised("bank_statement", statement)
    assert (values["opening_balance"], values["closing_balance"]) == ("1000.00", "1150.00")
    assert (values["account_number"], values["statement_date"]) == ("1234-567", "2021-01-31")


def test_a_class_without_fields_finds_nothing():
    assert find_fields([drawn(RECEIPT)], doctypes.get("other"), ["total"]) == []


def test_fields_come_in_the_order_of_the_class():
    wanted = ["total", "company", "date"]
    found = find_fields([drawn(RECEIPT)], doctypes.get("receipt"), wanted)
    assert [one.name for one in found] == ["company", "date", "total"]


def test_every_confidence_is_a_probability():
    for name, text in [("receipt", RECEIPT), ("invoice", INVOICE)]:
        for one in found(name, text).values():
            assert isinstance(one, Found)
            assert 0 <= one.confidence <= 1
            assert len(one.others) <= 5
