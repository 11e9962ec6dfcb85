"""Codes with a form of their own: IBAN, BIC, VAT numbers, currencies, references."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from stdnum import iban as stdnum_iban
from stdnum.eu import vat as stdnum_vat

from apps.extraction import lexicon
from apps.extraction.layout import Row, Span
from apps.extraction.values import Habits, Reading

SHAPE_ONLY = 0.9  # trust in a code whose check digits fail: sample documents carry such
LOOSE = 0.5  # trust in a code whose length is not that of its country
IBAN = re.compile(r"(?<![A-Z0-9])(?=([A-Z]{2}\s?\d{2}(?:[\s\u2022-]?[A-Z0-9]){8,30}))")
BIC = re.compile(r"(?<![A-Za-z0-9])[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?(?![A-Za-z0-9])")
VAT = re.compile(
    rf"(?<![A-Z0-9])(?P<country>{'|'.join(lexicon.vat_shapes())})[\s.:-]{{0,2}}"
    r"(?P<rest>[A-Z0-9](?:[\s.-]?[A-Z0-9]){6,13})"
)
REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9/_.\\-]*")
NOT_A_REFERENCE = re.compile(r"\d{1,2}[:/.-]\d{1,2}(?:[:/.-]\d{2,4})?$|\d+[.,]\d{2}$")


def ibans(row: Row, habits: Habits) -> Iterator[Reading]:
    """IBANs of a row, also when their groups stand in cells of their own."""
    for match in IBAN.finditer(row.plain):
        if reading := _iban(row, match.start(), match[1]):
            yield reading


def vat_ids(row: Row, habits: Habits) -> Iterator[Reading]:
    """VAT numbers with their country letters, compact and upper case."""
    for match in VAT.finditer(row.plain):
        shapes = lexicon.vat_shapes().get(match["country"], ())
        for end in _ends_of_groups(match["rest"]):
            compact = re.sub(r"[\s.-]", "", match["rest"][:end])
            if any(_has_shape(compact, shape) for shape in shapes):
                number = match["country"] + compact
                span = Span(row, match.start(), match.start("rest") + end)
                yield Reading(span, number, 1.0 if stdnum_vat.is_valid(number) else SHAPE_ONLY)
                break
        else:
            if shapes and match["rest"].isdigit():
                span = Span(row, match.start(), match.end())
                yield Reading(span, match["country"] + match["rest"], LOOSE)


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
    """Tokens with a digit that are neither date, time nor amount: numbers of documents."""
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


def _iban(row: Row, start: int, text: str) -> Reading | None:
    compact = re.sub(r"[^A-Z0-9]", "", text)
    length = lexicon.iban_lengths().get(compact[:2], 0)
    if not length or len(compact) < length - 4:
        return None
    compact = compact[:length]
    span = Span(row, start, start + _end_after(text, len(compact)))
    if len(compact) == length and stdnum_iban.is_valid(compact):
        return Reading(span, compact)
    mostly_digits = sum(sign.isdigit() for sign in compact) > len(compact) / 2
    return Reading(span, compact, LOOSE) if mostly_digits else None


def _end_after(text: str, count: int) -> int:
    """Where a text has shown this many letters and digits."""
    for at, sign in enumerate(text, start=1):
        count -= sign.isalnum()
        if not count:
            return at
    return len(text)


def _ends_of_groups(text: str) -> list[int]:
    """Where a code may end: at each gap and at its end, the longest first."""
    gaps = [match.start() for match in re.finditer(r"[\s.-]", text)]
    return [len(text), *reversed(gaps)]


def _has_shape(code: str, shape: str) -> bool:
    return len(code) == len(shape) and all(
        (want == "9" and sign.isdigit())
        or (want == "A" and sign.isalpha())
        or (want == "*" and sign.isalnum())
        for sign, want in zip(code, shape, strict=True)
    )
