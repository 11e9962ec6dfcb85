"""Amounts, dates and codes as they are printed, in either convention."""

from __future__ import annotations

import pytest

from apps.extraction.layout import rows_of
from apps.extraction.values import Habits, Kind
from apps.extraction.values.habits import judge
from apps.extraction.values.reading import readings
from tests.extraction.pages import NONE, drawn, row

COMMA = Habits(decimal=",", currency="EUR")
MONTH_FIRST = Habits(month_first=True, order_trust=1.0)


def read(kind: Kind, text: str, habits: Habits = NONE) -> list[str]:
    return [one.normalised for one in readings(kind, row(text), habits)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Total:12.50", "12.50"),
        ("RM2.70S", "2.70"),
        ("1,007.50", "1007.50"),
        ("1.234,50 EUR", "1234.50"),
        ("1 234,50 \u20ac", "1234.50"),
        ("1'234.50", "1234.50"),
        ("0.01-", "-0.01"),
        ("(412.16)", "-412.16"),
        ("-RM 0.02", "-0.02"),
        ("$56,651.49", "56651.49"),
        ("25.00 SR", "25.00"),
        ("@15.90", "15.90"),
        ("-0,00", "0.00"),
        ("86,5500", "86.55"),
        ("\uff11\uff12.\uff15\uff10", "12.50"),
        ("12,--", "12.00"),
        ("CHF 1'284.\u2013", "1284.00"),
        ("1.234,-", "1234.00"),
    ],
)
def test_an_amount_is_read_in_either_convention(text, value):
    assert read(Kind.AMOUNT, text) == [value]


@pytest.mark.parametrize(
    "text",
    ["6.00%", "05.08.2013", "17:09:28", "03-62587191", "1.5L", "DE123456789", "#000001", "9" * 40],
)
def test_what_is_no_money_is_no_amount(text):
    assert read(Kind.AMOUNT, text) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("64 13", "64.13"),
        ("28-90", "28.90"),
        ("RMO.65", "0.65"),
        ("3100", None),
        ("\u20acI5,277.53", "15277.53"),
        ("total 1,2B4.00 S", "1284.00"),
    ],
)
def test_a_mended_or_bare_amount_is_hardly_trusted(text, value):
    [one] = readings(Kind.AMOUNT, row(text), NONE)
    assert one.normalised == (value or "3100.00")
    assert one.trust < 0.5


def test_the_document_decides_what_three_places_mean():
    assert read(Kind.AMOUNT, "EUR 1.000", COMMA) == ["1000.00"]
    assert read(Kind.AMOUNT, "RM 1.000") == ["1.00"]
    assert readings(Kind.AMOUNT, row("1.000"), NONE)[0].trust < 1


def test_an_amount_is_the_number_without_its_currency():
    [one] = readings(Kind.AMOUNT, row("Total RM 31.00"), NONE)
    assert (one.span.text, one.currency) == ("31.00", "MYR")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("25/12/2018 8:13:39 PM", "2018-12-25"),
        ("03/02/201815:28", "2018-02-03"),
        ("10-03-201823:03:06", "2018-03-10"),
        ("2018-03-1813:18:48", "2018-03-18"),
        ("18/03/18 15:17", "2018-03-18"),
        ("05.08.2013", "2013-08-05"),
        ("7. Mai 2014", "2014-05-07"),
        ("15 Jun1808:34:31 PM", "2018-06-15"),
        ("29JUL2004", "2004-07-29"),
        ("March 18, 1968", "1968-03-18"),
        ("1er ao\u00fbt 2018", "2018-08-01"),
        ("2 de enero de 2019", "2019-01-02"),
        ("12 maart 2020", "2020-03-12"),
        ("3 febbraio 2021", "2021-02-03"),
        ("16 Ogos 2022", "2022-08-16"),
        ("20180428/191204", "2018-04-28"),
        ("6/18/2017", "2017-06-18"),
        ("Guests: 2  Aug 24 2019 7:45PM", "2019-08-24"),
        ("2021 May 3", "2021-05-03"),
        ("May-03-2021", "2021-05-03"),
        ("2021-5-3", "2021-05-03"),
    ],
)
def test_a_date_is_read_in_the_seven_languages(text, value):
    assert read(Kind.DATE, text) == [value]


