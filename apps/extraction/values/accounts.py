"""IBANs: as printed, and put right where their check digits show how."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from stdnum import iban as stdnum_iban

from apps.extraction import lexicon
from apps.extraction.layout import Mark, Row, Span
from apps.extraction.values import Habits, Reading
from apps.extraction.values.mending import BY_KIND, mended
from apps.extraction.zones import as_wanted

LOOSE = 0.5  # trust in an IBAN whose length or check digits are wrong: sample documents have such
REPEATED = 0.5  # trust where a digit of a run was lost and put back
MOST_DRIFT = 4  # characters that may be missing at its end
MOST_TEXT = 400  # characters of a row in which misread IBANs are looked for
FEWEST_DIGITS = 10
IBAN = re.compile(r"(?<![A-Z0-9])(?=([A-Z]{2}\s?\d{2}(?:[\s\u2022-]?[A-Z0-9]){8,30}))")
MISREAD = re.compile(
    r"(?<![A-Za-z0-9])(?=([A-Z01568]{2}\s?[0-9A-Zlo]{2}(?:[\s\u2022.-]?[A-Z0-9lo|]){10,34}))"
)
RUN = re.compile(r"(\d)\1{2,}")
OF_SIGNS = str.maketrans("lo|", "1OI")


def ibans(row: Row, habits: Habits) -> Iterator[Reading]:
    """IBANs of a row, also when their groups stand in cells of their own."""
    starts = set()
    for match in IBAN.finditer(row.plain):
        for reading in _printed(row, match.start(), match[1]):
            starts.add(match.start())
            yield reading
    digits = sum(sign.isdigit() for sign in row.plain[: MOST_TEXT + 1])
    if len(row.plain) <= MOST_TEXT and digits >= FEWEST_DIGITS:
        for match in MISREAD.finditer(row.plain):
            if match.start() not in starts and (found := _misread(row, match)):
                yield found


def is_iban(number: str) -> bool:
    """Whether length, kinds and check digits are right; lists of banks are out of date too soon."""
    return bool(stdnum_iban.is_valid(number, check_country=False))


def _printed(row: Row, start: int, text: str) -> Iterator[Reading]:
    """An IBAN as it stands there, and as its check digits would have it."""
    compact = re.sub(r"[^A-Z0-9]", "", text)
    length = lexicon.iban_lengths().get(compact[:2], 0)
    if not length or len(compact) < length - MOST_DRIFT:
        return
    compact = compact[:length]
    span = Span(row, start, start + _end_after(text, len(compact)))
    if len(compact) == length and is_iban(compact):
        yield Reading(span, compact)
        return
    yield from _put_right(span, compact)
    if sum(sign.isdigit() for sign in compact) > len(compact) / 2:
        yield Reading(span, compact, LOOSE)


def _misread(row: Row, match: re.Match[str]) -> Reading | None:
    """An IBAN whose first characters were misread, only if the check digits then are right."""
    compact = re.sub(r"[^A-Z0-9lo|]", "", match[1]).translate(OF_SIGNS)
    country = "".join(as_wanted(sign, "A") for sign in compact[:2]).replace("OE", "DE")
    length = lexicon.iban_lengths().get(country, 0)
    if not length or len(compact) < length - 1:
        return None
    compact = country + compact[2:length]
    span = Span(row, match.start(), match.start() + _end_after(match[1], len(compact)))
    found = next(_put_right(span, compact), None)
    return replace(found, trust=found.trust * BY_KIND) if found else None


def _put_right(span: Span, compact: str) -> Iterator[Reading]:
    length = lexicon.iban_lengths()[compact[:2]]
    if len(compact) == length - 1:
        yield from _with_lost_digit(span, compact)
    if len(compact) != length:
        return
    found = mended(compact, _marks(span), shape(compact[:2]), is_iban)
    if found:
        yield Reading(span, found.text, found.trust)


def _with_lost_digit(span: Span, compact: str) -> Iterator[Reading]:
    """The IBAN with one more digit in a run of equal ones, if only one such is valid."""
    longer = [compact[: run.end()] + run[1] + compact[run.end() :] for run in RUN.finditer(compact)]
    valid = [text for text in longer if is_iban(text)]
    if len(valid) == 1:
        yield Reading(span, valid[0], REPEATED)


def shape(country: str) -> str:
    """What each place of an IBAN takes: "9" a digit, "A" a letter, "*" either."""
    inner = "".join(sign * int(count) for count, sign in re.findall(r"(\d+) (.)", _inner(country)))
    return "AA99" + inner


def _inner(country: str) -> str:
    rest = lexicon.iban_lengths()[country] - 4
    return lexicon.iban_shapes().get(country, f"{rest} *")


def _marks(span: Span) -> Sequence[Mark | None]:
    """The marks of the characters that count."""
    text = span.row.text[span.start : span.end]
    marks = span.row.marks[span.start : span.end]
    return [mark for sign, mark in zip(text, marks, strict=True) if sign.isalnum() or sign == "|"]


def _end_after(text: str, count: int) -> int:
    """Where a text has shown this many letters and digits."""
    for at, sign in enumerate(text, start=1):
        count -= sign.isalnum() or sign == "|"
        if not count:
            return at
    return len(text)
