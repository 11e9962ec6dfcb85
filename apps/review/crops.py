"""The slit: one word of a closed page.

A slit keeps the pixels of its windows and nothing else. Where other words stand, it shows flat
blocks drawn from their boxes; all remaining pixels are absent, not blurred, so that whoever has
the file has no more than whoever saw the picture.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from apps.base.types import Box
from apps.review.edges import Edges, around, clip, edges_of, fractions, grown, overlap, shift

Pixels = NDArray[np.uint8]  # height × width × 3, RGB
Mask = NDArray[np.bool_]

BLOCK = (128, 134, 142, 60)  # RGBA of a withheld word
RADIUS = 4  # pixels, of a block's corners
SIDE_PADDING = 0.45  # of the window's line height
ROOM = 2.4  # height of the picture in heights of its window
CLOSE = 1.15  # the same for several lines, which show by themselves where they stand
WIDEST = 5.0  # width of the picture in its heights, unless the window is wider
WIDER = (2.0, 0.75)  # heights of its window that a wider slit shows beside it, and above and below
SAFE = 2  # pixels around a closed word, as its box may be drawn too tight as well
OWN = 0.5  # share of a word's box from which it belongs to the window
COARSE = 8  # pixels; blocks snap to it, so that they do not measure words
SLIM = 0.62  # height of a block in heights of its word


@dataclass(frozen=True, slots=True)
class Frame:
    """The picture's place, in fractions of the page; it may reach beyond the page's edge."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Slit:
    """A picture and how it lies on the page. Geometry holds no content."""

    png: bytes
    width: int  # pixels
    height: int  # pixels
    frame: Frame
    window: Box  # the visible part, as fractions of the picture
    share: float  # of the page's pixels that are visible, 0 to 1


def draw_slit(
    page: Pixels, windows: Sequence[Box], words: Sequence[Box], *, room: float = ROOM
) -> Slit:
    """Cut windows out of a page and close everything around them.

    `windows` are the boxes of the lines that may be seen; `words` those of all words; `room` is
    the picture's height in heights of its windows.

    Raises:
        ValueError: there is no window.
    """
    own, others = _apart(page, windows, words)
    edge = (0, 0, page.shape[1], page.shape[0])
    seen = [_with_margin(box, others, edge) for box in own]
    return _cut(page, own, seen, others, room=room)


def _apart(
    page: Pixels, windows: Sequence[Box], words: Sequence[Box]
) -> tuple[list[Edges], list[Edges]]:
    """The windows and all words that lie in none of them, in pixels."""
    if not windows:
        raise ValueError("A slit has a window.")
    height, width = page.shape[:2]
    own = [edges_of(box, width, height) for box in windows]
    return own, [edges_of(word, width, height) for word in _others(words, windows)]


def _cut(
    page: Pixels,
    own: Sequence[Edges],
    seen: Sequence[Edges],
    others: Sequence[Edges],
    *,
    room: float,
) -> Slit:
    """`seen` of a page, less every word that is not `own`."""
    height, width = page.shape[:2]
    mask = _mask(page.shape[:2], own, seen, others)
    frame = _frame(around(seen), width, room)
    picture = _picture(page, mask, frame, others)
    return Slit(
        png=_png(picture),
        width=picture.width,
        height=picture.height,
        frame=Frame(
            frame[0] / width,
            frame[1] / height,
            (frame[2] - frame[0]) / width,
            (frame[3] - frame[1]) / height,
        ),
        window=fractions(clip(around(seen), frame), frame),
        share=float(mask.sum()) / (width * height),
    )


def most_seen(windows: Sequence[Box], width: int, height: int) -> float:
    """The share of a page that windows show with their margins, if no word narrows them."""
    page = (0, 0, width, height)
    seen = [_with_margin(edges_of(box, width, height), [], page) for box in windows]
    return sum((right - left) * (low - high) for left, high, right, low in seen) / (width * height)


def draw_wider(page: Pixels, windows: Sequence[Box], words: Sequence[Box]) -> Slit:
    """The same windows with more room; a word beside them stays closed where it stands.

    What a box was drawn too tight for comes into view: a cut-off stroke, a sign, a struck line.
    """
    own, others = _apart(page, windows, words)
    edge = (0, 0, page.shape[1], page.shape[0])
    closed = [clip(grown(word, SAFE, SAFE), edge) for word in others]
    seen = [clip(grown(box, *_reach(box)), edge) for box in own]
    return _cut(page, own, seen, closed, room=CLOSE)


def draw_page(page: Pixels) -> Slit:
    """The whole page."""
    height, width = page.shape[:2]
    whole = Box(0.0, 0.0, 1.0, 1.0)
    return Slit(_png(Image.fromarray(page)), width, height, Frame(0.0, 0.0, 1.0, 1.0), whole, 1.0)


def line_of(windows: Sequence[Box]) -> list[Box]:
    """The whole line each window stands in, from edge to edge of the page."""
    return [Box(0.0, box.top, 1.0, box.bottom) for box in windows]


