"""Small values that several apps speak of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NewType

Actor = NewType("Actor", str)  # "user:<uuid>", "key:<uuid>" or "system:<part>", never a name
Digest = NewType("Digest", str)  # SHA-256, 64 lower-case hexadecimal digits


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page; edges are fractions of page width and height, 0 to 1.

    The origin is the upper left corner of the page as a person reads it.
    """

    left: float
    top: float
    right: float
    bottom: float

    def __post_init__(self) -> None:
        if not (0 <= self.left < self.right <= 1 and 0 <= self.top < self.bottom <= 1):
            raise ValueError("The box does not lie on a page.")

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> tuple[float, float]:
        """The centre, (x, y)."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def union(self, other: Box) -> Box:
        """The smallest box that holds both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def overlaps(self, other: Box) -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )
