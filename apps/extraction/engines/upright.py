"""How a page lies: a quarter turn, upside down, or a few degrees off, and how to put it straight.

It is decided once a page, from where an engine saw runs of text and how surely it reads a few of
them either way up. A recogniser is .94 to 1.0 sure of lines that are the right way up and below
.77 of those that are not, on the pages that were measured; single short ones mislead.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from statistics import fmean, median
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from apps.extraction.engines import Pixels

Quad = NDArray[np.float32]  # four corners (x, y) in pixels, clockwise
Sure = Callable[[Sequence[Pixels]], Sequence[float]]  # how surely a recogniser reads each, 0 to 1

TALL = 1.5  # height to width from which a recogniser turns a run of text before reading it
CLEAR = 0.9  # mean confidence of text that can only be the right way up
BETTER = 0.05  # by which the other way must be surer
SAMPLED = 6  # runs of text that are read both ways
SAMPLE_LONG = (4.0, 16.0)  # lengths to heights: shorter ones say little, longer ones cost more
CROOKED = 2.0  # degrees from which a page is put straight; layout bears with less
STEEPEST = 20.0  # degrees; what seems farther off is no scan of a page
STRAY = 15.0  # degrees; text that runs another way by more says nothing of the page


class Lie(NamedTuple):
    """How a page has to be turned so that it can be read."""

    turned: int  # degrees clockwise: 0, 90, 180, 270
    skew: float  # degrees anticlockwise after that; 0 if it matters little


UPRIGHT = Lie(0, 0.0)


def is_tall(quad: Quad) -> bool:
    """Whether a recogniser reads the run downwards, from its upper to its lower edge."""
    across, down = _sides(quad)
    return int(down) / max(1, int(across)) >= TALL


def axis(quads: Sequence[Quad]) -> float:
    """The way most text runs, in degrees from rightwards to downwards: from -45 up to 135.

    Which end of it is the beginning cannot be said from where text stands.
    """
    runs = [_run(quad) for quad in quads]
    doubled = sum(length * np.exp(2j * math.radians(angle)) for angle, length in runs)
    rough = math.degrees(np.angle(doubled)) / 2
    strays = [_between(angle - rough) for angle, _ in runs]
    middle = rough + median([one for one in strays if abs(one) < STRAY] or [0.0])
    return (middle + 45) % 180 - 45


def lies_well(axis: float) -> bool:
    """Whether text runs along the page; it may still be upside down."""
    return abs(axis) < CROOKED


def lie(axis: float, quads: Sequence[Quad], crops: Sequence[Pixels], sure: Sure) -> Lie:
    """How to turn a page. `crops` are its runs of text as the recogniser would read them."""
    quarter = round(axis / 90)
    skew = axis - quarter * 90
    some = [_along(axis, quads[at], crops[at]) for at in _sampled(crops)]
    backwards = bool(some) and fmean(sure([*map(_over, some)])) > fmean(sure(some)) + BETTER
    turned = (-90 * quarter + 180 * backwards) % 360
    return Lie(turned, skew if CROOKED <= abs(skew) <= STEEPEST else 0.0)


def straightened(pixels: Pixels, lie: Lie) -> Pixels:
    """The page as it is to be read; what a crooked one leaves bare is white."""
    page = np.ascontiguousarray(np.rot90(pixels, k=-lie.turned // 90))
    if not lie.skew:
        return page
    crooked, finely = Image.fromarray(page), Image.Resampling.BICUBIC
    return np.asarray(crooked.rotate(lie.skew, finely, expand=True, fillcolor="white"))


def _sampled(crops: Sequence[Pixels]) -> list[int]:
    """Places of a few runs of text of middling length, from all over the page."""
    least, most = SAMPLE_LONG
    lengths = [crop.shape[1] / crop.shape[0] for crop in crops]
    fit = [at for at, length in enumerate(lengths) if least <= length <= most]
    fit = fit or sorted(range(len(crops)), key=lambda at: -lengths[at])[:SAMPLED]
    return fit[:: max(1, len(fit) // SAMPLED)][:SAMPLED]


def _along(axis: float, quad: Quad, crop: Pixels) -> Pixels:
    """A run of text with its beginning where the page's text would begin."""
    angle, _ = _run(quad)
    return crop if math.cos(math.radians(angle - axis)) > 0 else _over(crop)


def _over(crop: Pixels) -> Pixels:
    return np.ascontiguousarray(crop[::-1, ::-1])


def _run(quad: Quad) -> tuple[float, float]:
    """Which way a recogniser reads a run of text, in degrees, and how far."""
    first, second, third, fourth = np.asarray(quad, dtype=np.float64)
    way = (
        (fourth - first) + (third - second)
        if is_tall(quad)
        else (second - first) + (third - fourth)
    )
    return math.degrees(math.atan2(way[1], way[0])), math.hypot(*way)


def _sides(quad: Quad) -> tuple[float, float]:
    """Length of a quad across and down."""
    first, second, third, fourth = quad
    across = max(math.dist(first, second), math.dist(third, fourth))
    return across, max(math.dist(first, fourth), math.dist(second, third))


def _between(angle: float) -> float:
    """The same way, whichever end is first: from -90 up to 90 degrees."""
    return (angle + 90) % 180 - 90
