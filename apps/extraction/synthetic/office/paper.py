"""What stands on a paper of an office, and the inks it is printed in."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from apps.extraction.synthetic import emblem
from apps.extraction.synthetic.emblem import Mark, tinted
from apps.extraction.synthetic.page import BLACK, GREY, WHITE, Colour, Ink, Sheet

FACES = (
    ("Inter-Regular", "Inter-SemiBold", 8.6),
    ("WorkSans-Regular", "WorkSans-SemiBold", 8.6),
    ("Newsreader-Regular", "Newsreader-SemiBold", 9.8),
    ("JetBrainsMono-Regular", "JetBrainsMono-Bold", 7.4),
)
EDGES = ((20.0, 190.0), (16.0, 194.0), (24.0, 186.0))


@dataclass(frozen=True, slots=True)
class Pair:
    label: str
    text: str
    value: bool = True  # of a field


@dataclass(frozen=True, slots=True)
class Amount:
    label: str
    text: str
    level: Literal["item", "sum", "total"] = "item"
    value: bool = True  # of a field


@dataclass(frozen=True, slots=True)
class Section:
    """Amounts under one heading."""

    title: str
    amounts: Sequence[Amount]


@dataclass(frozen=True, slots=True)
class Paper:
    title: str
    issuer: Sequence[str]  # its name, then how to reach it
    pairs: Sequence[Pair]
    reader: Sequence[str] = ()  # whom it is sent to; a form is sent to nobody
    sections: Sequence[Section] = ()
    ticks: Sequence[tuple[str, bool]] = ()  # what may be crossed, and whether it is
    prose: Sequence[str] = ()
    signs: Sequence[str] = ()  # what stands under the lines to sign on
    note: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """Inks, colours and edges; lengths in millimetres."""

    text: Ink
    strong: Ink
    accent: Colour
    mark: Mark
    left: float
    right: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def small(self) -> Ink:
        return self.text.sized(self.text.size - 1.4).coloured(GREY)

    @property
    def wash(self) -> Colour:
        return tinted(self.accent, 0.08)

    @property
    def line(self) -> Colour:
        return tinted(self.accent, 0.35)

    def emblem(self, sheet: Sheet, x: float, y: float, size: float) -> None:
        self.mark(sheet, x, y, size, self.accent, WHITE)

    def fitted(self, text: str, ink: Ink, width: float) -> Ink:
        """The ink, smaller if the text would be wider."""
        return ink.sized(min(ink.size, ink.size * width / max(ink.width(text), 0.1)))


def look(rng: random.Random) -> Look:
    regular, strong, size = rng.choice(FACES)
    mark, accent = emblem.choose(rng)
    left, right = rng.choice(EDGES)
    if regular.startswith("JetBrains"):  # a line printer has one colour
        accent = BLACK
    return Look(Ink(regular, size), Ink(strong, size), accent, mark, left, right)
