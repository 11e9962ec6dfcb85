"""Kinds of fields as a queue is called."""

from collections.abc import Mapping

from apps.extraction.values import Kind

CLASS = "class"  # which kind of document it is; no field
TITLES: Mapping[str, str] = {
    CLASS: "Kinds of documents",
    Kind.DATE: "Dates",
    Kind.AMOUNT: "Amounts",
    Kind.CURRENCY: "Currencies",
    Kind.REFERENCE: "References",
    Kind.IBAN: "Bank accounts",
    Kind.BIC: "Banks",
    Kind.NAME: "Names",
    Kind.ADDRESS: "Addresses",
    Kind.PERSON_NUMBER: "Numbers of persons",
    Kind.VAT_ID: "VAT numbers",
    Kind.COUNTRY: "Countries",
    Kind.SEX: "Sex",
    Kind.TEXT: "Words",
}


def title_of(kind: str) -> str:
    """What a queue is called; a kind that came later goes by its own name."""
    return TITLES.get(kind, kind.replace("_", " ").capitalize())
