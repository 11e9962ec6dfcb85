"""Checks answer yes or no, and never repair."""

from __future__ import annotations

import pytest

from apps.extraction.validators import CHECKS, run


@pytest.mark.parametrize(
    ("name", "value", "printed", "passes"),
    [
        ("iban", "DE30507500940000048567", "", True),
        ("iban", "DE31507500940000048567", "", False),
        ("iban", "BE68539007547034", "", True),
        ("bic", "DEUTDEMMXXX", "", True),
        ("bic", "DEUT", "", False),
        ("vat_id", "DE232446240", "", True),
        ("vat_id", "DE123456789", "", False),
        ("vat_id", "GB980780684", "", True),
        ("vat_id", "GB980780685", "", False),
        ("vat_id", "CHE116281710", "", True),
        ("luhn", "4111 1111 1111 1111", "", True),
        ("luhn", "4111111111111112", "", False),
        ("tax_number", "36574261809", "", True),
        ("tax_number", "36574261808", "", False),
        ("social_security", "65180539W001", "", True),
        ("social_security", "65180539W002", "", False),
        ("health_number", "A123456780", "", True),
        ("health_number", "A123456781", "", False),
        ("national_id", "880130145566", "", True),
        ("national_id", "36574261809", "", False),
        ("tax_year", "2025", "", True),
        ("tax_year", "2025/26", "", True),
        ("tax_year", "1825", "", False),
        ("tax_year", "31.12.2025", "", False),
        ("icd_10", "J06.9", "", True),
        ("icd_10", "M54.5G", "", True),
        ("icd_10", "06.9", "", False),
        ("decimals", "57.50", "57.50", True),
        ("decimals", "57.00", "57,--", True),
        ("decimals", "5750.00", "5750", False),
        ("amount", "12.50", "", True),
        ("amount", "99999999999.00", "", False),
        ("amount", "twelve", "", False),
        ("positive", "-1.00", "", False),
        ("positive", "1.00", "", True),
        ("date", "2020-02-29", "", True),
        ("date", "2021-02-29", "", False),
        ("date", "1899-01-01", "", False),
        ("life_date", "1925-01-01", "", True),
        ("currency", "EUR", "", True),
        ("currency", "XYZ", "", False),
        ("has_digit", "A-1", "", True),
        ("has_digit", "ABC", "", False),
        ("has_letters", "Blue Teapot", "", True),
        ("has_letters", "12345 A", "", False),
        ("sex", "F", "", True),
        ("sex", "Q", "", False),
        ("country", "UTO", "", True),
        ("country", "QQQ", "", False),
    ],
)
def test_a_check_passes_what_is_right(name, value, printed, passes):
    assert CHECKS[name](value, printed) is passes


def test_checks_are_run_by_name_in_order():
    assert run(("amount", "decimals"), "3100.00", "3100") == (("amount", True), ("decimals", False))


def test_an_unknown_check_is_an_error():
    with pytest.raises(KeyError):
        run(("smell",), "1", "1")
