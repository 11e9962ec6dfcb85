"""An engine that reads what a test wrote into the pixels, without a model."""

from apps.base.types import Box
from apps.extraction.engines import Glyph, Line, PageText, Pixels, Word


class FakeEngine:
    """Says the same few words of every page; a worker's path without an engine's cost."""

    name = "fake"
    version = "1"

    def __init__(self, threads: int = 1) -> None:
        self.threads = threads

    def read(self, pixels: Pixels, number: int) -> PageText:
        height, width = pixels.shape[:2]
        lines = [_line(text, index) for index, text in enumerate(LINES)]
        return PageText(number, width, height, 0, lines)


LINES = ("INVOICE", "Invoice No: 4711", "Date: 2026-11-14", "Total EUR 1284.60")
DOUBTFUL = "7"


def _line(text: str, index: int) -> Line:
    top = 0.1 + index * 0.06
    words, left = [], 0.1
    for piece in text.split():
        words.append(_word(piece, left, top))
        left = words[-1].box.right + 0.01
    box = words[0].box.union(words[-1].box)
    return Line(words, box)


def _word(text: str, left: float, top: float) -> Word:
    pitch = 0.012
    glyphs = tuple(
        Glyph(c, 0.6 if c == DOUBTFUL else 0.99, left + i * pitch, left + (i + 1) * pitch)
        for i, c in enumerate(text)
    )
    box = Box(left, top, left + len(text) * pitch, top + 0.03)
    return Word(text, box, min(glyph.confidence for glyph in glyphs), glyphs)