@pytest.mark.parametrize(
    "text",
    [
        "3 de mar\u00e7o de 2021",
        "3 marca 2021",
        "3. b\u0159ezna 2021",
        "3 martie 2021",
        "3 mars 2021",
        "3 marts 2021",
        "3. maaliskuuta 2021",
        "3 mart 2021",
    ],
)
def test_the_month_names_of_neighbours_are_known(text):
    assert read(Kind.DATE, text) == ["2021-03-03"]


@pytest.mark.parametrize(
    "text", ["30/02/2018", "99/99/9999", "192.168.10.20", "NO.37-1-18", "1.2.3.4", "03/0:/2018"]
)
def test_what_is_no_day_is_no_date(text):
    assert read(Kind.DATE, text) == []


def test_the_order_of_day_and_month_follows_the_document():
    assert read(Kind.DATE, "03/04/2018") == ["2018-04-03"]
    assert read(Kind.DATE, "03/04/2018", MONTH_FIRST) == ["2018-03-04"]
    assert read(Kind.DATE, "03.04.2018", MONTH_FIRST) == ["2018-04-03"]


def test_the_year_of_two_digits_turns_at_seventy():
    assert read(Kind.DATE, "01/02/69 01/02/71") == ["2069-02-01", "1971-02-01"]


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Kind.IBAN, "IBAN DE34 7007 0010 0156 9193 01 more", "DE34700700100156919301"),
        (Kind.IBAN, "FR76\t3000\t6000\t0112\t3456\t7890\t189", "FR7630006000011234567890189"),
        (Kind.VAT_ID, "N\u00b0 TVA FR 32 123 456 789", "FR32123456789"),
        (Kind.VAT_ID, "UStId DE 232 446 240", "DE232446240"),
        (Kind.VAT_ID, "NL123456789B01", "NL123456789B01"),
        (Kind.BIC, "BIC DEUTDEMMXXX", "DEUTDEMMXXX"),
        (Kind.CURRENCY, "W\u00e4hrung: EUR", "EUR"),
        (Kind.REFERENCE, "Facture n\u00b0F2018-27.", "F2018-27"),
        (Kind.REFERENCE, "64 3312 0900 1182", "64 3312 0900 1182"),
        (Kind.REFERENCE, "FV 12/06/2023", "FV 12/06/2023"),
        (Kind.VAT_ID, "CHE-116.281.710 MWST", "CHE116281710"),
    ],
)
def test_a_code_is_compact_and_upper_case(kind, text, value):
    assert value in read(kind, text)


def test_a_code_with_wrong_check_digits_is_less_trusted():
    right, wrong = "DE34700700100156919301", "DE35700700100156919301"
    [good], [bad] = (readings(Kind.IBAN, row(text), NONE) for text in (right, wrong))
    assert good.trust > bad.trust


def test_a_short_form_of_number_is_no_part_of_it():
    assert read(Kind.REFERENCE, "NR 12/2023") == ["12/2023"]


def test_a_document_shows_its_habits():
    german = judge(rows_of(drawn("Rechnung\n12,50 EUR\n03.04.2020\n1.000,00")))
    american = judge(rows_of(drawn("Redmond, WA 98052\n$12.50\n6/18/2017\n03/04/2017")))
    assert (german.decimal, german.month_first, german.currency) == (",", False, "EUR")
    assert (american.decimal, american.month_first, american.currency) == (".", True, "USD")


def test_a_kind_without_a_form_of_its_own_has_no_readings():
    assert readings(Kind.TEXT, row("anything 12.50"), NONE) == []
