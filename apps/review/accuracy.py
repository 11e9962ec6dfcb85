"""How well somebody reads, as far as a few known answers can tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import median

Z = 1.96  # bounds that hold nineteen times in twenty
ENOUGH = 10  # known answers, below which nobody's reviewing is paused


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Known answers that were met, of those that somebody answered."""

    met: int
    answered: int

    @property
    def share(self) -> float | None:
        """0 to 1; None where nothing was answered."""
        return self.met / self.answered if self.answered else None

    @property
    def bounds(self) -> tuple[float, float]:
        """Between which the true share lies, 0 to 1.

        Source: E. B. Wilson, Probable inference (1927), without correction for continuity.
        """
        if not self.answered:
            return 0.0, 1.0
        count, share = self.answered, self.met / self.answered
        middle = share + Z**2 / (2 * count)
        spread = Z * sqrt(share * (1 - share) / count + Z**2 / (4 * count**2))
        whole = 1 + Z**2 / count
        return max(0.0, (middle - spread) / whole), min(1.0, (middle + spread) / whole)

    def is_below(self, floor: float) -> bool:
        """Whether it surely lies below a floor: the whole interval does."""
        return self.answered >= ENOUGH and self.bounds[1] < floor


def usual_seconds(shown_ms: Sequence[int]) -> float | None:
    """The median time on screen; None where nothing was shown."""
    return round(median(shown_ms) / 1000, 1) if shown_ms else None
