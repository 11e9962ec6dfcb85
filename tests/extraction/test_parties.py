"""Seller and buyer where no label announces them, and the numbers that stand with their names."""

from __future__ import annotations

import pytest

from apps.extraction import doctypes
from apps.extraction.find import find_fields
from tests.extraction.pages import by_name, drawn

LETTER = """
Kannenwerk GmbH · Teeweg 4 · 99199 Beispielstadt

Zuckerdose AG
Ufergasse 9
40235 Musterort                              Ihr Ansprechpartner    T. Frey
                                             Rechnungsnr.           RE-2031

Artikel              Anzahl    Einzelpreis     Betrag
Teekanne 10 kg       2         50,00           100,00
Untertasse           10        5,00             50,00
                               Rechnungsbetrag 150,00

Volksbank Musterort
Bahnhofstr. 1
40235 Musterort
"""


def parties(drawing: str) -> tuple[str, str]:
    names = ("seller_name", "buyer_name")
    fields = by_name(find_fields([drawn(drawing)], doctypes.get("invoice"), names))
    return tuple(fields[name].normalised if name in fields else "" for name in names)


def seller(drawing: str) -> str:
    return parties(drawing)[0]


def test_a_letter_shows_sender_and_addressee():
    assert parties(LETTER) == ("Kannenwerk GmbH", "Zuckerdose AG")


def test_one_name_is_not_on_both_sides():
    same = "Bill to\nKannenwerk GmbH\n" + "Kannenwerk GmbH\nTeeweg 4\n99199 Beispielstadt"
    assert parties(same)[1] == "Kannenwerk GmbH"
    assert parties(same)[0] != "Kannenwerk GmbH"


def test_neither_goods_nor_banks_nor_contacts_are_parties():
    assert not {"Teekanne 10 kg", "Untertasse", "Volksbank Musterort", "T. Frey"}.intersection(
        parties(LETTER)
    )


def test_the_full_name_is_meant_where_a_part_of_it_is_printed_large():
    text = "ALPENBLICK\n\n" + "Alpenblick Seminarhotel GmbH\nBergweg 1\n6370 Musterort"
    assert seller(text) == "Alpenblick Seminarhotel GmbH"


def test_who_is_named_again_and_again_wrote_it():
    once = "Roter Topf\nUfergasse 9\n40235 Musterort"
    again = "".join(f"\nZahlung {number}: an Roter Topf" for number in range(3))
    [first], [second] = (
        find_fields([drawn(text)], doctypes.get("invoice"), ["seller_name"])
        for text in (once, once + again)
    )
    assert first.normalised == second.normalised == "Roter Topf"
    assert first.confidence < second.confidence


def test_the_kind_of_a_document_is_no_part_of_a_name():
    assert seller("Teapot Ltd INVOICE\n4 Tea Lane") == "Teapot Ltd"


@pytest.mark.parametrize(
    "line", ["Seite 1 von 3", "Deutschland", "31-147 Krak\u00f3w", "12, 14), represented by Ada"]
)
def test_what_is_no_name_is_no_party(line):
    assert seller(line) != line


def test_a_sender_may_name_itself_at_the_foot_only():
    text = "Rechnung\n" + "\n" * 30 + "Teehaus Betriebs GmbH · Rheinallee 3 · 56154 Boppard"
    assert seller(text) == "Teehaus Betriebs GmbH"


def test_a_number_belongs_to_the_name_above_it():
    text = """
    Seller                             Buyer
    Kannenwerk GmbH                    Zuckerdose AG
    Teeweg 4                           Ufergasse 9
    99199 Beispielstadt                40235 Musterort
    VAT ID: DE136695976                VAT ID: DE129273398
    """
    [number] = find_fields([drawn(text)], doctypes.get("invoice"), ["seller_vat_id"])
    assert number.normalised == "DE136695976"
    turned = text.replace("Seller", "Buyer ", 1).replace("Buyer\n", "Seller\n", 1)
    [number] = find_fields([drawn(turned)], doctypes.get("invoice"), ["seller_vat_id"])
    assert number.normalised == "DE129273398"


def test_a_label_announces_what_stands_right_under_it():
    text = """
    Seller                                        Buyer
    Name: Kannenwerk und Topfhandel GmbH          Name: Zuckerdose AG
    """
    assert parties(text) == ("Kannenwerk und Topfhandel GmbH", "Zuckerdose AG")
