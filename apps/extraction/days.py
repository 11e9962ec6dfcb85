"""Dates of a document together: which is part of a period, and which follows from another.

A date may say nothing by itself. "Teatown, 3 May 2021" is when a letter was written, "01.10.2023 -
31.10.2023" is neither day meant, and what is due within 30 days is due 30 days after the invoice.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

from apps.extraction import lexicon
from apps.extraction.candidates import ARTICLE, Candidate
from apps.extraction.layout import Row
from apps.extraction.sheet import Sheet
from apps.extraction.values import Kind

# Natural logs of odds:
IN_PERIOD = -2.0  # the first or last day of a period
AFTER_PLACE = 2.4  # right after the name of a place, at the start of its cell
BY_TERMS = 2.0  # as many days after the first date as the terms of payment say
FOR_DISCOUNT = -2.5  # up to which a discount is granted; what is due later is due without it
TOO_EARLY = -2.5  # before the date that it must not precede
JOINED = re.compile(
    r"\s*(?:[-\u2013\u2014/]|[^\W\d_]{1,3}\s?[/.]?\s?[^\W\d_]{0,3}|until|through)\s*"
)
PLACE = re.compile(
    r"\s*[^\W\d_][^\W\d_. ()/-]*(?:[ -][^\W\d_()./-]+){0,4}\s?(?:\([^\W\d_]+\))?,\s*"
)
LEAD = re.compile(r"[^\W\d_]{2,3}\s+")  # "den", "le", "the"
TERMS = re.compile(r"\b(\d{1,3})\s?-?(?:(\w+)|$)|\bnet(?:to)?[\s/]{0,2}(\d{1,3})\b", re.IGNORECASE)
CLAUSE = re.compile(r"[,;\t]\s|\.\s+(?=[A-Z])|\s(?:or|oder|ou|bzw\.?)\s|\t")
LONGEST_TERM = 180  # days
MOST_TERMS = 6  # different ones of a document
LONG_ENOUGH = 80  # characters before a date that are looked at


def weighed(candidates: Iterable[Candidate], sheet: Sheet, *, is_due: bool) -> Iterator[Candidate]:
    """The candidates with what their surroundings say in their odds."""
    for one in candidates:
        odds = IN_PERIOD if _is_in_period(one, sheet) else 0.0
        bare = one.label is None or len(one.label.text) <= ARTICLE
        odds += AFTER_PLACE if bare and _follows_place(one) else 0.0
        odds += FOR_DISCOUNT if is_due and _discounted(one) else 0.0
        yield one.better_by(odds)


def following(
    candidates: Iterable[Candidate], first: str, terms: Iterable[int]
) -> Mapping[str, float]:
    """What an earlier date adds to the odds of each later one, natural log."""
    start = date.fromisoformat(first)
    ends = {(start + timedelta(days=days)).isoformat() for days in terms}
    return {
        one.normalised: BY_TERMS if one.normalised in ends else TOO_EARLY
        for one in candidates
        if one.normalised in ends or one.normalised < first
    }


def terms_of(rows: Iterable[Row]) -> list[int]:
    """The terms of payment of a document, in days."""
    found: list[int] = []
    for row in rows:
        for clause in CLAUSE.split(row.plain):
            if not _is_discount(clause):
                found.extend(days for days in _days_in(clause) if days not in found)
        if len(found) >= MOST_TERMS:
            break
    return found


def _days_in(clause: str) -> Iterator[int]:
    for number, word, net in TERMS.findall(clause):
        is_days = bool(net) or lexicon.squeezed(word) in lexicon.words("dates", "days")
        if is_days and 0 < int(number or net) <= LONGEST_TERM:
            yield int(number or net)


def _is_discount(clause: str) -> bool:
    """Whether a clause grants a discount: "2 % within 10 days"."""
    words = (lexicon.squeezed(word) for word in clause.split())
    return "%" in clause or not lexicon.words("dates", "discounts").isdisjoint(words)


def _discounted(one: Candidate) -> bool:
    """Whether a date stands in a clause that grants a discount."""
    span = one.spans[0]
    text = span.row.plain[max(0, span.start - LONG_ENOUGH) : span.end + LONG_ENOUGH]
    at = min(span.start, LONG_ENOUGH)
    ends = [0, *(edge.end() for edge in CLAUSE.finditer(text, 0, at))]
    following = CLAUSE.search(text, at + span.end - span.start)
    return _is_discount(text[ends[-1] : following.start() if following else len(text)])


def _is_in_period(one: Candidate, sheet: Sheet) -> bool:
    """Whether another date stands right beside it, joined by a dash or a short word."""
    span = one.spans[0]
    dates = sheet.readings(Kind.DATE, span.row)
    at = bisect_left(dates, span.start, key=lambda date: date.span.start)
    for other in dates[max(0, at - 1) : at + 2]:
        gap = (other.span.end, span.start)
        if other.span.start >= span.end:
            gap = (span.end, other.span.start)
        if gap[0] < gap[1] and JOINED.fullmatch(span.row.plain, *gap):
            return True
    return False


def _follows_place(one: Candidate) -> bool:
    """Whether only the name of a place, and an article, stand before it in its cell or the last."""
    span = one.spans[0]
    start = span.row.cell_at(span.start).start
    if not span.row.plain[start : span.start].strip() and start:
        start = span.row.cell_at(start - 1).start
    if span.start - start > LONG_ENOUGH:
        return False
    before = span.row.plain[start : span.start]
    place = PLACE.match(before)
    rest = before[place.end() :] if place else ""
    return place is not None and (not rest or LEAD.fullmatch(rest) is not None)
