"""What each piece of evidence is worth: a logistic model with six numbers.

Every piece only ever speaks for a value or against it, so no weight is negative, and more
evidence never lowers a probability. No sum of evidence makes a value certain.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log

from apps.extraction.fields import Evidence, Second

CERTAIN = 0.9995  # nothing is surer than this
IMPROBABLE = 0.002  # evidence less sure than this is told apart no further
PIECES = ("sure", "proved", "agrees", "differs", "failed")  # in the order of `pieces`

Step = tuple[float, float]  # log-odds as the weights give them, and as they turned out


@dataclass(frozen=True, slots=True)
class Weights:
    """Natural logarithms of odds: of a right value before any evidence, and of each piece."""

    bias: float
    sure: float  # for each unit of the log-odds that its characters are right and it is meant
    proved: float
    agrees: float
    differs: float  # taken off
    failed: float  # taken off
    fields: int = 0  # fitted on so many
    wrong: int = 0  # of which so many were wrong

    def log_odds(self, evidence: Evidence, *, failed: bool) -> float:
        seen = zip(self.worth, pieces(evidence, failed=failed), strict=True)
        return self.bias + sum(much * one for much, one in seen)

    @property
    def worth(self) -> tuple[float, ...]:
        """Of each piece, in the order of `PIECES`."""
        return (self.sure, self.proved, self.agrees, self.differs, self.failed)


def pieces(evidence: Evidence, *, failed: bool) -> tuple[float, ...]:
    """The evidence as numbers that grow with the odds, in the order of `PIECES`."""
    return (
        log_odds(evidence.read * evidence.chosen),
        float(evidence.proved),
        float(evidence.second is Second.AGREES),
        -float(evidence.second is Second.DIFFERS),
        -float(failed),
    )


def log_odds(probability: float) -> float:
    """Natural logarithm of odds, within what evidence can tell."""
    kept = min(CERTAIN, max(IMPROBABLE, probability))
    return log(kept / (1 - kept))


def from_log_odds(odds: float) -> float:
    return 1 / (1 + exp(-max(-700.0, min(700.0, odds))))


def bent(odds: float, steps: Sequence[Step]) -> float:
    """Log-odds as they turned out: between two steps on the line, beyond them parallel."""
    if not steps:
        return odds
    at = bisect_right(steps, odds, key=lambda step: step[0])
    if at in (0, len(steps)):
        before, after = steps[min(at, len(steps) - 1)]
        return after + odds - before
    (low, low_after), (high, high_after) = steps[at - 1], steps[at]
    return low_after + (odds - low) / (high - low) * (high_after - low_after)
