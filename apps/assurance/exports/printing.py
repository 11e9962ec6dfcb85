"""The cover as a PDF: set from the page that a browser shows, so that both say the same.

It knows the few elements that the cover has. Signs that the faces lack, which are those beyond
Latin letters, are printed as question marks; the page has them all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html.parser import HTMLParser
from typing import NamedTuple

from apps.extraction.synthetic.page import A4, GREY, PALE, Ink, Sheet
from apps.extraction.synthetic.pdf import typeset
from apps.extraction.synthetic.typeface import typeface

MARGIN = 20.0  # millimetres
WIDTH = A4[0] - 2 * MARGIN
LEADING = 1.45  # of a line, in ems
TEXT, STRONG = Ink("Inter-Regular", 9.5), Ink("Inter-SemiBold", 9.5)
CODE = Ink("JetBrainsMono-Regular", 8.5)
SMALL = Ink("Inter-Regular", 8, GREY)


class Look(NamedTuple):
    """How a block stands on the sheet."""

    ink: Ink
    above: float  # millimetres
    indent: float = 0.0
    below: float = 0.0  # that have to be left on the sheet


BLOCKS: dict[str, Look] = {
    "h1": Look(Ink("Inter-SemiBold", 16), 0),
    "h2": Look(Ink("Inter-SemiBold", 11.5), 7, below=15),
    "p": Look(TEXT, 2.5),
    "dt": Look(SMALL, 3),
    "dd": Look(TEXT, 0.6),
    "li": Look(TEXT, 1.2, 4),
    "th": Look(SMALL, 2.5),
    "td": Look(TEXT, 1.2),
}
INLINE = {"code": CODE, "strong": STRONG}
SPLIT = re.compile(r"(\s+)")
CELLS = (0.0, 90.0, 130.0)  # millimetres; where the columns of a table begin


class Word(NamedTuple):
    text: str
    ink: Ink


@dataclass(slots=True)
class Block:
    """One paragraph, or one cell of a row."""

    look: Look
    lines: list[list[Word]] = field(default_factory=lambda: [[]])  # broken where the page says so
    column: int = 0  # of a table


class Page(HTMLParser):
    """Reads the blocks of the cover."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[Block] = []
        self.title = ""
        self._inside: list[str] = []  # elements around what is read
        self._cell = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "br":
            self.blocks[-1].lines.append([])
        elif tag == "tr":
            self._cell = 0
        elif tag in BLOCKS:
            is_cell = tag in ("td", "th")
            self.blocks.append(Block(BLOCKS[tag], column=self._cell if is_cell else 0))
            self._cell += is_cell
        if tag in BLOCKS or tag in INLINE or tag == "title":
            self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        if not self._inside:
            return
        if self._inside[-1] == "title":
            self.title += data
            return
        block = self.blocks[-1]
        ink = INLINE.get(self._inside[-1], block.look.ink)
        block.lines[-1] += _words(data, ink)


class Printer:
    """Sets blocks one under the other, on as many sheets as they take."""

    def __init__(self) -> None:
        self.sheets = [Sheet(*A4)]
        self.y = MARGIN  # of the last base line

    def put(self, block: Block) -> None:
        look = block.look
        while len(block.lines) > 1 and not "".join(one.text for one in block.lines[-1]).strip():
            block.lines.pop()
        lines = [line for words in block.lines for line in _wrapped(words, WIDTH - look.indent)]
        for number, words in enumerate(lines):
            if not block.column:  # the cells of a row stand side by side
                self._down(look.ink, 0 if number else look.above, look.below)
            x = MARGIN + look.indent + CELLS[block.column]
            for word in words:
                self.sheets[-1].write(x, self.y, word.text, word.ink)
                x += word.ink.width(word.text)

    def _down(self, ink: Ink, above: float, below: float) -> None:
        self.y += above + LEADING * ink.height
        if self.y + below > A4[1] - MARGIN:
            self.sheets.append(Sheet(*A4))
            self.y = MARGIN + ink.height

    def number(self, title: str) -> None:
        """Write under every sheet whose it is and which."""
        y = A4[1] - MARGIN / 2
        for place, sheet in enumerate(self.sheets, 1):
            sheet.rule(MARGIN, y - 4, A4[0] - MARGIN, 0.2, PALE)
            sheet.write(MARGIN, y, _printable(title, SMALL), SMALL)
            of = f"{place} of {len(self.sheets)}"
            sheet.write(A4[0] - MARGIN, y, of, SMALL, align="right")


def as_pdf(page: str, *, now: datetime) -> bytes:
    """The cover, set on A4."""
    read = Page()
    read.feed(page)
    printer = Printer()
    for block in read.blocks:
        printer.put(block)
    printer.number(read.title)
    return typeset(printer.sheets, title=read.title, drawn_at=now)


def _words(data: str, ink: Ink) -> Iterator[Word]:
    """Words and the spaces between them; any amount of white is one space, as in HTML."""
    for piece in SPLIT.split(data):
        if piece:
            yield Word(_printable(" " if piece.isspace() else piece, ink), ink)


def _printable(text: str, ink: Ink) -> str:
    known = typeface(ink.face).glyphs
    return "".join(sign if ord(sign) in known else "?" for sign in text)


def _wrapped(words: Sequence[Word], width: float) -> Iterator[list[Word]]:
    """Lines no wider than that; a word that is wider by itself is broken."""
    line: list[Word] = []
    left = width
    for word in (piece for whole in words for piece in _pieces(whole, width)):
        wide = word.ink.width(word.text)
        if wide > left and not word.text.isspace():
            yield line
            line, left = [], width
        if line or not word.text.isspace():
            line.append(word)
            left -= wide
    yield line


def _pieces(word: Word, width: float) -> Iterator[Word]:
    fit = max(1, int(width / word.ink.width("W")))  # at least; no letter is wider
    whole = word.ink.width(word.text) <= width
    for at in range(0, len(word.text), len(word.text) if whole else fit):
        yield word._replace(text=word.text if whole else word.text[at : at + fit])
