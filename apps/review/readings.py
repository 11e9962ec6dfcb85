"""What the station shows beside a slit: the suggestion, its characters, other readings."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from apps.review.crops import Frame

DOUBTFUL = 0.9  # confidence of a character below which it is marked
MOST_MARKED = 6  # of one value; when nearly all is doubtful, marking says nothing

KEYS = "123456789abcdfghijklmnoqtvxy"  # of choices in their order; not those of commands
NONE_KEY = "0"  # of "none of these"

GlyphParts = tuple[str, float, float, float]  # text, confidence, left, right on the page


def keys_of(choices: int) -> list[str]:
    """A key for each of so many choices; the last ones do without where there are too many."""
    return [*KEYS, *[""] * choices][:choices]


@dataclass(frozen=True, slots=True)
class Characters:
    """Where each character of the suggestion stands in the picture, and which are doubtful."""

    places: list[tuple[float, float]]  # left and width, fractions of the picture; empty: unknown
    doubtful: list[int]  # positions in the suggestion


def characters(value: str, glyphs: Sequence[GlyphParts], frame: Frame) -> Characters:
    """Lay the glyphs of a value along its picture.

    The value as printed may hold spaces that have no glyph; they get the gap between their
    neighbours. If value and glyphs do not spell the same, no place is claimed.
    """
    spelled = "".join(glyph[0] for glyph in glyphs)
    if spelled != "".join(value.split()) or any(glyph[3] <= glyph[2] for glyph in glyphs):
        return Characters([], [])
    if _wraps(glyphs):
        return Characters([], _doubtful(value, glyphs))
    return Characters(_places(value, glyphs, frame), _doubtful(value, glyphs))


def respelled(glyphs: Sequence[GlyphParts], value: str) -> tuple[GlyphParts, ...]:
    """The glyphs spelling a value of the same length; what changes is doubtful.

    None if the lengths differ: then nobody knows which character stands where.
    """
    signs = "".join(value.split())
    if len(glyphs) != len(signs) or any(len(glyph[0]) != 1 for glyph in glyphs):
        return ()
    return tuple(
        (sign, sure if sign == text else 0.0, left, right)
        for sign, (text, sure, left, right) in zip(signs, glyphs, strict=True)
    )


def _wraps(glyphs: Sequence[GlyphParts]) -> bool:
    """Whether the value runs over several lines, where one row of places means nothing."""
    lefts = [glyph[2] for glyph in glyphs]
    return any(later < earlier for earlier, later in pairwise(lefts))


def _places(value: str, glyphs: Sequence[GlyphParts], frame: Frame) -> list[tuple[float, float]]:
    places: list[tuple[float, float]] = []
    rest = list(glyphs)
    before = glyphs[0][2] if glyphs else 0.0
    for character in value:
        if character.isspace():
            after = rest[0][2] if rest else before
            places.append(_place(before, after, frame))
        else:
            _, _, left, before = rest.pop(0)
            places.append(_place(left, before, frame))
    return places


def _place(left: float, right: float, frame: Frame) -> tuple[float, float]:
    start = (left - frame.left) / frame.width
    return round(start, 4), round(max(0.0, (right - left) / frame.width), 4)


def _doubtful(value: str, glyphs: Sequence[GlyphParts]) -> list[int]:
    positions = [at for at, character in enumerate(value) if not character.isspace()]
    marked = [
        (glyph[1], at) for at, glyph in zip(positions, glyphs, strict=True) if glyph[1] < DOUBTFUL
    ]
    return sorted(at for _, at in sorted(marked)[:MOST_MARKED])


def on_page(frame: Frame, window: Sequence[float]) -> list[float]:
    """A window's place on the page: left, top, width, height as fractions."""
    left, top, width, height = window
    return [
        round(frame.left + left * frame.width, 4),
        round(frame.top + top * frame.height, 4),
        round(width * frame.width, 4),
        round(height * frame.height, 4),
    ]
