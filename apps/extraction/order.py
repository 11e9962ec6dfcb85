"""The order in which a person reads a page: columns one after the other, tables row by row.

Rows say what stands at one height. Where columns of prose stand side by side, a person reads each
to its end; where a table or labels with values do, across. How long cells are tells them apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from apps.base.types import Box
from apps.extraction.layout import CELL, Row, Span

PROSE = 20  # characters of a cell, from which it is a line of prose
FEWEST = 3  # lines of a column
MOST_CUTS = 40  # places on a page where columns might part
FAR = 2.5  # heights of a line; what stands farther below belongs to no column above
CLOSE = 1.1  # heights of a line between two lines of one paragraph
ALIKE = 1.25  # times the height of the other; larger letters begin another paragraph
INDENT = 0.06  # fraction of page width by which a paragraph's lines start apart

Cells = Sequence[Span]  # of one row, left to right


class Cut(NamedTuple):
    """Rows that part into two columns, and where."""

    start: int
    end: int
    at: float  # fraction of page width


@dataclass(frozen=True)
class Paragraph:
    """Lines that are read as one, or a row of a table: several cells."""

    lines: Sequence[Span]

    @cached_property
    def text(self) -> str:
        """A line each, or the cells of a row parted by tabs."""
        apart = CELL if _is_row(self.lines) else "\n"
        return apart.join(" ".join(line.text.split()) for line in self.lines)

    @cached_property
    def box(self) -> Box:
        box = self.lines[0].box
        for line in self.lines[1:]:
            box = box.union(line.box)
        return box


def paragraphs(rows: Sequence[Row]) -> list[Paragraph]:
    """What stands on a page, in reading order."""
    growing: list[list[Span]] = []
    for cells in reading_order(rows):
        alone = len(cells) == 1
        if alone and growing and _continues(growing[-1], cells[0]):
            growing[-1].append(cells[0])
        else:
            growing.append(list(cells))
    return [Paragraph(tuple(lines)) for lines in growing]


def reading_order(rows: Sequence[Row]) -> list[Cells]:
    """The cells of a page that are read across, one group after the other."""
    return _ordered([[cell.trimmed() for cell in row.cells if cell.text.strip()] for row in rows])


def _ordered(rows: Sequence[Cells]) -> list[Cells]:
    rows = [cells for cells in rows if cells]
    cut = _best_cut(rows)
    if cut is None:
        return list(rows)
    side_by_side = rows[cut.start : cut.end]
    left = [[cell for cell in cells if cell.box.middle[0] < cut.at] for cells in side_by_side]
    right = [[cell for cell in cells if cell.box.middle[0] >= cut.at] for cells in side_by_side]
    return [
        *_ordered(rows[: cut.start]), *_ordered(left), *_ordered(right), *_ordered(rows[cut.end :]),
    ]  # fmt: skip


def _best_cut(rows: Sequence[Cells]) -> Cut | None:
    """The cut with most lines of prose on its poorer side."""
    best, most = None, FEWEST - 1
    for at in _places(rows):
        for start, end in _runs(rows, at):
            lines = _prose_beside(rows[start:end], at)
            if lines > most:
                best, most = Cut(start, end, at), lines
    return best


def _places(rows: Sequence[Cells]) -> list[float]:
    """The middles of gaps between cells, as far as they differ."""
    gaps = {
        round((one.box.right + other.box.left) / 2, 2)
        for cells in rows
        for one, other in pairwise(cells)
    }
    return sorted(gaps)[:MOST_CUTS]


def _runs(rows: Sequence[Cells], at: float) -> Iterator[tuple[int, int]]:
    """Stretches of rows that no cell crosses at a place, from where both sides are used on."""
    start = 0
    for number in range(len(rows) + 1):
        if number < len(rows) and not _breaks(rows, number, at):
            continue
        used = [n for n in range(start, number) if len({_side(c, at) for c in rows[n]}) == 2]
        if used:
            yield used[0], number
        start = number + 1 if number < len(rows) and _crosses(rows[number], at) else number


def _breaks(rows: Sequence[Cells], number: int, at: float) -> bool:
    if _crosses(rows[number], at):
        return True
    if number == 0 or len({_side(cell, at) for cell in rows[number]}) == 2:
        return False
    above = rows[number - 1]
    gap = rows[number][0].box.top - max(cell.box.bottom for cell in above)
    return gap > FAR * median(cell.box.height for cell in above)


def _crosses(cells: Cells, at: float) -> bool:
    return any(cell.box.left < at < cell.box.right for cell in cells)


def _side(cell: Span, at: float) -> bool:
    return cell.box.middle[0] >= at


def _prose_beside(rows: Sequence[Cells], at: float) -> int:
    """How many lines of prose the side has that has fewer; 0 if one is mostly something else."""
    sides: list[list[bool]] = [[], []]
    for cells in rows:
        for right in (False, True):
            mine = [cell for cell in cells if _side(cell, at) is right]
            if mine:
                sides[right].append(all(len(cell.text) >= PROSE for cell in mine))
    if any(sum(side) * 2 <= len(side) for side in sides):
        return 0
    return min(map(sum, sides))


def _continues(lines: Sequence[Span], line: Span) -> bool:
    if _is_row(lines):
        return False
    last = lines[-1].box
    heights = sorted((last.height, line.box.height))
    near = -heights[0] < line.box.top - last.bottom < CLOSE * heights[0]
    return near and heights[1] < ALIKE * heights[0] and abs(last.left - line.box.left) < INDENT


def _is_row(lines: Sequence[Span]) -> bool:
    return len(lines) > 1 and lines[0].row is lines[1].row
