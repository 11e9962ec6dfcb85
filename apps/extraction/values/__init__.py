"""Values on a page: stretches of a row that can be read as an amount, a date or a code.

Look in `amounts`, `dates` and `codes` for how each is read, in `habits` for what a document tells
about its own conventions, in `reading` for the way in.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from apps.extraction.layout import Span


class Kind(StrEnum):
    """What a field holds; decides how it is read and normalised."""

    TEXT = "text"
    NAME = "name"
    ADDRESS = "address"
    REFERENCE = "reference"
    DATE = "date"
    AMOUNT = "amount"
    CURRENCY = "currency"
    IBAN = "iban"
    BIC = "bic"
    VAT_ID = "vat_id"
    PERSON_NUMBER = "person_number"  # by which a state knows a person: tax, social security, health
    COUNTRY = "country"
    SEX = "sex"
    MRZ = "mrz"


@dataclass(frozen=True, slots=True)
class Habits:
    """How a document writes its values."""

    decimal: str = "."  # the sign before the cents
    month_first: bool = False
    order_trust: float = 0.8  # 0 to 1: how sure it is which of day and month comes first
    currency: str = ""  # ISO 4217; empty if unknown


@dataclass(frozen=True, slots=True)
class Reading:
    """A value as it may be read from a stretch of a row."""

    span: Span
    normalised: str
    trust: float = 1.0  # 0 to 1: lower where these characters allow another meaning
    currency: str = ""  # ISO 4217, if it stands beside an amount
