"""Reading a file that is nobody's, as any other is read; nothing of it is kept."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

from apps.extraction import doctypes, drawing, reader
from apps.extraction.engines import PageText
from apps.extraction.engines.upright import Lie, straightened
from apps.extraction.fields import Found, Missing
from apps.extraction.languages import language_of
from apps.extraction.layout import rows_of
from apps.extraction.understanding import understand
from apps.extraction.values import Habits
from apps.extraction.values.habits import judge
from apps.extraction.witnesses import Witnesses, together


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What would have been kept of a document."""

    engine: str  # "name/version"
    images: Sequence[bytes]  # of its pages, as they would be sealed
    pages: Sequence[PageText]
    fields: Sequence[Found | Missing]
    habits: Habits
    language: str


def rehearse(content: bytes, media_type: str, *, doctype: str) -> Rehearsed:
    """Read a file of a known class.

    Raises:
        Unreadable, Unavailable: as drawing and reading do.
    """
    images: list[bytes] = []
    pages: list[PageText] = []
    said: list[Witnesses] = []
    engine = ""
    for number, pixels in drawing.draw(io.BytesIO(content), media_type, hear=said.append):
        page, engine = reader.read_page(pixels, number)
        pages.append(page)
        images.append(drawing.encode(straightened(pixels, Lie(page.turned, page.skew))))
    known = doctypes.get(doctype)
    understood = understand(pages, engine=engine, said=known.name, witnesses=together(said))
    return Rehearsed(
        engine=engine,
        images=images,
        pages=pages,
        fields=understood.fields,
        habits=judge([row for page in pages for row in rows_of(page)]),
        language=language_of(word.text for page in pages for word in page.words),
    )
