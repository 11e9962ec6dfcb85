"""Numbers by which states know people: what a register could have given out, and what not."""

from __future__ import annotations

import pytest

from apps.extraction.registers import REGISTERS, Use, accepts, fitting
from apps.extraction.values import Kind
from apps.extraction.values.reading import readings
from tests.extraction.pages import NONE, row

# A number of each register, as it is printed. All are examples of authorities or of standards, or
# lie where nothing is given out.
EXAMPLES = {
    "GB national insurance": "AB 12 34 56 C",
    "GB UTR": "1955839661",
    "GB NHS": "943 476 5870",
    "IE PPS": "6433435F",
    "DE tax identity": "36 574 261 809",
    "DE tax office": "151/815/08156",
    "DE pension insurance": "65 180539 W 001",
    "DE health insurance": "A123456780",
    "AT tax": "59-119/9013",
    "AT social insurance": "1237 010180",
    "CH AHV": "756.9217.0769.85",
    "FR NIR": "2 95 10 99 126 111 93",
    "FR tax": "07 01 987 765 493",
    "BE national": "85.07.30-033 28",
    "ES DNI": "54362315-K",
    "ES NIE": "X-2482300-W",
    "ES CIF": "J99216582",
    "ES social security": "28 12345678 40",
    "IT codice fiscale": "RSSMRA85T10A562S",
    "NL BSN": "1112.22.333",
    "MY NRIC": "770305-02-1234",
    "MY income tax": "IG 845462070",
}

WITHOUT_CHECK_DIGITS = {"GB national insurance", "DE tax office", "MY NRIC", "MY income tax"}


def test_every_register_has_an_example():
    assert set(EXAMPLES) == {register.name for register in REGISTERS}


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_register_knows_its_own(name):
    assert name in {register.name for register in fitting(EXAMPLES[name])}


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_digit_that_was_misread_is_noticed_where_there_are_check_digits(name):
    number = EXAMPLES[name]
    last = max(at for at, sign in enumerate(number) if sign.isdigit())
    wrong = f"{number[:last]}{(int(number[last]) + 1) % 10}{number[last + 1 :]}"
    known = name in {register.name for register in fitting(wrong)}
    assert known is (name in WITHOUT_CHECK_DIGITS)


def test_a_number_serves_its_own_use_only():
    assert accepts("36574261809", Use.TAX)
    assert not accepts("36574261809", Use.HEALTH)


@pytest.mark.parametrize("number", ["", "12", "12345678", "ABCDEFGH", "0" * 40, "00000000000"])
def test_no_register_gave_out_just_anything(number):
    assert list(fitting(number)) == []


@pytest.mark.parametrize(
    ("text", "number", "trust"),
    [
        ("Steuer-ID: 36 574 261 809", "36574261809", 1.0),
        ("NI NO AB 12 34 56 C", "AB123456C", 1.0),
        ("BSN 1112.22.333 12.03.2026", "111222333", 1.0),
        ("NHS 943 476 5871", "9434765871", 0.6),
        ("Nr. 004711", "004711", 0.6),
    ],
)
def test_a_number_is_read_in_its_groups(text, number, trust):
    [reading] = readings(Kind.PERSON_NUMBER, row(text), NONE)
    assert (reading.normalised, reading.trust) == (number, trust)


def test_a_part_of_a_longer_number_is_no_number_though_it_passes_a_check():
    [reading] = readings(Kind.PERSON_NUMBER, row("55 111 222 333"), NONE)
    assert reading.normalised == "55111222333"
    assert reading.trust == 0.6


@pytest.mark.parametrize("text", ["12.03.2026", "1.234,56", "only words", "A-1", "2026-03-12"])
def test_days_amounts_and_words_are_no_numbers_of_persons(text):
    assert readings(Kind.PERSON_NUMBER, row(text), NONE) == []
