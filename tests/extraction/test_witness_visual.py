"""The print of an identity paper backs its machine-readable zone, or denies it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from apps.extraction import doctypes
from apps.extraction.engines import Glyph
from apps.extraction.fields import Flag, Found, Second
from apps.extraction.find import find_fields
from apps.extraction.synthetic.numbers import mrz
from apps.extraction.witnesses import SILENT, heard
from tests.extraction.pages import drawn

IDENTITY = doctypes.get("identity")
HOLDER = {
    "issuer": "UTO", "surname": "ERIKSSON", "given_names": "ANNA MARIA", "number": "L898902C3",
    "nationality": "UTO", "dob": date(1974, 8, 12), "sex": "F", "expiry": date(2032, 4, 15),
}  # fmt: skip
PRINT = """
    PASSPORT          UTOPIA

    Type     Code     Passport No.
    P        UTO      L898902C3
    Surname
    ERIKSSON
    Given names
    ANNA MARIA
    Nationality
    UTOPIAN
    Date of birth           Sex
    12 AUG 1974             F
    Date of expiry
    15 APR 2032
"""
NAMES = ["surname", "given_names", "number", "nationality", "issuer", "dob", "sex", "expiry"]


def fields(printed: str = PRINT, *, poor: str = "", **holder: Any) -> dict[str, Found]:
    """Fields of a passport. `poor` are characters that the engine hardly saw."""
    zone = mrz(**(HOLDER | holder))
    doubts = {sign: Glyph(sign, 0.6, 0, 0) for sign in poor}
    page = drawn(printed + "\n\n\n    " + "\n    ".join(zone), doubts=doubts)
    found = find_fields([page], IDENTITY, [rule.name for rule in IDENTITY.fields])
    said = heard(found, SILENT, IDENTITY, pages=[page])
    return {one.name: one for one in said if isinstance(one, Found)}


@pytest.mark.parametrize("name", NAMES)
def test_a_value_that_is_printed_too_is_backed(name):
    assert fields()[name].evidence.second is Second.AGREES
    assert not fields()[name].flags


@pytest.mark.parametrize("name", NAMES)
def test_a_zone_alone_does_not_back_itself(name):
    assert fields("PASSPORT")[name].evidence.second is Second.NONE


def test_what_stands_in_no_print_has_no_second_reading():
    assert fields()["document_code"].evidence.second is Second.NONE


OTHERS = [
    ("surname", "ERIKSSON", "SVENSSON"),
    ("given_names", "ANNA MARIA", "HANNA"),
    ("number", "L898902C3", "L898902C8"),
    ("dob", "12 AUG 1974", "12 AUG 1984"),
    ("sex", "   F", "   M"),
    ("expiry", "15 APR 2032", "15 APR 2022"),
    ("nationality", "UTOPIAN", "BRITISH"),
]


@pytest.mark.parametrize(("name", "printed", "other"), OTHERS, ids=lambda one: one)
def test_another_value_beside_the_label_denies(name, printed, other):
    printed_page = PRINT.replace(printed, other)
    if name == "nationality":
        printed_page = printed_page.replace("UTOPIA\n", "\n").replace("UTO ", "    ")
    one = fields(printed_page)[name]
    assert one.evidence.second is Second.DIFFERS
    assert one.flags == (Flag.PRINT_DIFFERS,)
    assert one.normalised == fields()[name].normalised


@pytest.mark.parametrize(("name", "printed", "other"), OTHERS, ids=lambda one: one)
def test_a_value_that_is_not_printed_is_not_denied(name, printed, other):
    del other
    gone = PRINT.replace(printed, " " * len(printed)).replace("UTOPIA", "").replace("UTO", "   ")
    assert fields(gone)[name].evidence.second is Second.NONE


def test_a_print_that_was_hardly_read_denies_nothing():
    one = fields(PRINT.replace("ERIKSSON", "SVENSSON"), poor="V")["surname"]
    assert one.evidence.second is Second.NONE


@pytest.mark.parametrize(
    "printed",
    [
        "12.08.1974", "12/08/1974", "08/12/1974", "1974-08-12", "12 08 1974", "12.08.74",
        "12 AUG/AOÛT 74", "12AUG1974", "12 août 1974", "12. August 1974", "12 agosto 1974",
        "12-AUG-1974", "12 Ogos 1974",
    ],
)  # fmt: skip
def test_dates_are_known_in_many_forms(printed):
    assert fields(PRINT.replace("12 AUG 1974", printed))["dob"].evidence.second is Second.AGREES


@pytest.mark.parametrize(
    ("surname", "printed"),
    [
        ("MUELLER", "Müller"),
        ("MULLER", "Müller"),
        ("GROSSE", "Große"),
        ("AAGARD", "Ågard"),
        ("AGARD", "Ågard"),
        ("OESTERGAARD", "Østergaard"),
        ("LUKASZ", "Łukasz"),
        ("NUNEZ", "Núñez"),
        ("OCONNOR", "O'Connor"),
        ("DUPONT MARTIN", "Dupont-Martin"),
        ("VAN DER MEER", "van der Meer"),
    ],
)
def test_letters_that_a_zone_lacks_are_spelt_out(surname, printed):
    page = PRINT.replace("ERIKSSON", printed)
    assert fields(page, surname=surname)["surname"].evidence.second is Second.AGREES


def test_a_name_that_the_zone_cut_short_is_backed():
    page = PRINT.replace("ERIKSSON", "PAPANDROPOULOS").replace("ANNA MARIA", "IOANNA KONSTANTINA")
    cut = {"surname": "PAPANDROPOULOS", "given_names": "IOANNA KONSTANTINA ALEXANDRA"}
    page = page.replace("KONSTANTINA", "KONSTANTINA ALEXANDRA")
    assert fields(page, **cut)["given_names"].evidence.second is Second.AGREES


@pytest.mark.parametrize(
    ("name", "printed", "other"),
    [
        ("number", "L898902C3", "L898902C3145"),
        ("number", "L898902C3", "L 898902 C3"),
        ("sex", "   F", "F / F"),
        ("sex", "   F", "W/F"),
        ("sex", "   F", "Female"),
        ("surname", "Surname\n    ERIKSSON", "Surname ERIKSSON"),
        ("given_names", "ANNA MARIA", "Anna Maria (née Berg)"),
    ],
)
def test_other_ways_to_print_the_same(name, printed, other):
    assert fields(PRINT.replace(printed, other))[name].evidence.second is Second.AGREES


@pytest.mark.parametrize(
    ("nationality", "printed"),
    [("DEU", "DEU"), ("D<<", "DEUTSCH"), ("GBR", "BRITISH CITIZEN"), ("FRA", "Française")],
)
def test_a_nationality_is_known_by_code_and_by_word(nationality, printed):
    page = PRINT.replace("UTOPIAN", printed)
    one = fields(page, nationality=nationality)["nationality"]
    assert one.evidence.second is Second.AGREES


def test_another_class_has_no_zone_to_be_backed():
    page = drawn("INVOICE\n\nInvoice No: 17\nSurname\nSVENSSON")
    invoice = doctypes.get("invoice")
    found = find_fields([page], invoice, ["invoice_number"])
    assert heard(found, SILENT, invoice, pages=[page]) == found


@pytest.mark.parametrize("text", ["Surname", "Sex M", "12 AUG 1974", "ERIKSSON", "L898902C3 "])
def test_a_page_full_of_labels_and_values_is_heard_without_an_exception(text):
    page = "\n    ".join([" ".join([text] * 8)] * 500)
    assert len(fields(page)) > 5
