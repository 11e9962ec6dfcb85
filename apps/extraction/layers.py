"""The text layer of a page: what a PDF says is written there, which need not be what is seen.

The jail packs it as an array, a character a row, so that hardly anything in it can be out of
range. It is never a source of values, only a second reading of what the engine saw.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from apps.base.types import Box

EDGES = ("left", "top", "right", "bottom")
CHARACTER = np.dtype([("code", "<u4"), *((edge, "<u2") for edge in EDGES), ("look", "u1")])
SCALE = 65_535  # of edges: fractions of the page as it was drawn
MOST = 20_000  # characters of a page; no honest page has a third of it
MOST_LAYER = MOST * CHARACTER.itemsize  # bytes of a page
GAPS = tuple(map(ord, " \t\r\n\u00a0"))  # codes that part words
LAST_CODE = 0x10FFFF
HALVES = range(0xD800, 0xE000)  # of surrogate pairs: no characters of their own
HAIR = 2 / SCALE  # no box is thinner

Characters = NDArray[np.void]  # of CHARACTER
Places = NDArray[np.float64]  # n × 4: left, top, right, bottom


class Look(IntEnum):
    """How a character of a text layer stands on the page."""

    SEEN = 0  # drawn where it is said to be, as far as that can be told
    UNSEEN = 1  # invisible, off the page, too small, or of the colour of what lies under it
    UNMAPPED = 2  # the file does not say which character the drawn shape is


class Told(NamedTuple):
    """A word that the file says stands on a page."""

    text: str
    box: Box
    look: Look  # the worst of its characters


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """The text layer of one page."""

    page: int  # from 1
    characters: Characters
    cut: bool = False  # there was more than we look at

    def words(self, *, turned: int = 0) -> list[Told]:
        """Its words in the file's order, where they stand on the page turned clockwise.

        A word ends at a gap, at the end of a line, and where what is seen borders on what is not.
        """
        return list(_words(self.characters, turned))


class BadLayer(ValueError):
    """The jail said something that is no text layer."""


def from_bytes(content: bytes, page: int, *, cut: bool) -> Layer:
    """Raises BadLayer for what is no array of characters."""
    if len(content) % CHARACTER.itemsize or len(content) > MOST_LAYER:
        raise BadLayer("A text layer has whole characters, and not too many.")
    characters = np.frombuffer(content, CHARACTER)
    codes = characters["code"]
    halves = (codes >= HALVES.start) & (codes < HALVES.stop)
    if (codes > LAST_CODE).any() or halves.any() or (characters["look"] > max(Look)).any():
        raise BadLayer("A text layer has characters.")
    return Layer(page, characters, cut)


def _words(characters: Characters, turned: int) -> Iterator[Told]:
    gaps = np.isin(characters["code"], GAPS)
    printed = characters[~gaps]
    if not len(printed):
        return
    places = _turned(np.stack([printed[edge] / SCALE for edge in EDGES], axis=1), turned)
    starts = np.flatnonzero(_begins(printed, places, gaps))
    outer = np.hstack([
        np.minimum.reduceat(places[:, :2], starts), np.maximum.reduceat(places[:, 2:], starts)
    ])  # fmt: skip
    looks = np.maximum.reduceat(printed["look"], starts)
    text = "".join(map(chr, printed["code"].tolist()))
    ends = pairwise([*starts.tolist(), len(text)])
    for (start, end), place, look in zip(ends, outer.tolist(), looks.tolist(), strict=True):
        yield Told(text[start:end], _box(*place), Look(look))


def _begins(printed: Characters, places: Places, gaps: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which of the printed characters begin a word."""
    begins = np.concatenate([[True], gaps])[:-1][~gaps]
    unseen = printed["look"] == Look.UNSEEN
    middles = (places[:, :2] + places[:, 2:]) / 2
    level = (middles[1:] >= places[:-1, :2]) & (middles[1:] <= places[:-1, 2:])
    begins[1:] |= unseen[1:] != unseen[:-1]
    begins[1:] |= ~level.any(axis=1)  # neither in one row nor, on end, in one column
    begins[0] = True
    return begins


def _turned(places: Places, turned: int) -> Places:
    """Places on the page turned clockwise by so many degrees."""
    left, top, right, bottom = places.T
    columns: dict[int, tuple[NDArray[np.float64], ...]] = {
        0: (left, top, right, bottom),
        90: (1 - bottom, left, 1 - top, right),
        180: (1 - right, 1 - bottom, 1 - left, 1 - top),
        270: (top, 1 - right, bottom, 1 - left),
    }
    return np.stack(columns[turned], axis=1)


def _box(left: float, top: float, right: float, bottom: float) -> Box:
    """A box that lies on the page, whatever the edges say."""
    left, top = min(left, 1 - HAIR), min(top, 1 - HAIR)
    return Box(left, top, max(right, left + HAIR), max(bottom, top + HAIR))
