"""Columns of amounts: what the numbers above a number add up to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from apps.extraction.arithmetic import cents
from apps.extraction.sheet import Sheet
from apps.extraction.values import Kind, Reading

MOST_ROWS = 2_000  # of a document, from its start
LONGEST = 60  # amounts that may belong to one sum
ASIDE = 0.02  # fraction of page width; right edges of a column are this near to one another
SURE = 0.9  # trust; less sure amounts are in no sum


def totals(sheet: Sheet) -> frozenset[int]:
    """Amounts, in cents, that two or more right above them in the last column add up to."""
    return frozenset(_sums(list(_last(sheet))))


def _last(sheet: Sheet) -> Iterator[Reading]:
    """The last amount of each row."""
    for row in sheet.rows[:MOST_ROWS]:
        amounts = [one for one in sheet.readings(Kind.AMOUNT, row) if one.trust >= SURE]
        if amounts:
            yield amounts[-1]


def _sums(column: Sequence[Reading]) -> Iterator[int]:
    edges = [reading.span.box.right for reading in column]
    values = [cents(reading.normalised) for reading in column]
    for at, value in enumerate(values):
        whole = count = 0
        for above in range(at - 1, max(-1, at - 1 - LONGEST), -1):
            if abs(edges[above] - edges[at]) > ASIDE:
                continue
            whole += values[above]
            count += values[above] != 0
            if count > 1 and whole == value != 0:
                yield value
                break
