"""IBANs and VAT numbers are put right by their check digits, and only where the engine doubted."""

from __future__ import annotations

import pytest

from apps.extraction.engines import Glyph
from apps.extraction.layout import rows_of
from apps.extraction.lexicon import iban_lengths, iban_shapes
from apps.extraction.values import Kind, Reading
from apps.extraction.values.accounts import shape
from apps.extraction.values.reading import readings
from tests.extraction.pages import NONE, drawn

IBAN = "DE89370400440532013000"


def read(kind: Kind, text: str, doubt: Glyph | None = None) -> list[Reading]:
    """What a row holds; "#" stands for a doubtful character."""
    [row] = rows_of(drawn(text, doubts={"#": doubt} if doubt else None))
    return readings(kind, row, NONE)


def test_a_letter_where_a_digit_must_stand_is_the_digit_it_looks_like():
    first = read(Kind.IBAN, "IBAN DE89 3704 0044 O532 0130 00")[0]
    assert first.normalised == IBAN
    assert 0.9 < first.trust < 1


@pytest.mark.parametrize(
    "text", ["IBAN DEB9 3704 0044 0532 0130 00", "0E89 3704 0044 0532 0130 00"]
)
def test_the_first_characters_may_be_misread_too(text):
    [one] = read(Kind.IBAN, text)
    assert (one.normalised, one.trust < 1) == (IBAN, True)


def test_the_second_guess_of_the_engine_is_taken_if_the_check_digits_agree():
    doubt = Glyph("8", 0.6, 0, 0, "5", 0.3)
    first = read(Kind.IBAN, "DE89 3704 0044 0#32 0130 00", doubt)[0]
    assert first.normalised == IBAN
    assert first.trust < 0.9


def test_a_number_that_was_read_beyond_doubt_is_left_as_printed():
    [one] = read(Kind.IBAN, "FR76 1254 2547 2569 8542 5874 698")
    assert one.normalised == "FR7612542547256985425874698"
    assert one.trust == 0.5
    [one] = read(Kind.IBAN, "DE89 3704 0044 0632 0130 00")
    assert one.normalised == "DE89370400440632013000"
    [one] = read(Kind.VAT_ID, "DE123456789")
    assert (one.normalised, one.trust < 1) == ("DE123456789", True)


def test_a_digit_lost_from_a_long_run_is_put_back():
    whole, lost = "DE02120300000000202051", "DE0212030000000202051"
    first = read(Kind.IBAN, lost)[0]
    assert (first.normalised, first.trust) == (whole, 0.5)


def test_the_shape_of_an_iban_is_as_long_as_the_iban():
    for country in iban_shapes():
        assert len(shape(country)) == iban_lengths()[country]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("P.IVA 00743110157", "IT00743110157"),
        ("CIF: B58378431", "ESB58378431"),
        ("VAT Reg No. 980 7806 84", "GB980780684"),
        ("BTW 0428.759.497", "BE0428759497"),
    ],
)
def test_the_words_beside_a_number_tell_its_country(text, number):
    assert [one.normalised for one in read(Kind.VAT_ID, text)] == [number]


@pytest.mark.parametrize("text", ["P.IVA 00743110158", "CIF: B58378432", "VAT Reg No. 980 7806 85"])
def test_they_tell_nothing_if_the_check_digits_fail(text):
    assert read(Kind.VAT_ID, text) == []


def test_a_letter_in_a_vat_number_is_the_digit_it_looks_like():
    [one] = read(Kind.VAT_ID, "USt-IdNr. DE13669597G")
    assert one.normalised == "DE136695976"
