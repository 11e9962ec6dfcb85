"""Pages of text as JSON, for the pipe between a reader process and the portal.

What comes back from a reader is checked like anything from outside: numbers in range, text in
bounds, or the whole page is refused.
"""

from typing import Any

from apps.base.types import Box
from apps.extraction.engines import Glyph, Line, PageText, Word

MOST_LINES = 20_000  # of one page
MOST_GLYPHS = 500_000  # of one page; ten times what is looked at
LONGEST_WORD = 2_000  # characters
LARGEST = 100_000  # pages of a document, or pixels along an edge
TURNS = (0, 90, 180, 270)  # degrees
STEEPEST = 45.0  # degrees; what lies farther off is turned as well


class Malformed(ValueError):
    """The reader said something that is no page."""


def page_to_json(page: PageText) -> dict[str, object]:
    return {
        "number": page.number,
        "width": page.width,
        "height": page.height,
        "turned": page.turned,
        "skew": page.skew,
        "lines": [[_word_to_json(word) for word in line.words] for line in page.lines],
    }


def page_from_json(said: Any) -> PageText:
    """Raises Malformed if anything is missing, out of range or too much."""
    try:
        if len(said["lines"]) > MOST_LINES:
            raise Malformed("A page has fewer lines.")
        if sum(len(glyphs) for words in said["lines"] for _, glyphs in words) > MOST_GLYPHS:
            raise Malformed("A page has fewer characters.")
        lines = [_line([_word(word) for word in words]) for words in said["lines"] if words]
        return PageText(
            number=_whole(said["number"]),
            width=_whole(said["width"]),
            height=_whole(said["height"]),
            turned=TURNS[TURNS.index(said["turned"])],
            lines=lines,
            skew=_angle(said.get("skew", 0)),
        )
    except (KeyError, TypeError, ValueError, IndexError, OverflowError) as error:
        raise Malformed("The reader's answer is no page.") from error


def _word_to_json(word: Word) -> list[object]:
    box = word.box
    edges = [round(edge, 5) for edge in (box.left, box.top, box.right, box.bottom)]
    return [edges, [_glyph_to_json(glyph) for glyph in word.glyphs]]


def _glyph_to_json(glyph: Glyph) -> list[object]:
    return [
        glyph.text,
        glyph.confidence,
        round(glyph.left, 5),
        round(glyph.right, 5),
        glyph.other,
        glyph.other_confidence,
    ]


def _word(said: Any) -> Word:
    edges, glyphs = said
    read = tuple(_glyph(glyph) for glyph in glyphs[:LONGEST_WORD])
    left, top, right, bottom = (_share(edge) for edge in edges)
    box = Box(left, top, max(right, left + 1e-5), max(bottom, top + 1e-5))
    return Word("".join(g.text for g in read), box, min(g.confidence for g in read), read)


def _glyph(said: Any) -> Glyph:
    text, confidence, left, right, other, other_confidence = said
    if not (isinstance(text, str) and isinstance(other, str) and len(text) <= 4):
        raise Malformed("A glyph is a character.")
    (text + other).encode()  # half of a surrogate pair cannot be kept
    return Glyph(
        text, _share(confidence), _share(left), _share(right), other[:4], _share(other_confidence)
    )


def _line(words: list[Word]) -> Line:
    box = words[0].box
    for word in words[1:]:
        box = box.union(word.box)
    return Line(words, box)


def _whole(value: Any) -> int:
    number = int(value)
    if not 0 < number <= LARGEST:
        raise Malformed("Pages and pixels are counted from 1.")
    return number


def _angle(value: Any) -> float:
    angle = float(value)
    if not -STEEPEST <= angle <= STEEPEST:
        raise Malformed("A page leans by less.")
    return angle


def _share(value: Any) -> float:
    number = float(value)
    if not 0 <= number <= 1:
        raise Malformed("A share lies between 0 and 1.")
    return number
