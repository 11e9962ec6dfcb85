"""A sheet of paper and what stands on it, free of any file format.

Lengths are millimetres from the upper left corner; y of a text is its base line. A sheet paints
all its shapes first and its text after them, whatever the order of the calls.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from apps.extraction.synthetic.typeface import typeface

POINT = 25.4 / 72  # millimetres
A4 = (210.0, 297.0)

Colour = tuple[int, int, int]
Spot = tuple[float, float]
Align = Literal["left", "right", "centre"]
Stock = Literal["paper", "thermal", "card"]  # paper folds, thermal print fades, card does neither

BLACK: Colour = (24, 24, 27)
GREY: Colour = (110, 112, 120)
PALE: Colour = (208, 210, 215)
WHITE: Colour = (255, 255, 255)


@dataclass(frozen=True, slots=True)
class Ink:
    """How a text looks."""

    face: str
    size: float  # points
    colour: Colour = BLACK
    spacing: float = 0.0  # extra distance between characters, in ems

    @property
    def height(self) -> float:
        """One em in millimetres."""
        return self.size * POINT

    def width(self, text: str) -> float:
        """Width in millimetres."""
        return typeface(self.face).pens(text, self.spacing)[-1] * self.height

    def sized(self, size: float) -> Ink:
        return replace(self, size=size)

    def coloured(self, colour: Colour) -> Ink:
        return replace(self, colour=colour)

    def spaced(self, spacing: float) -> Ink:
        return replace(self, spacing=spacing)


@dataclass(frozen=True, slots=True)
class Run:
    """Text on one line."""

    x: float
    y: float
    text: str
    ink: Ink
    turn: float = 0.0  # degrees, counter-clockwise around (x, y)
    value: bool = False  # whether it is the value of a field

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of a run that is not turned."""
        em = self.ink.height
        return self.x, self.y - 0.8 * em, self.x + self.ink.width(self.text), self.y + 0.2 * em


@dataclass(frozen=True, slots=True)
class Area:
    """A filled polygon."""

    spots: tuple[Spot, ...]
    colour: Colour


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line through several spots."""

    spots: tuple[Spot, ...]
    width: float
    colour: Colour


@dataclass(slots=True)
class Sheet:
    """One side of paper."""

    width: float
    height: float
    dpi: int = 200  # at which it is turned into pixels
    shapes: list[Area | Stroke] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)

    def write(
        self,
        x: float,
        y: float,
        text: str,
        ink: Ink,
        *,
        align: Align = "left",
        turn: float = 0.0,
        value: bool = False,
    ) -> None:
        """Write one line; `x` is its left end, its middle or its right end."""
        width = ink.width(text)
        start = x - {"left": 0.0, "centre": width / 2, "right": width}[align]
        self.runs.append(Run(start, y, text, ink, turn, value))

    def stack(
        self,
        x: float,
        y: float,
        lines: Iterable[str],
        ink: Ink,
        *,
        leading: float,
        align: Align = "left",
    ) -> float:
        """Write lines one under the other; return the base line after the last."""
        for line in lines:
            self.write(x, y, line, ink, align=align)
            y += leading
        return y

    def rule(self, x: float, y: float, to_x: float, width: float, colour: Colour) -> None:
        """Draw a level line."""
        self.shapes.append(Stroke(((x, y), (to_x, y)), width, colour))

    def stroke(self, spots: Sequence[Spot], width: float, colour: Colour) -> None:
        self.shapes.append(Stroke(tuple(spots), width, colour))

    def area(self, spots: Sequence[Spot], colour: Colour) -> None:
        self.shapes.append(Area(tuple(spots), colour))

    def box(self, x: float, y: float, width: float, height: float, colour: Colour) -> None:
        corners = ((x, y), (x + width, y), (x + width, y + height), (x, y + height))
        self.shapes.append(Area(corners, colour))

    def disc(self, x: float, y: float, radius: float, colour: Colour, flat: float = 1.0) -> None:
        """Fill a circle, or with `flat` below 1 a lying ellipse, around (x, y)."""
        self.area(ring(x, y, radius, flat=flat), colour)


@dataclass(frozen=True, slots=True)
class Draft:
    """A document laid out, before it is put into a file."""

    name: str  # of the file, without suffix
    doctype: str
    truth: Mapping[str, str]
    sheets: Sequence[Sheet]
    stock: Stock = "paper"


def ring(
    x: float, y: float, radius: float, *, flat: float = 1.0, corners: int = 72, turn: float = 0.0
) -> list[Spot]:
    """The corners of a regular polygon around (x, y), beginning at the top."""
    angles = [math.tau * (corner / corners + turn / 360) for corner in range(corners)]
    return [(x + radius * math.sin(a), y - flat * radius * math.cos(a)) for a in angles]


def wrap(text: str, ink: Ink, width: float) -> list[str]:
    """Break a paragraph into lines no wider than `width`."""
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if line and ink.width(longer) > width:
            lines.append(line)
            line = word
        else:
            line = longer
    return [*lines, line]
