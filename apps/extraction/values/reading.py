"""The way in: what a row holds of a kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from apps.extraction.layout import Row
from apps.extraction.values import (
    Habits,
    Kind,
    Reading,
    accounts,
    amounts,
    codes,
    dates,
    persons,
    taxids,
)

READERS: dict[Kind, Callable[[Row, Habits], Iterator[Reading]]] = {
    Kind.AMOUNT: amounts.find,
    Kind.DATE: dates.find,
    Kind.CURRENCY: codes.currencies,
    Kind.IBAN: accounts.ibans,
    Kind.BIC: codes.bics,
    Kind.VAT_ID: taxids.vat_ids,
    Kind.PERSON_NUMBER: persons.numbers,
    Kind.REFERENCE: codes.references,
}


def readings(kind: Kind, row: Row, habits: Habits) -> list[Reading]:
    """Everything in a row that can be read as a value of a kind, left to right."""
    reader = READERS.get(kind)
    found = reader(row, habits) if reader else iter(())
    return sorted(found, key=lambda reading: reading.span.start)
