"""Taxes proved by their own rate: 19 % of 100.00 is 19.00, and 119.00 stands on the page too.

Such a triple of net, tax and gross needs no label. Where a document has several rates, a table or
a list gives each its own line, and only their sum is the tax of the document.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from apps.extraction import lexicon
from apps.extraction.arithmetic import cents
from apps.extraction.layout import Row
from apps.extraction.sheet import Sheet
from apps.extraction.values import Kind, Reading

RATE = re.compile(r"(?<![\d.,])(\d{1,2}(?:[.,]\d{1,3})?)\s?%")
WORD = re.compile(r"[^\W\d_]+(?:\.[^\W\d_]\b)*")
HIGHEST = 30.0  # percent; no country taxes sales higher
HEADER = 6  # rows above a line of a table in which its header stands
MOST_AMOUNTS = 3_000  # different ones of a document that are looked at
MOST_IN_ROW = 12  # amounts; a row with more is no line of a table of taxes
MOST_LINES = 40  # rated lines of a document
MOST_RATES = 5  # of one document that are added up
ROUNDED = 1.1  # cents that rounding may take from a tax or add to it


class Rated(NamedTuple):
    """A tax at a rate, and what it is charged on, in cents."""

    percent: float
    base: int
    tax: int
    reading: Reading  # of the tax


class Triple(NamedTuple):
    """Net, tax and gross that come out by the rates; in cents."""

    net: int
    tax: int
    gross: int
    parts: Sequence[Reading]  # one for each rate


class Printed:
    """The amounts that stand anywhere on the pages, in cents, each with its surest reading."""

    def __init__(self, sheet: Sheet) -> None:
        self.readings: dict[int, Reading] = {}
        for reading in sheet.all_readings(Kind.AMOUNT):
            known = self.readings.get(value := cents(reading.normalised))
            if known is None and len(self.readings) >= MOST_AMOUNTS:
                break
            if known is None or known.trust < reading.trust:
                self.readings[value] = reading
        self._ordered = sorted(self.readings)

    def __contains__(self, value: int) -> bool:
        return value in self.readings

    def between(self, low: float, high: float) -> Sequence[int]:
        return self._ordered[bisect_left(self._ordered, low) : bisect_right(self._ordered, high)]


def triples(sheet: Sheet, printed: Printed) -> list[Triple]:
    """Each net, tax and gross that the rates prove, the greatest gross first."""
    lines: dict[tuple[float, int, int], Rated] = {}
    for line in _rated(sheet, printed):
        lines.setdefault((line.percent, line.base, line.tax), line)
        if len(lines) >= MOST_LINES:
            break
    found = {(one.net, one.tax): one for one in _added(lines, printed)}
    return sorted(found.values(), key=lambda one: -abs(one.gross))


def _added(lines: Mapping[tuple[float, int, int], Rated], printed: Printed) -> Iterator[Triple]:
    """Single lines, and lines of different rates together, whose gross is printed."""
    many = list(lines.values())
    largest: dict[float, Rated] = {}
    for line in many:
        if line.percent not in largest or abs(line.base) > abs(largest[line.percent].base):
            largest[line.percent] = line
    together = list(largest.values())[:MOST_RATES]
    groups: list[Sequence[Rated]] = [[line] for line in many]
    for size in range(2, len(together) + 1):
        groups.extend(combinations(together, size))
    for group in groups:
        net, tax = sum(one.base for one in group), sum(one.tax for one in group)
        if tax and net + tax in printed:
            yield Triple(net, tax, net + tax, [one.reading for one in group])


def _rated(sheet: Sheet, printed: Printed) -> Iterator[Rated]:
    since_header = HEADER + 1  # rows since words of taxes stood in one
    for row in sheet.rows:
        named = names_tax(row)
        since_header = 0 if named else since_header + 1
        if since_header <= HEADER and any(sign.isdigit() for sign in row.plain):
            yield from _of_row(row, sheet.readings(Kind.AMOUNT, row), printed, named=named)


def _of_row(
    row: Row, readings: Sequence[Reading], printed: Printed, *, named: bool
) -> Iterator[Rated]:
    """Taxes of a row; on an amount of the same row, or of any if the row itself names a tax."""
    if len(readings) > MOST_IN_ROW:
        return
    rates = {float(rate.replace(",", ".")) for rate in RATE.findall(row.plain)}
    values = [(cents(one.normalised), one) for one in readings]
    in_row = {value for value, _ in values}
    plain = {value / 100 for value in in_row if len(values) > 2}  # a column of rates without "%"
    for percent in sorted(rate for rate in rates | plain if 0 < rate <= HIGHEST):
        for tax, reading in values:
            for base in _bases(percent, tax, printed):
                own = percent in rates or round(percent * 100) not in (tax, base)
                if own and (base in in_row or (named and percent in rates)):
                    yield Rated(percent, base, tax, reading)


def _bases(percent: float, tax: int, printed: Printed) -> Sequence[int]:
    """Printed amounts of which a tax may be the given percentage, allowing for rounding."""
    if not tax:
        return ()
    edges = sorted((tax + slack) * 100 / percent for slack in (-ROUNDED, ROUNDED))
    return printed.between(*edges)


def names_tax(row: Row) -> bool:
    """Whether a word of a row begins as the name of a tax does: "MwSt", "Steuerbetrag"."""
    taxes = tuple(lexicon.words("taxes", "names"))
    words = (lexicon.squeezed(word) for word in WORD.findall(row.plain[:200]))
    return any(word.startswith(taxes) for word in words)
