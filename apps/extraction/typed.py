"""What a person typed, read by the same rules as what the engine saw."""

import re

from apps.base.types import Box
from apps.extraction.engines import Glyph, Line, PageText, Word
from apps.extraction.layout import rows_of
from apps.extraction.values import Habits, Kind
from apps.extraction.values.reading import readings

SPACED = re.compile(r"\d{1,2}[\s,]+\d{1,2}[\s,]+\d{2,4}")  # "3 5 2021", as nobody prints it
THOUSANDS = re.compile(r"-?\d{1,3}(?:\s\d{3})+(?:[.,]\d{2})?")  # on a page it may be two numbers
NARROW = 0.008  # of the page's width: a blank is no gap between cells
COMPACT = frozenset({Kind.SEX, Kind.COUNTRY, Kind.MRZ})  # kinds whose spaces mean nothing
EXACT = frozenset({Kind.AMOUNT, Kind.DATE})  # kinds of which every sign counts


def normalise(typed: str, kind: Kind, habits: Habits) -> str:
    """The normalised form of a typed value, as the document's habits have it.

    Text that cannot be read as its kind is kept as it was typed; a validator then says so.
    """
    if kind == Kind.DATE and SPACED.fullmatch(typed.strip()):
        typed = re.sub(r"[\s,]+", ".", typed.strip())
    if kind == Kind.AMOUNT and THOUSANDS.fullmatch(typed.strip()):
        typed = re.sub(r"\s", "", typed)
    rows = rows_of(_page(typed))
    if found := [one for row in rows for one in readings(kind, row, habits)]:
        return max(found, key=lambda one: len(one.span.plain)).normalised
    text = " ".join(typed.split())
    return text.replace(" ", "").upper() if kind in COMPACT else text


def _page(typed: str) -> PageText:
    """A page that says nothing but what was typed, in one line and beyond doubt."""
    words, left, step = [], 0.0, min(NARROW, 1 / (len(typed) + 2))
    for piece in typed.split():
        glyphs = tuple(
            Glyph(character, 1.0, left + at * step, left + (at + 1) * step)
            for at, character in enumerate(piece)
        )
        right = left + len(piece) * step
        words.append(Word(piece, Box(left, 0.4, right, 0.6), 1.0, glyphs))
        left = right + step
    if not words:
        return PageText(1, 1000, 50, 0, [])
    line = Line(words, Box(0.0, 0.4, words[-1].box.right, 0.6))
    return PageText(1, 1000, 50, 0, [line])


def means_the_same(one: str, other: str, *, kind: Kind) -> bool:
    """Whether two normalised values say the same; in text, letters and digits are what counts."""
    if kind in EXACT:
        return one == other
    return _bare(one) == _bare(other)


def _bare(value: str) -> str:
    return "".join(sign for sign in value if sign.isalnum()).casefold()
