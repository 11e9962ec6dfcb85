"""Which part of a page is its header: the large print of its upper part, then its first lines.

Found from the boxes of words alone; what the words say is not known here. Whoever tells a class
from it sees a few lines, and never the body of the page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from apps.base.types import Box
from apps.review.crops import most_seen

MOST_LINES = 5  # and never more than half of what the page has
MOST_SEEN = 0.1  # share of the page that may be seen, margins included
REACH = 0.33  # fraction of the page height below the first line; what follows is body
LARGE = 1.3  # in heights of the page's usual word
SAME_LINE = 0.5  # of the smaller height; middles nearer than this are one line
HALVES = 8  # of a line as high as the page; one of them is no more than a stroke
GAP = 1.5  # heights; a wider gap ends a line, as between two columns


@dataclass(frozen=True, slots=True)
class _Line:
    box: Box
    height: float  # of its usual word, fraction of the page


def heading(words: Sequence[Box], *, width: int, height: int) -> list[Box]:
    """The boxes of the lines that may be seen, top to bottom; none on a page without words.

    `width` and `height` are the page's pixels.
    """
    lines = list(_lines(words, width / height))
    if not lines:
        return []
    first = min(line.box.top for line in lines)
    usual = median(word.height for word in words)
    upper = [line for line in lines if line.box.top <= first + REACH]
    few = min(MOST_LINES, max(1, len(lines) // 2))
    chosen: list[Box] = []
    for line in sorted(upper, key=lambda one: _rank(one, usual)):
        if len(chosen) < few and most_seen([*chosen, line.box], width, height) <= MOST_SEEN:
            chosen.append(line.box)
    chosen = chosen or [_cut(upper[0].box, width, height)]
    return sorted(chosen, key=lambda box: (box.top, box.left))


def _rank(line: _Line, usual: float) -> tuple[float, float, float]:
    """Large print first, the largest of it; then from the top."""
    large = -line.height if line.height >= LARGE * usual else 0.0
    return large, line.box.top, line.box.left


def _cut(box: Box, width: int, height: int) -> Box:
    """The upper part of a line that is too large to be seen whole."""
    for _ in range(HALVES):
        if most_seen([box], width, height) <= MOST_SEEN:
            break
        box = Box(box.left, box.top, box.right, (box.top + box.bottom) / 2)
    return box


def _lines(words: Sequence[Box], aspect: float) -> Iterator[_Line]:
    """Words side by side, without a wide gap. `aspect` is the page's width to its height."""
    for row in _rows(words):
        run = row[:1]
        for word in row[1:]:
            reach = max(one.right for one in run)
            if (word.left - reach) * aspect > GAP * word.height:
                yield _line(run)
                run = []
            run.append(word)
        yield _line(run)


def _rows(words: Sequence[Box]) -> Iterator[list[Box]]:
    """Words whose middles are at one height, each row from left to right."""
    row: list[Box] = []
    for word in sorted(words, key=lambda one: one.middle[1]):
        if row and not _level(row[-1], word):
            yield sorted(row, key=lambda one: one.left)
            row = []
        row.append(word)
    if row:
        yield sorted(row, key=lambda one: one.left)


def _level(one: Box, other: Box) -> bool:
    apart = abs(other.middle[1] - one.middle[1])
    return apart < SAME_LINE * min(one.height, other.height)


def _line(run: Sequence[Box]) -> _Line:
    box = run[0]
    for word in run[1:]:
        box = box.union(word)
    return _Line(box, median(word.height for word in run))
