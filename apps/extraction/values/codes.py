"""Codes with a form of their own: BIC, currencies, references."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from apps.extraction import lexicon
from apps.extraction.layout import Row, Span
from apps.extraction.lexicon import squeezed
from apps.extraction.values import Habits, Reading

SHAPE_ONLY = 0.9  # trust in a code that only its shape tells
IN_GROUPS = 0.97  # trust in a number of several groups; the first alone may be meant
BIC = re.compile(r"(?<![A-Za-z0-9])[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?(?![A-Za-z0-9])")
REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9/_.\\-]*")
GROUPED = re.compile(
    r"(?<![\w/.-])(?:(?P<prefix>[A-Z]{1,4})[ .-]{1,2}\d{1,12}(?:[ /-]\d{1,12}){0,5}"
    r"|\d{1,6}(?: \d{2,6}){1,6})(?=\s*(?:\t|$))"
)
NOT_A_REFERENCE = re.compile(r"\d{1,2}[:/.-]\d{1,2}(?:[:/.-]\d{2,4})?$|\d+[.,]\d{2}$")


def bics(row: Row, habits: Habits) -> Iterator[Reading]:
    for match in BIC.finditer(row.plain):
        if match.group()[4:6] in lexicon.iban_lengths() or match.group()[4:6] == "US":
            yield Reading(Span(row, match.start(), match.end()), match.group(), SHAPE_ONLY)


def currencies(row: Row, habits: Habits) -> Iterator[Reading]:
    """Currency signs and codes, as ISO 4217 codes."""
    for match, code in currency_signs(row.plain):
        sign = match.group()
        trust = 1.0 if sign.isalpha() and len(sign) == 3 else SHAPE_ONLY
        yield Reading(Span(row, match.start(), match.end()), code, trust)


def references(row: Row, habits: Habits) -> Iterator[Reading]:
    """Tokens with a digit that are neither date, time nor amount: numbers of documents.

    Groups of digits that fill the rest of a cell are one number too: "64 3312 0900", "FV 12/06".
    """
    for match in GROUPED.finditer(row.plain):
        if squeezed(match["prefix"] or "") not in lexicon.words("labels", "numbers"):
            yield Reading(Span(row, match.start(), match.end()), match.group().upper(), IN_GROUPS)
    for match in REFERENCE.finditer(row.plain):
        token = match.group().rstrip("._-/\\")
        if any(sign.isdigit() for sign in token) and not NOT_A_REFERENCE.match(token):
            yield Reading(Span(row, match.start(), match.start() + len(token)), token.upper())


def currency_signs(text: str) -> Iterator[tuple[re.Match[str], str]]:
    """Each currency sign of a text with its ISO 4217 code."""
    for match in _sign_pattern().finditer(text):
        yield match, lexicon.currencies()[match.group().upper()]


@cache
def _sign_pattern() -> re.Pattern[str]:
    """Drawn signs anywhere, codes as words, signs of two letters beside a number only."""
    signs = sorted(lexicon.currencies(), key=len, reverse=True)
    drawn = "|".join(re.escape(sign) for sign in signs if not sign.isalpha())
    codes = "|".join(sign for sign in signs if sign.isalpha() and len(sign) > 2)
    short = "|".join(sign for sign in signs if sign.isalpha() and len(sign) == 2)
    return re.compile(
        rf"(?<![A-Za-z])(?:{codes}|RM|Euros?)(?![A-Za-z])"
        rf"|(?<![A-Za-z])(?i:{short})(?=\.?\s?\d)|(?<![A-Za-z])(?:{drawn})(?![A-Za-z])"
    )
