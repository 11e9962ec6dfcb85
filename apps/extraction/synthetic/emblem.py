"""Marks for invented letterheads."""

from __future__ import annotations

import random
from collections.abc import Callable

from apps.extraction.synthetic.page import Colour, Sheet, ring

ACCENTS: tuple[Colour, ...] = (
    (22, 78, 99),
    (30, 58, 138),
    (122, 40, 40),
    (20, 83, 60),
    (88, 46, 110),
    (154, 88, 20),
    (51, 65, 85),
)

Mark = Callable[[Sheet, float, float, float, Colour, Colour], None]


def slit(sheet: Sheet, x: float, y: float, size: float, colour: Colour, ground: Colour) -> None:
    half = size / 2
    sheet.disc(x + half, y + half, half, colour)
    sheet.box(x + size * 0.44, y + size * 0.18, size * 0.12, size * 0.64, ground)


def bars(sheet: Sheet, x: float, y: float, size: float, colour: Colour, ground: Colour) -> None:
    for place, height in enumerate((0.45, 0.7, 1.0)):
        sheet.box(
            x + place * size * 0.36, y + size * (1 - height), size * 0.26, size * height, colour
        )


def hexagon(sheet: Sheet, x: float, y: float, size: float, colour: Colour, ground: Colour) -> None:
    middle = (x + size / 2, y + size / 2)
    sheet.area(ring(*middle, size / 2, corners=6), colour)
    sheet.area(ring(*middle, size * 0.3, corners=6), ground)
    sheet.area(ring(*middle, size * 0.14, corners=6), colour)


def leaf(sheet: Sheet, x: float, y: float, size: float, colour: Colour, ground: Colour) -> None:
    left = ring(x + size, y + size, size, corners=72)[54:]
    right = ring(x, y, size, corners=72)[18:36]
    sheet.area([(x, y + size), *left, *right], colour)
    sheet.stroke(
        [(x + size * 0.1, y + size * 0.9), (x + size * 0.78, y + size * 0.22)], 0.35, ground
    )


def kite(sheet: Sheet, x: float, y: float, size: float, colour: Colour, ground: Colour) -> None:
    half = size / 2
    sheet.area(ring(x + half, y + half, half, corners=4), colour)
    sheet.area([(x + half, y), (x + size, y + half), (x + half, y + half)], ground)


MARKS: tuple[Mark, ...] = (slit, bars, hexagon, leaf, kite)


def choose(rng: random.Random) -> tuple[Mark, Colour]:
    return rng.choice(MARKS), rng.choice(ACCENTS)


def tinted(colour: Colour, share: float) -> Colour:
    """A colour thinned with white, `share` of it left."""
    red, green, blue = (round(255 - (255 - part) * share) for part in colour)
    return red, green, blue
