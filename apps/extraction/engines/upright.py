"""How a page lies: a quarter turn, upside down, or a few degrees off, and how to put it straight.

It is decided once a page, from where an engine saw runs of text and how surely it reads a few of
them either way up. A recogniser is .94 to 1.0 sure of lines that are the right way up and below
.77 of those that are not, on the pages that were measured; single short ones mislead.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from statistics import fmean
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
FEW = 0.1  # of all text, by length; so little of it running another way says nothing
LARGER = 1.1  # times the height of other letters, from which letters weigh more than their number
ALONG = 0.7  # cosine; runs that are farther off the axis are not sampled


class Run(NamedTuple):
    """A run of text as a recogniser reads it."""

    angle: float  # degrees from rightwards to downwards
    length: float  # pixels
    height: float  # pixels


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
    lying = [run for run in runs if abs(_between(run.angle)) < 45]
    standing = [run for run in runs if abs(_between(run.angle)) >= 45]
    if _outweighs(standing, lying):
        return 90 + _middle([run._replace(angle=run.angle - 90) for run in standing])
    return _middle(lying)


def lies_well(axis: float) -> bool:
    """Whether text runs along the page; it may still be upside down."""
    return abs(axis) < CROOKED


def lie(axis: float, quads: Sequence[Quad], crops: Sequence[Pixels], sure: Sure) -> Lie:
    """How to turn a page. `crops` are its runs of text as the recogniser would read them."""
    quarter = round(axis / 90)
    skew = axis - quarter * 90
    some = _sampled(axis, quads, crops)
    backwards = bool(some) and fmean(sure([*map(_over, some)])) > fmean(sure(some)) + BETTER
    turned = (-90 * quarter + 180 * backwards) % 360
    return Lie(turned, noticeable(skew))


def noticeable(skew: float) -> float:
    """A lean in degrees, or 0 if layout bears with it or no page is scanned so."""
    return skew if CROOKED <= abs(skew) <= STEEPEST else 0.0


def straightened(pixels: Pixels, lie: Lie) -> Pixels:
    """The page as it is to be read; what a crooked one leaves bare is white."""
    page = np.ascontiguousarray(np.rot90(pixels, k=-lie.turned // 90))
    if not lie.skew:
        return page
    crooked, finely = Image.fromarray(page), Image.Resampling.BICUBIC
    return np.asarray(crooked.rotate(lie.skew, finely, expand=True, fillcolor="white"))


def cut(pixels: Pixels, quad: Quad) -> Pixels:
    """A run of text cut out and laid flat, as a recogniser reads it."""
    across, down = (max(1, round(side)) for side in _sides(quad))
    first, second, third, fourth = quad
    corners = [float(edge) for corner in (first, fourth, third, second) for edge in corner]
    way = Image.Transform.QUAD
    flat = Image.fromarray(pixels).transform((across, down), way, corners, Image.Resampling.BICUBIC)
    crop = np.asarray(flat)
    return np.ascontiguousarray(np.rot90(crop)) if is_tall(quad) else crop


def _sampled(axis: float, quads: Sequence[Quad], crops: Sequence[Pixels]) -> list[Pixels]:
    """A few runs of middling length from all over the page, begun where the page's text begins."""
    least, most = SAMPLE_LONG
    along = [(_towards(axis, quad), crop) for quad, crop in zip(quads, crops, strict=True)]
    runs = [crop if way > 0 else _over(crop) for way, crop in along if abs(way) > ALONG]
    fit = [crop for crop in runs if least <= crop.shape[1] / crop.shape[0] <= most]
    fit = fit or sorted(runs, key=lambda crop: -crop.shape[1] / crop.shape[0])[:SAMPLED]
    return fit[:: max(1, len(fit) // SAMPLED)][:SAMPLED]


def _towards(axis: float, quad: Quad) -> float:
    """1 if a recogniser reads a run along an axis, -1 if against it, 0 if across."""
    return math.cos(math.radians(_run(quad).angle - axis))


def _over(crop: Pixels) -> Pixels:
    return np.ascontiguousarray(crop[::-1, ::-1])


def _run(quad: Quad) -> Run:
    first, second, third, fourth = np.asarray(quad, dtype=np.float64)
    down = (fourth - first) + (third - second)
    across = (second - first) + (third - fourth)
    way, other = (down, across) if is_tall(quad) else (across, down)
    angle = math.degrees(math.atan2(way[1], way[0]))
    return Run(angle, math.hypot(*way) / 2, math.hypot(*other) / 2)


def _outweighs(some: Sequence[Run], others: Sequence[Run]) -> bool:
    """Whether there is more of some runs; where there are many of both, larger letters win.

    A passport laid open has a page on its side, in small print.
    """
    one, other = (sum(run.length for run in runs) for runs in (some, others))
    if min(one, other) > FEW * (one + other):
        larger = _letters(some) / max(1.0, _letters(others))
        if not 1 / LARGER < larger < LARGER:
            return larger > 1
    return one > other


def _letters(runs: Sequence[Run]) -> float:
    """The height of letters that a quarter of the text exceeds."""
    return reached([(run.height, run.length) for run in runs], 0.75)


def _middle(runs: Sequence[Run]) -> float:
    """The angle off their axis that half of the text is below."""
    return reached([(_between(run.angle), run.length) for run in runs], 0.5)


def reached(weighed: Sequence[tuple[float, float]], share: float) -> float:
    """The value at which a share of all weight is reached; 0 if there is none."""
    left = share * sum(weight for _, weight in weighed)
    for value, weight in sorted(weighed):
        left -= weight
        if left < 0:
            return value
    return 0.0


def _sides(quad: Quad) -> tuple[float, float]:
    """Length of a quad across and down."""
    first, second, third, fourth = quad
    across = max(math.dist(first, second), math.dist(third, fourth))
    return across, max(math.dist(first, fourth), math.dist(second, third))


def _between(angle: float) -> float:
    """The same way, whichever end is first: from -90 up to 90 degrees."""
    return (angle + 90) % 180 - 90
