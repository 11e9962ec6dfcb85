"""Seller and buyer where no label announces them, and the numbers that stand with their names."""

from __future__ import annotations

import pytest

from apps.extraction import doctypes
from apps.extraction.fields import Found
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


def likely(drawing: str, name: str) -> float:
    """How likely a name is taken to be the seller's; 0 where another is taken."""
    [one] = find_fields([drawn(drawing)], doctypes.get("invoice"), ["seller_name"])
    return one.evidence.chosen if isinstance(one, Found) and one.normalised == name else 0.0


def test_a_letter_shows_sender_and_addressee():
    assert parties(LETTER) == ("Kannenwerk GmbH", "Zuckerdose AG")


def test_one_name_is_not_on_both_sides():
    same = "Bill to\nKannenwerk GmbH\n" + "Kannenwerk GmbH\nTeeweg 4\n99199 Beispielstadt"
    assert parties(same)[1] == "Kannenwerk GmbH"
    assert parties(same)[0] != "Kannenwerk GmbH"


ROTER_TOPF = "Roter Topf\nUfergasse 9\n40235 Musterort"
FILLER = "\nText" * 30


def test_who_only_has_the_account_wrote_nothing():
    bank = "Volksbank Musterort\nBahnhofstr. 1\n40235 Musterort"
    assert likely(bank, "Volksbank Musterort") < likely(ROTER_TOPF, "Roter Topf")


def test_a_name_under_the_head_of_a_table_is_among_the_goods():
    table = "Artikel     Anzahl     Einzelpreis\n" + ROTER_TOPF
    assert likely(table, "Roter Topf") < likely("Text\n" + ROTER_TOPF, "Roter Topf")


def test_what_stands_behind_a_caption_is_the_value_of_something_else():
    alone, keyed = "T. Frey", "Ansprechpartner     T. Frey"
    assert likely(keyed + FILLER, "T. Frey") < likely(alone + FILLER, "T. Frey")


def test_a_date_is_no_name():
    assert likely("Luzern, 3. Februar 2021" + FILLER, "Luzern, 3. Februar") < 0.2


def test_the_full_name_is_meant_where_a_part_of_it_is_printed_large():
    text = f"ALPENBLICK\nAlpenblick Seminarhotel GmbH{FILLER}\npost@alpenblick.example"
    assert seller(text) == "Alpenblick Seminarhotel GmbH"


def test_who_is_named_again_and_again_wrote_it():
    again, other = (
        "".join(f"\nZahlung {number}: an {name}" for number in range(3))
        for name in ("Roter Topf", "uns alle")
    )
    assert likely(ROTER_TOPF + again, "Roter Topf") > likely(ROTER_TOPF + other, "Roter Topf")


def test_the_kind_of_a_document_is_no_part_of_a_name():
    assert seller("Teapot Ltd INVOICE\n4 Tea Lane") == "Teapot Ltd"


@pytest.mark.parametrize(
    "line",
    [
        "Seite 1 von 3",
        "Deutschland",
        "31-147 Krak\u00f3w",
        "12, 14), represented by Ada",
        "Unsere UST-ID",
    ],
)
def test_what_is_no_name_is_no_party(line):
    assert likely(line + FILLER, line) == 0.0
    assert likely("Roter Topf" + FILLER, "Roter Topf") > 0.0


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