def draw_line(page: Pixels, windows: Sequence[Box], words: Sequence[Box]) -> Slit:
    """The lines of some windows in full, and blocks above and below."""
    lines = line_of(windows)
    inside = [word for word in words if any(_covers(line, word) for line in lines)]
    others = [word for word in words if word not in inside]
    return draw_slit(page, lines, others)


def draw_heading(page: Pixels, windows: Sequence[Box], words: Sequence[Box]) -> Slit:
    """Some lines of a page's header; hardly anything above and below is in the picture at all."""
    return draw_slit(page, windows, words, room=CLOSE)


def _with_margin(box: Edges, others: Sequence[Edges], page: Edges) -> Edges:
    """A window with a margin in proportion to its line, drawn in where another word begins."""
    across = round((box[3] - box[1]) * SIDE_PADDING)
    down = across // 2
    left, top, right, bottom = clip(
        (box[0] - across, box[1] - down, box[2] + across, box[3] + down), page
    )
    for other in others:
        if not overlap(other, (left, top, right, bottom)):
            continue
        if other[1] >= box[3] - down:
            bottom = max(box[3], min(bottom, other[1]))
        elif other[3] <= box[1] + down:
            top = min(box[1], max(top, other[3]))
        elif other[0] >= box[2] - down:
            right = max(box[2], min(right, other[0]))
        elif other[2] <= box[0] + down:
            left = min(box[0], max(left, other[2]))
    return left, top, right, bottom


def _reach(box: Edges) -> tuple[int, int]:
    """How far a wider slit reaches beyond its window, across and down."""
    height = box[3] - box[1]
    return round(height * WIDER[0]), round(height * WIDER[1])


def _mask(
    shape: tuple[int, ...], own: Sequence[Edges], seen: Sequence[Edges], others: Sequence[Edges]
) -> Mask:
    """True where the page may be seen: windows with margins, less every other word."""
    picture = Image.new("1", (shape[1], shape[0]))
    pen = ImageDraw.Draw(picture)
    for left, top, right, bottom in seen:
        pen.rounded_rectangle((left, top, right - 1, bottom - 1), RADIUS * 2, fill=1)
    for left, top, right, bottom in others:
        pen.rectangle((left, top, right - 1, bottom - 1), fill=0)
    for left, top, right, bottom in own:
        pen.rounded_rectangle((left, top, right - 1, bottom - 1), RADIUS, fill=1)
    return np.asarray(picture)


def _picture(page: Pixels, mask: Mask, frame: Edges, others: Sequence[Edges]) -> Image.Image:
    """The frame's part of the page; beyond the page's edge there is nothing."""
    left, top, right, bottom = frame
    height, width = page.shape[:2]
    canvas = Image.new("RGBA", (right - left, bottom - top), (0, 0, 0, 0))
    pen = ImageDraw.Draw(canvas)
    for block in map(_block, others):
        if overlap(block, frame):
            pen.rounded_rectangle(shift(block, frame), RADIUS, fill=BLOCK)
    on_page = clip(frame, (0, 0, width, height))
    rows, columns = slice(on_page[1], on_page[3]), slice(on_page[0], on_page[2])
    part = np.dstack([page[rows, columns], mask[rows, columns].astype(np.uint8) * 255])
    part[~mask[rows, columns]] = 0  # absent also under full transparency
    visible = Image.fromarray(part, "RGBA")
    canvas.paste(visible, shift(on_page, frame)[:2], visible.getchannel("A"))
    return canvas


def _others(words: Sequence[Box], windows: Sequence[Box]) -> list[Box]:
    """Words that do not, by the larger part, lie in a window."""
    return [word for word in words if sum(_share(word, window) for window in windows) < OWN]


def _share(word: Box, window: Box) -> float:
    """How much of a word's box lies in a window, 0 to 1."""
    across = min(word.right, window.right) - max(word.left, window.left)
    down = min(word.bottom, window.bottom) - max(word.top, window.top)
    if across <= 0 or down <= 0:
        return 0.0
    return across * down / (word.width * word.height)


def _covers(line: Box, word: Box) -> bool:
    return line.top <= word.middle[1] <= line.bottom


def _frame(window: Edges, width: int, room: float) -> Edges:
    """The picture's place: room around the window, in a quiet shape, centred on it."""
    left, top, right, bottom = window
    tall = round((bottom - top) * room)
    wide = max(round((right - left) * 1.08), min(round(tall * WIDEST), width))
    middle_x, middle_y = (left + right) // 2, (top + bottom) // 2
    return (
        middle_x - wide // 2,
        middle_y - tall // 2,
        middle_x - wide // 2 + wide,
        middle_y - tall // 2 + tall,
    )


def _block(word: Edges) -> Edges:
    """Where a withheld word's block is drawn: thinner than the word, and measuring nothing."""
    slim = round((word[3] - word[1]) * (1 - SLIM) / 2)
    left, right = (round(edge / COARSE) * COARSE for edge in (word[0], word[2]))
    top, bottom = word[1] + slim, word[3] - slim
    return left, top, max(right, left + COARSE), max(bottom, top + 2)


def _png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=6)
    return out.getvalue()
