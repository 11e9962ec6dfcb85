"""What every plot stands in, as `templates/charts/_frame.html` draws it. No markup here."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tick:
    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Plot:
    """Where a plot lies in its picture, whose text is set for this size."""

    width: int
    height: int
    left: float
    top: float
    right: float
    bottom: float

    def x(self, share: float) -> float:
        """So far across, from the left."""
        return round(self.left + (self.right - self.left) * share, 1)

    def y(self, share: float) -> float:
        """So far up, from the bottom."""
        return round(self.bottom - (self.bottom - self.top) * share, 1)


@dataclass(frozen=True, slots=True)
class Frame:
    """A plot with what is written along it."""

    plot: Plot
    across: Sequence[Tick]
    up: Sequence[Tick]


@dataclass(frozen=True, slots=True)
class Part:
    """A bar, or the piece of one that stands upon another."""

    x: float
    y: float
    width: float
    height: float
    ink: str  # a class of the style sheet

    @property
    def outline(self) -> str:
        """The path of it, in the words of SVG."""
        return f"M{self.x} {self.y}h{self.width}v{self.height}h-{self.width}z"
