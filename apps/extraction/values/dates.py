"""Calendar dates as they are printed: 25/12/2018 · 5.3.18 · 2018-03-18 · 7. Mai 2014."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import cache

from apps.extraction import lexicon
from apps.extraction.layout import Row, Span
from apps.extraction.values import Habits, Reading

PIVOT = 70  # two-digit years below are 20.., the others 19..
EARLIEST, LATEST = 1900, 2100  # years
SHORT_YEAR = 0.97  # trust in a year of two digits
COMPACT = 0.8  # trust in 20180428, which may be a number
MERGED = 0.3  # trust in a date whose separators were lost in part

YEAR = r"(?P<year>(?:19|20)\d\d|\d\d(?!\d(?!\d?:)))"
ISO = re.compile(
    r"(?<![\d.])(?P<year>(?:19|20)\d\d)\s?([-/.])\s?(?P<month>\d{1,2})\s?\2\s?(?P<day>\d{2}|\d(?!\d))"
)
NUMERIC = re.compile(
    rf"(?<![\d./])(?P<a>\d{{1,2}})(?P<sign>-|\s?[/.]\s?)(?P<b>\d{{1,2}})(?P=sign){YEAR}(?!(?P=sign)\d)"
)
PLAIN = re.compile(
    r"(?<![\w.,/-])(?P<year>(?:19|20)\d\d)(?P<month>[01]\d)(?P<day>[0-3]\d)(?![\d.,-])"
)
LOST = re.compile(r"(?<![\w.,/-])(?P<a>\d\d)/?(?P<b>\d\d)[-/.]?(?P<year>20\d\d)(?![\w.,/-])")


@cache
def _named() -> re.Pattern[str]:
    """Dates with the month as a word: day first, month first, year first."""
    spellings = map(re.escape, lexicon.month_spellings())
    names = "|".join(sorted(spellings, key=len, reverse=True))
    gap = r"[ .,/\-\u2013']{0,3}(?:de |del |of )?"
    return re.compile(
        rf"(?<![\d.])(?P<day>[0-3]?\d) ?(?:st|nd|rd|th|er|\u00ba|\.)?{gap}"
        rf"(?P<month>{names})(?:\s?/\s?(?:{names}))?{gap}"
        rf"(?P<year>(?:19|20)\d\d|\d\d(?!\d(?!\d?:)|\s(?:19|20)\d\d))"
        rf"|(?<![A-Za-z])(?P<month2>{names})[ .\-]{{0,2}}(?P<day2>[0-3]?\d)(?:st|nd|rd|th)?"
        rf"[ \-]?,? {{0,2}}(?P<year2>(?:19|20)\d\d)(?!\d)"
        rf"|(?<!\d)(?P<year3>(?:19|20)\d\d)[ .\-]{{1,2}}(?P<month3>{names})[ .\-]{{1,2}}"
        rf"(?P<day3>[0-3]?\d)(?!\d)",
        re.IGNORECASE,
    )


def find(row: Row, habits: Habits) -> Iterator[Reading]:
    """The dates of a row, left to right; of two that overlap, the surer."""
    taken: list[tuple[int, int]] = []
    for reading in (*_iso(row), *_with_month(row), *_numeric(row, habits), *_loose(row, habits)):
        start, end = reading.span.start, reading.span.end
        if all(end <= a or start >= b for a, b in taken):
            taken.append((start, end))
            yield reading


def _iso(row: Row) -> Iterator[Reading]:
    for match in ISO.finditer(row.plain):
        if day := _date(match["year"], match["month"], match["day"]):
            yield _reading(row, match, day, 1.0)


def _with_month(row: Row) -> Iterator[Reading]:
    for match in _named().finditer(row.plain):
        year, name, number = (
            match[part] or match[f"{part}2"] or match[f"{part}3"]
            for part in ("year", "month", "day")
        )
        month = lexicon.months().get(lexicon.squeezed(name), 0)
        if day := _date(year, str(month), number):
            yield _reading(row, match, day, _year_trust(year))


def _numeric(row: Row, habits: Habits) -> Iterator[Reading]:
    for match in NUMERIC.finditer(row.plain):
        a, b, year, dotted = match["a"], match["b"], match["year"], match["sign"].strip() == "."
        if match["sign"] == "-" and row.plain[max(0, match.start() - 1) : match.start()] == "-":
            continue  # a longer code
        if day := _ordered(a, b, year, habits.month_first and not dotted):
            sure = dotted or a == b or max(int(a), int(b)) > 12
            trust = _year_trust(year) * (1.0 if sure else habits.order_trust)
            yield _reading(row, match, day, trust)


def _loose(row: Row, habits: Habits) -> Iterator[Reading]:
    for match in PLAIN.finditer(row.plain):
        if day := _date(match["year"], match["month"], match["day"]):
            yield _reading(row, match, day, COMPACT)
    for match in LOST.finditer(row.plain):
        if day := _ordered(match["a"], match["b"], match["year"], habits.month_first):
            yield _reading(row, match, day, MERGED)


def _ordered(a: str, b: str, year: str, month_first: bool) -> date | None:
    """The date with day and month in the document's order, or in the other if only that exists."""
    day, month = (b, a) if month_first else (a, b)
    return _date(year, month, day) or _date(year, day, month)


def _date(year: str, month: str, day: str) -> date | None:
    number = int(year)
    if len(year) == 2:
        number += 2000 if number < PIVOT else 1900
    if not EARLIEST <= number <= LATEST:
        return None
    try:
        return date(number, int(month), int(day))
    except ValueError:
        return None


def _year_trust(year: str) -> float:
    return 1.0 if len(year) == 4 else SHORT_YEAR


def _reading(row: Row, match: re.Match[str], day: date, trust: float) -> Reading:
    return Reading(Span(row, match.start(), match.end()).trimmed(), day.isoformat(), trust)
