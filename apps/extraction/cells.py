"""Cells of printed forms: small labels over their values, two rows that belong together."""

from __future__ import annotations

from collections.abc import Sequence

from apps.extraction.layout import Row

ALIGNED = 0.012  # fraction of page width; a value starts this near under its label
NEARER = 0.4  # heights of the labels, by which the values are nearer than any other row


def is_over_values(row: Row, rows: Sequence[Row]) -> bool:
    """Whether a row holds labels whose values stand below them and not beside them.

    `rows` are those of the row's page. The row below is nearer than any other, and something
    begins in it under each label but the last, which may have no value.
    """
    if row.number + 1 >= len(rows) or len(row.cells) < 2:
        return False
    values = rows[row.number + 1]
    around = [_gap(rows[row.number - 1], row)] if row.number else []
    if row.number + 2 < len(rows):
        around.append(_gap(values, rows[row.number + 2]))
    close = all(_gap(row, values) + NEARER * row.box.height < gap for gap in around)
    return close and all(_stands_over(left, values) for left in row.lefts[:-1])


def _gap(upper: Row, lower: Row) -> float:
    return lower.box.top - upper.box.bottom


def _stands_over(left: float, values: Row) -> bool:
    return any(abs(left - other) < ALIGNED for other in values.lefts)
