"""What a transcript says: the text of a document in reading order, numbers of persons hidden.

It is written only where the sender asked for it and neither purpose nor class forbids it. It is
text of a document, so it is data: without signs that the eye does not see, bounded in length, and
marked where it reads like an order or mixes letters that only look alike.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from apps.extraction import fragments
from apps.extraction.engines import PageText
from apps.extraction.fields import Flag
from apps.extraction.fragments.rules import Fragment
from apps.extraction.guards.orders import LONGEST as LOOKED_AT
from apps.extraction.guards.orders import reads_like_an_order
from apps.extraction.guards.signs import cleaned, hides, looks_like_another
from apps.extraction.layout import CELL, rows_of
from apps.extraction.order import paragraphs

SCHEMA = "arrowslit.transcript/1"
LONGEST = 5_000_000  # characters of one document; what comes after them is left out
PARAGRAPH = "\n\n"


@dataclass(frozen=True, slots=True)
class Written:
    """The transcript of a document."""

    pages: tuple[str, ...]
    hidden: tuple[Fragment, ...]  # kinds of numbers that were hidden
    flags: tuple[Flag, ...]
    cut: bool  # it was longer than a transcript may be

    @property
    def characters(self) -> int:
        return sum(map(len, self.pages))

    def to_json(self, *, reference: str, engine: str) -> bytes:
        """As it is sealed."""
        content = {
            "schema": SCHEMA,
            "document": reference,
            "engine": engine,
            "pages": [{"page": at, "text": text} for at, text in enumerate(self.pages, start=1)],
            "fragments_masked": self.hidden,
            "flags": self.flags,
            "cut": self.cut,
        }
        return json.dumps(content, ensure_ascii=False).encode()


def written(pages: Sequence[PageText], *, longest: int = LONGEST) -> Written:
    """The transcript of pages. Every kind of fragment is hidden, whatever a class may show."""
    read = [list(_paragraphs(page)) for page in pages]
    hidden = [fragments.hidden((PARAGRAPH.join(page),), fragments.KINDS) for page in read]
    texts, room = [], longest
    for page in hidden:
        texts.append(page.texts[0][:room])
        room -= len(texts[-1])
    return Written(
        pages=tuple(texts),
        hidden=tuple(kind for kind in fragments.KINDS if any(kind in one.kinds for one in hidden)),
        flags=tuple(_flags(pages, read)),
        cut=room == 0 and sum(len(one.texts[0]) for one in hidden) > longest,
    )


def _paragraphs(page: PageText) -> Iterator[str]:
    """A line each; cells of a row stay parted by tabs."""
    for one in paragraphs(rows_of(page)):
        lines = [CELL.join(map(cleaned, line.split(CELL))) for line in one.text.split("\n")]
        if text := "\n".join(line for line in lines if line.strip()):
            yield text


def _flags(pages: Sequence[PageText], read: Sequence[Sequence[str]]) -> Iterator[Flag]:
    """What speaks against handing the text on unseen."""
    texts = [text for page in read for text in page]
    if any(hides(word.text) for page in pages for word in page.words):
        yield Flag.HIDDEN
    if any(reads_like_an_order(piece) for text in texts for piece in _pieces(text)):
        yield Flag.INSTRUCTION
    if any(looks_like_another(text) for text in texts):
        yield Flag.LOOKALIKE


def _pieces(text: str) -> Iterator[str]:
    """A text in pieces that are looked at whole; they overlap, so that no order falls between."""
    step = LOOKED_AT // 2
    for start in range(0, max(1, len(text) - step), step):
        yield text[start : start + LOOKED_AT]
