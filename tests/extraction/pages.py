"""Pages drawn as text: what an engine would have seen, without an engine.

Each line of the drawing is a row, each column a character's width; two blanks or more part what
stands in two cells, and an engine would return as two runs of text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from textwrap import dedent

from apps.base.types import Box
from apps.extraction.engines import Glyph, Line, PageText, Word
from apps.extraction.fields import Found, Missing
from apps.extraction.layout import Row, rows_of
from apps.extraction.values import Habits

COLUMNS = 80  # characters across a page
WIDTH = 800  # pixels
CHARACTER = 1 / COLUMNS  # fraction of the page width
PITCH = 20  # pixels from row to row
HEIGHT = 14  # pixels of a character
SURE = 0.999
NONE = Habits()


def drawn(
    drawing: str, *, confidence: float = SURE, doubts: Mapping[str, Glyph] | None = None
) -> PageText:
    """A page from a drawing. `doubts` replaces characters of the drawing by other glyphs."""
    rows = dedent(drawing).strip("\n").splitlines()
    height = PITCH * (len(rows) + 2)
    lines = [
        _line(match.group(), match.start(), number, height, confidence, doubts or {})
        for number, text in enumerate(rows, start=1)
        for match in re.finditer(r"\S+(?: \S+)*", text)
    ]
    return PageText(1, WIDTH, height, 0, lines)


def row(text: str) -> Row:
    """One row; a tab in the text starts a new cell."""
    return rows_of(drawn(text.replace("\t", "     ")))[0]


def by_name(found: list[Found | Missing]) -> dict[str, Found]:
    """What was found, by field."""
    return {one.name: one for one in found if isinstance(one, Found)}


def _line(
    text: str, column: int, number: int, height: int, sure: float, doubts: Mapping[str, Glyph]
) -> Line:
    top, bottom = number * PITCH / height, (number * PITCH + HEIGHT) / height
    words = [
        _word(match.group(), column + match.start(), top, bottom, sure, doubts)
        for match in re.finditer(r"\S+", text)
    ]
    return Line(words, Box(words[0].box.left, top, words[-1].box.right, bottom))


def _word(
    text: str, column: int, top: float, bottom: float, sure: float, doubts: Mapping[str, Glyph]
) -> Word:
    glyphs = [
        _glyph(character, column + at, sure, doubts.get(character))
        for at, character in enumerate(text)
    ]
    shown = "".join(glyph.text for glyph in glyphs)
    box = Box(glyphs[0].left, top, min(1.0, glyphs[-1].right), bottom)
    return Word(shown, box, min(glyph.confidence for glyph in glyphs), glyphs)


def _glyph(character: str, column: int, sure: float, doubt: Glyph | None) -> Glyph:
    left, right = min(0.999, column * CHARACTER), min(1.0, (column + 1) * CHARACTER)
    if doubt is None:
        return Glyph(character, sure, left, right)
    return Glyph(doubt.text, doubt.confidence, left, right, doubt.other, doubt.other_confidence)
