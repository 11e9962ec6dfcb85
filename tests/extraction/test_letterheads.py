"""Names and addresses at the head of a page, told apart from what stands around them."""

from __future__ import annotations

import pytest

from apps.extraction import letterheads
from apps.extraction.blocks import blocks
from apps.extraction.candidates import Candidate
from apps.extraction.layout import rows_of
from apps.extraction.lines import Line, Role, trust_in
from apps.extraction.sheet import Sheet
from tests.extraction.pages import drawn, row


def likeliest(candidates: list[Candidate]) -> str:
    return max(candidates, key=lambda one: one.odds).normalised if candidates else ""


def name(text: str) -> str:
    return likeliest(list(letterheads.names(Sheet([drawn(text)]))))


def address(text: str) -> str:
    return likeliest(list(letterheads.addresses(Sheet([drawn(text)]))))


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("BLUE TEAPOT SDN BHD", Role.NAME),
        ("Kannenwerk GmbH", Role.NAME),
        ("(123456-X)", Role.REGISTER),
        ("NO. 7, JALAN CAWAN 3/1,", Role.ADDRESS),
        ("4 Tea Lane", Role.ADDRESS),
        ("Ufergasse 9", Role.ADDRESS),
        ("99199 Beispielstadt", Role.ADDRESS),
        ("69002 LYON", Role.ADDRESS),
        ("8001 Z\u00fcrich", Role.ADDRESS),
        ("MANLY NSW 2095", Role.ADDRESS),
        ("31-147 Krak\u00f3w", Role.ADDRESS),
        ("St.-Nr. 257/123/45678", Role.END),
        ("Teatown, ZZ6 3JP", Role.ADDRESS),
        ("SELANGOR", Role.PLACE),
        ("TEL: 07-555 0199", Role.END),
        ("post@teapot.example", Role.END),
        ("VAT No. 123", Role.END),
        ("DUPLICATE RECEIPT", Role.HEADING),
        ("THANK YOU, PLEASE COME AGAIN", Role.HEADING),
        ("Blue Teapot", Role.OTHER),
        ("x" * 300, Role.OTHER),
    ],
)
def test_a_line_is_what_it_looks_like(text, role):
    assert Line(row(text).whole).role == role


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("some note\nBLUE TEAPOT SDN BHD\n(123456-X)\nNO 7, JALAN CAWAN", "BLUE TEAPOT SDN BHD"),
        (
            "TEA HOUSE\nOWNED BY: BLUE TEAPOT SDN BHD (123456-X)\nLOT 3, TAMAN TEKO",
            "BLUE TEAPOT SDN BHD",
        ),
        (
            "BLUE TEAPOT VEGETARIAN\nRESTAURANT SDN BHD\nNO 7, JALAN CAWAN",
            "BLUE TEAPOT VEGETARIAN RESTAURANT SDN BHD",
        ),
        ("THANK YOU\nBlue Teapot\n4 Tea Lane, Teatown", "Blue Teapot"),
        ("Blue Teapot Sdn Bhd (1\n4 Tea Lane, Teatown", "Blue Teapot Sdn Bhd"),
        ("B1ue Teapot WorId Sdn Bhd\n4 Tea Lane, Teatown", "Blue Teapot World Sdn Bhd"),
        ("", ""),
    ],
)
def test_a_name_stands_above_its_address(text, expected):
    assert name(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "BLUE TEAPOT\nNO. 7, JALAN CAWAN,\nTAMAN TEKO,\n81100 JOHOR\nTEL: 1",
            "NO. 7, JALAN CAWAN, TAMAN TEKO, 81100 JOHOR",
        ),
        (
            "BLUE TEAPOT\n16 Station Approach\nTeatown, ZZ6 3JP\n0161 496 0088",
            "16 Station Approach Teatown, ZZ6 3JP",
        ),
        ("Kanne GmbH\nLindenplatz 1\n01067 Musterort\nTel. 1", "Lindenplatz 1 01067 Musterort"),
        ("BAR TETERA\nJos\u00e9\nC/ Mayor 14\n28013 Madrid", "C/ Mayor 14 28013 Madrid"),
        (
            "TEA SHOP\nSite: 2395\nLOT 485, TAMAN TEKO\n54200 JOHOR",
            "LOT 485, TAMAN TEKO 54200 JOHOR",
        ),
        ("Kanne GmbH\nTeeweg 7\n86150 Musterort\nKaffee 2,65 A", "Teeweg 7 86150 Musterort"),
        ("BLUE TEAPOT\nTEL: 07-555 0199\nTOTAL 5.00", ""),
    ],
)
def test_an_address_is_the_lines_that_read_like_one(text, expected):
    assert address(text) == expected


def test_a_column_of_lines_is_a_block():
    page = drawn(
        """
        Kannenwerk GmbH          Zuckerdose AG
        Teeweg 4                 Ufergasse 9
        99199 Beispielstadt      40235 Musterort


        Rechnung
        """
    )
    texts = [[line.text for line in block.lines] for block in blocks(rows_of(page))]
    assert ["Kannenwerk GmbH", "Teeweg 4", "99199 Beispielstadt"] in texts
    assert ["Zuckerdose AG", "Ufergasse 9", "40235 Musterort"] in texts


def test_signs_that_belong_in_no_word_lower_trust():
    assert trust_in("JALAN CAWAN") == 1.0
    assert trust_in("JA:AN CAWAN") == trust_in("J1n Cawan") == trust_in("WorId") == 0.5


def test_a_brand_printed_like_the_name_below_it_may_be_part_of_it():
    head = "TEA HOUSE\nBLUE TEAPOT SDN BHD\n(123456-X)\nNO 7, JALAN CAWAN"
    odds = {one.normalised: one.odds for one in letterheads.names(Sheet([drawn(head)]))}
    assert odds["BLUE TEAPOT SDN BHD"] > odds["TEA HOUSE BLUE TEAPOT SDN BHD"] > 0


def test_a_measure_is_no_legal_form():
    assert Line(row("Zuckerdose KG").whole).legal_form
    assert not Line(row("Zucker 10 KG").whole).legal_form
