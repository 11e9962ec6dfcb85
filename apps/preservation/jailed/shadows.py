"""Behind the wall: fields that were filled after signing and hide what was signed.

Filling in is allowed; drawing something else over the words of the page, or another picture of
the same value, is how shadow attacks do it.

Source: Mainka, Mladenov, Rohlmann, "Shadow Attacks", NDSS 2021.
"""

from __future__ import annotations

from typing import Any

import pypdfium2 as pdfium
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from apps.preservation.jailed.structure import widgets

MOST = 200  # changed fields looked at
MOST_PAGES = 2000
MARGIN = 1.0  # points that a field may touch of its neighbours
ENOUGH = 3  # letters beneath a field


def findings(content: bytes, signature: EmbeddedPdfSignature, end: int) -> list[str]:
    """What fields changed since a signature do; none for one that covers the whole file."""
    found, changed = set(), []
    before = dict(widgets(signature.reader.get_historical_resolver(signature.signed_revision)))
    for name, field in widgets(signature.reader):
        former = before.get(name)
        if former is not None and _picture(former) != _picture(field):
            changed.append(field)
            if _value(former) == _value(field):
                found.add("picture without value")
    if changed and _covers_words(content[:end], changed[:MOST], signature.reader):
        found.add("field over words")
    return sorted(found)


def _picture(field: Any) -> bytes:
    """What a field draws, as bytes to compare."""
    held = field.get("/AP", {})
    drawn = held.get("/N") if held else None
    if isinstance(drawn, generic.StreamObject):
        return bytes(drawn.data) + str(sorted(map(str, drawn))).encode()
    return str(drawn).encode()


def _value(field: Any) -> str:
    return str(field.get("/V", ""))


def _covers_words(signed: bytes, fields: list[Any], reader: PdfFileReader) -> bool:
    """Whether any lies over words that the signed pages show, their fields left out."""
    numbers = _pages(reader)
    document = pdfium.PdfDocument(signed)
    return any(
        _letters(document[numbers[reference]], field["/Rect"]) >= ENOUGH
        for field in fields
        if (reference := _page_of(field)) in numbers and numbers[reference] < len(document)
    )


def _pages(reader: PdfFileReader) -> dict[Any, int]:
    """Numbers of pages, from 0, by where they stand in the file."""
    total = min(int(reader.root["/Pages"].get("/Count", 0)), MOST_PAGES)
    find: Any = reader.find_page_for_modification  # the library does not say its types
    return {find(number)[0].reference: number for number in range(total)}


def _page_of(field: Any) -> Any:
    held = field.raw_get("/P") if "/P" in field else None
    return held.reference if isinstance(held, generic.IndirectObject) else None


def _letters(page: pdfium.PdfPage, rectangle: Any) -> int:
    left, bottom, right, top = (float(one) for one in rectangle)
    text = page.get_textpage().get_text_bounded(
        left=min(left, right) + MARGIN,
        bottom=min(bottom, top) + MARGIN,
        right=max(left, right) - MARGIN,
        top=max(bottom, top) - MARGIN,
    )
    return sum(letter.isalnum() for letter in text)
