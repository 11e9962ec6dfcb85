"""Behind the wall: the text layer of a PDF page, and how each of its characters looks.

What is invisible by its rendering mode, its opacity or its size is told by the file; what has the
colour of the paper, is clipped or painted over shows only on the drawn page, so we look there.
"""

from __future__ import annotations

import ctypes
from math import ceil
from typing import Any, NamedTuple

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as raw
from numpy.typing import NDArray

from apps.extraction.layers import (
    CHARACTER,
    EDGES,
    GAPS,
    MOST,
    SCALE,
    Characters,
    Look,
    Places,
)

STROKES = frozenset({1, 5})  # rendering modes that draw an outline and no filling
NOT_DRAWN = frozenset({3, 7})  # invisible, or only a window for what is drawn next
SMALLEST = 2.0  # points; nobody reads smaller print
FAINTEST = 24  # of 255; what is seen differs at least so much from its ground
EDGE = 0.15  # of a run's height above and below that is not looked at: lines of tables
FAR = 10_000_000  # parts of a page's edge: PDFium tells places in whole numbers
FARTHEST = 1e9  # points; what a hostile file puts farther away is as far away as this
GAP, UNKNOWN = ord(" "), 0xFFFD
HYPHEN = 2  # PDFium's code for a hyphen that ends a line
# Codes that are no characters: controls, halves of pairs, private use, marks of what is unknown.
NO_CHARACTERS = (
    range(0x20), range(0x7F, 0xA0), range(0xD800, 0xF900), range(0xFFF0, 0x10000),
    range(0xF0000, 1 << 32),
)  # fmt: skip

Pixels = NDArray[np.uint8]


class _Collected(NamedTuple):
    """What PDFium tells, a character an entry."""

    codes: list[int]
    points: list[tuple[float, float, float, float]]  # left, bottom, right, top
    objects: list[int]  # the text object it belongs to, 0 for a gap
    drawn: dict[int, bool]  # by object, whether it leaves ink as far as the file tells


def read(page: pdfium.PdfPage, pixels: Pixels) -> tuple[Characters, bool]:
    """The characters of a page as it was drawn, and whether there were more than we look at."""
    text = raw.FPDFText_LoadPage(page.raw)
    try:
        count = max(0, raw.FPDFText_CountChars(text))
        told = _collected(text, min(count, MOST))
    finally:
        raw.FPDFText_ClosePage(text)
    characters = np.zeros(len(told.codes), CHARACTER)
    if len(characters):
        _fill(characters, told, page, pixels)
    return characters, count > MOST


def _fill(characters: Characters, told: _Collected, page: pdfium.PdfPage, pixels: Pixels) -> None:
    points = np.nan_to_num(np.array(told.points)).clip(-FARTHEST, FARTHEST)
    places = _on_page(page, points).clip(0, 1)
    characters["code"] = told.codes
    characters["look"] = np.where(characters["code"] == UNKNOWN, Look.UNMAPPED, Look.SEEN)
    characters["look"][~_seen(told, points, places, pixels)] = Look.UNSEEN
    for name, edge in zip(EDGES, places.T, strict=True):
        characters[name] = (edge * SCALE).round()


def _collected(text: Any, count: int) -> _Collected:
    nowhere = (0.0, 0.0, 0.0, 0.0)
    told = _Collected([GAP] * count, [nowhere] * count, [0] * count, {0: True})
    box = raw.FS_RECTF()
    for at in range(count):
        code = raw.FPDFText_GetUnicode(text, at)
        held = raw.FPDFText_GetTextObject(text, at)
        if not held or code in GAPS:
            continue
        told.codes[at] = _code(text, at, code)
        raw.FPDFText_GetLooseCharBox(text, at, box)
        told.points[at] = box.left, box.bottom, box.right, box.top
        told.objects[at] = here = ctypes.addressof(held.contents)
        if here not in told.drawn:
            told.drawn[here] = _is_drawn(held)
    return told


def _code(text: Any, at: int, code: int) -> int:
    """The code of a character, or UNKNOWN if the file does not map its shape to one."""
    if code == HYPHEN:
        return ord("-")
    known = 0x20 < code < 0x7F or not any(code in codes for codes in NO_CHARACTERS)
    return code if known and raw.FPDFText_HasUnicodeMapError(text, at) != 1 else UNKNOWN


def _is_drawn(held: Any) -> bool:
    """Whether a text object leaves ink, as far as its mode and its opacity tell."""
    mode = raw.FPDFTextObj_GetTextRenderMode(held)
    if mode in NOT_DRAWN:
        return False
    colour = raw.FPDFPageObj_GetStrokeColor if mode in STROKES else raw.FPDFPageObj_GetFillColor
    red, green, blue, opacity = (ctypes.c_uint() for _ in range(4))
    told = colour(held, red, green, blue, opacity)
    return not told or opacity.value >= FAINTEST


def _on_page(page: pdfium.PdfPage, points: Places) -> Places:
    """Places as fractions of the page as it is drawn: cropped, and turned as the file says."""
    span = max(1.0, *page.get_size())
    origin, along, up = (_device(page, x, y) for x, y in ((0, 0), (span, 0), (0, span)))
    turn = np.stack([along - origin, up - origin]) / span
    ends = points[:, :2] @ turn + origin, points[:, 2:] @ turn + origin
    return np.hstack([np.minimum(*ends), np.maximum(*ends)])


def _device(page: pdfium.PdfPage, x: float, y: float) -> NDArray[np.float64]:
    across, down = ctypes.c_int(), ctypes.c_int()
    raw.FPDF_PageToDevice(page.raw, 0, 0, FAR, FAR, 0, x, y, across, down)
    return np.array([across.value, down.value]) / FAR


def _seen(told: _Collected, points: Places, places: Places, pixels: Pixels) -> NDArray[np.bool_]:
    """Which characters can be seen. Those of one object without a gap are judged together."""
    objects = np.array(told.objects)
    starts = np.flatnonzero(np.concatenate([[True], objects[1:] != objects[:-1]]))
    sizes = np.maximum.reduceat((points[:, 2:] - points[:, :2]).max(axis=1), starts)
    lows = np.minimum.reduceat(places[:, :2], starts)
    highs = np.maximum.reduceat(places[:, 2:], starts)
    runs = zip(objects[starts].tolist(), sizes, lows.tolist(), highs.tolist(), strict=True)
    seen = [
        told.drawn[held] and size >= SMALLEST and _contrast(pixels, *low, *high) >= FAINTEST
        for held, size, low, high in runs
    ]
    return np.repeat(seen, np.diff([*starts, len(objects)]))


def _contrast(pixels: Pixels, left: float, top: float, right: float, bottom: float) -> int:
    """The greatest difference of light, in any colour, within a part of a page (0 to 255)."""
    height, width = pixels.shape[:2]
    edge = EDGE * (bottom - top)
    rows = slice(int((top + edge) * height), ceil((bottom - edge) * height))
    columns = slice(int(left * width), ceil(right * width))
    patch = pixels[rows, columns].reshape(-1, 3)
    return int(np.ptp(patch, axis=0).max()) if len(patch) else 0  # nothing of it lies on the page
