"""Lines of an engine as visual rows: text that can be searched, each character with its place.

An engine returns runs of text wherever it found them. People read rows: what stands at the same
height belongs together, from left to right. Everything after this module works on rows.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from statistics import fmean, median
from typing import NamedTuple

from apps.base.types import Box
from apps.extraction.engines import Glyph, Line, PageText, Word

CELL_GAP = 1.2  # heights of a line; a wider gap starts a new cell
SAME_ROW = 0.5  # of the smaller height; middles nearer than this are one row
STANDING = 1.5  # height to width, in pixels, from which a run of text stands on end
MOST_GAIN = 4.0  # times its letters' height that a leaning line's box is high
LONG = 0.25  # fraction of page width; lines at least this long tell how the page leans
BELOW_GAP = 3.5  # heights of a label; a value farther below belongs to something else
ROWS_BELOW = 30  # of a label that are looked at
MOST_TEXT = 50_000  # characters of a page; no honest page has a third of it
ASIDE = 0.015  # fraction of page width; a value this far beside its column still belongs to it
CELL = "\t"  # stands in a row's text where a new cell starts
HAIR = 1e-6  # fraction of the page; no box is thinner


class Mark(NamedTuple):
    """A character of a row."""

    glyph: Glyph
    word: Word


@dataclass(frozen=True, eq=False)
class Row:
    """What stands at one height of a page: words joined by a space, cells by a tab."""

    page: int  # from 1
    number: int  # of this row on its page, from 0
    text: str  # as printed; control characters are spaces
    marks: Sequence[Mark | None]  # as long as the text; None for the spaces and tabs in between
    box: Box

    @cached_property
    def plain(self) -> str:
        """The text with digits and punctuation of other scripts as ASCII, as long as the text."""
        return "".join(_plain(character) for character in self.text)

    @cached_property
    def cells(self) -> Sequence[Span]:
        """The parts of the row between wide gaps, left to right."""
        edges = [-1, *(at for at, sign in enumerate(self.text) if sign == CELL), len(self.text)]
        return tuple(Span(self, a + 1, b) for a, b in pairwise(edges))

    @cached_property
    def lefts(self) -> Sequence[float]:
        return [cell.box.left for cell in self.cells]

    def cell_at(self, at: int) -> Span:
        """The cell that holds the character at this place in the text."""
        return next(cell for cell in self.cells if at <= cell.end)

    @property
    def whole(self) -> Span:
        return Span(self, 0, len(self.text))


@dataclass(frozen=True)
class Span:
    """A stretch of a row, from `start` up to, not including, `end`."""

    row: Row
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.row.text[self.start : self.end].replace(CELL, " ")

    @property
    def plain(self) -> str:
        return self.row.plain[self.start : self.end]

    @property
    def marks(self) -> list[Mark]:
        return [mark for mark in self.row.marks[self.start : self.end] if mark]

    @property
    def glyphs(self) -> list[Glyph]:
        return [mark.glyph for mark in self.marks]

    @cached_property
    def box(self) -> Box:
        return around(self.marks) if self.marks else self.row.box

    def trimmed(self) -> Span:
        """The span without the spaces at its ends."""
        text = self.row.text
        start, end = self.start, self.end
        while start < end and text[start].isspace():
            start += 1
        while start < end and text[end - 1].isspace():
            end -= 1
        return Span(self.row, start, end)


def rows_of(page: PageText) -> list[Row]:
    """The rows of a page, top to bottom. Text that stands on end makes rows of its own.

    What comes after far more text than a page can hold is left out.
    """
    lying: list[Line] = []
    standing: list[Line] = []
    for line in page.lines:
        if line.words:
            (standing if _stands(line, page) else lying).append(line)
    lean = _lean(lying)
    groups = [*_grouped(lying, lean), *([line] for line in standing)]
    rows: list[Row] = []
    room = MOST_TEXT
    for number, group in enumerate(groups):
        rows.append(_row(page, number, group, lean))
        room -= len(rows[-1].text)
        if room < 0:
            break
    return rows


def below(label: Span, rows: Sequence[Row], *, column: bool = False) -> Iterator[Span]:
    """The cells under a label, nearest first, until a wide gap; of a column, until the next gap.

    `rows` are those of the label's page.
    """
    height, bottom = label.box.height, label.box.bottom
    start = label.row.number + 1
    for row in rows[start : start + ROWS_BELOW]:
        if row.box.top > bottom + BELOW_GAP * height:
            return
        for cell in _under(label.box, row):
            if cell.box.top < bottom + BELOW_GAP * height:
                bottom = max(bottom, cell.box.bottom) if column else bottom
                yield cell


def _under(box: Box, row: Row) -> list[Span]:
    start = max(0, bisect_left(row.lefts, box.left - ASIDE) - 1)
    found = []
    for cell in row.cells[start:]:
        if cell.box.left >= box.right + ASIDE:
            break
        if cell.box.right > box.left - ASIDE:
            found.append(cell)
    return found


def _plain(character: str) -> str:
    if character.isascii():
        return character
    if (digit := unicodedata.decimal(character, None)) is not None:
        return str(digit)
    folded = unicodedata.normalize("NFKC", character)
    return folded if len(folded) == 1 else character


def _stands(line: Line, page: PageText) -> bool:
    tall = line.box.height * page.height > STANDING * line.box.width * page.width
    return tall and sum(len(word.text) for word in line.words) > 2


def _lean(lines: Sequence[Line]) -> float:
    """How far text sinks from left to right: page heights for each page width."""
    slopes = []
    for line in lines:
        (x0, y0), (x1, y1) = line.words[0].box.middle, line.words[-1].box.middle
        if x1 - x0 > LONG:
            slopes.append((y1 - y0) / (x1 - x0))
    return median(slopes) if len(slopes) > 2 else 0.0


def _grouped(lines: Sequence[Line], lean: float) -> list[list[Line]]:
    """Lines whose middles, with the lean taken out, are at one height."""

    def level(line: Line) -> float:
        x, y = line.box.middle
        return y - lean * x

    groups: list[list[Line]] = []
    height = middle = 0.0
    for line in sorted(lines, key=level):
        own = _letters_high(line, lean)
        near = SAME_ROW * min(height, own)
        if groups and abs(level(line) - middle) < near:
            group = groups[-1]
            group.append(line)
            middle += (level(line) - middle) / len(group)
            height += (own - height) / len(group)
        else:
            groups.append([line])
            middle, height = level(line), own
    return groups


def _letters_high(line: Line, lean: float) -> float:
    """The height of a line without what its box gains by leaning."""
    return max(line.box.height - abs(lean) * line.box.width, line.box.height / MOST_GAIN)


def _row(page: PageText, number: int, lines: list[Line], lean: float) -> Row:
    words = sorted((w for line in lines for w in line.words), key=lambda word: word.box.left)
    high = fmean(_letters_high(line, lean) for line in lines)
    wide = CELL_GAP * high * page.height / page.width
    text: list[str] = []
    marks: list[Mark | None] = []
    edge = 0.0  # right end of what was read so far
    for word in words:
        if text:
            text.append(CELL if word.box.left - edge > wide else " ")
            marks.append(None)
        for glyph in word.glyphs:
            text.extend(_shown(character) for character in glyph.text)
            marks.extend(Mark(glyph, word) for _ in glyph.text)
        edge = max(edge, word.box.right)
    box = _union([line.box for line in lines])
    return Row(page.number, number, "".join(text), marks, box)


def _shown(character: str) -> str:
    return " " if unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp") else character


def around(marks: Sequence[Mark]) -> Box:
    """The box of some characters: as wide as they are, as high as their words."""
    left = min(mark.glyph.left for mark in marks)
    right = max(mark.glyph.right for mark in marks)
    box = _union([mark.word.box for mark in marks])
    if right - left < HAIR:  # text on end: its characters share one place across
        return box
    return Box(left, box.top, right, box.bottom)


def _union(boxes: Sequence[Box]) -> Box:
    return Box(
        min(box.left for box in boxes),
        min(box.top for box in boxes),
        max(box.right for box in boxes),
        max(box.bottom for box in boxes),
    )
