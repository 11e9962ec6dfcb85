"""Counts over bins of confidence, and the three questions asked of them.

How far confidence can be believed (reliability), what accepting costs in errors and saves in
looking (risk and coverage), and from which confidence on a target is kept (threshold).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import sqrt

# Lower edges of the bins. Fine where a target of a few per mille is decided.
EDGES = (
    0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.88, 0.9, 0.92, 0.94, 0.95, 0.96,
    0.97, 0.975, 0.98, 0.984, 0.987, 0.99, 0.992, 0.994, 0.995, 0.996, 0.997, 0.998, 0.9985, 0.999,
)  # fmt: skip
NINE_IN_TEN = 1.2816  # standard deviations: a one-sided bound that holds nine times in ten
AT_WORST = 10  # times the target: how likely wrong a single accepted field may be
ENOUGH = 10  # errors that a class's own fields would show at the target; then no other class speaks


@dataclass(frozen=True, slots=True)
class Bins:
    """Fields and wrong ones among them by confidence; fractions where fields count in part."""

    fields: Sequence[float]
    wrong: Sequence[float]

    def __add__(self, other: Bins) -> Bins:
        return Bins(
            tuple(map(sum, zip(self.fields, other.fields, strict=True))),
            tuple(map(sum, zip(self.wrong, other.wrong, strict=True))),
        )

    def times(self, factor: float) -> Bins:
        return Bins(
            tuple(count * factor for count in self.fields),
            tuple(count * factor for count in self.wrong),
        )

    def from_(self, edge: int) -> tuple[float, float]:
        """Fields and wrong ones from an edge on."""
        return sum(self.fields[edge:]), sum(self.wrong[edge:])


NO_FIELDS = Bins((0.0,) * len(EDGES), (0.0,) * len(EDGES))


@dataclass(frozen=True, slots=True)
class Reliable:
    """One point of the reliability curve."""

    low: float  # confidence, 0 to 1
    high: float
    fields: float
    right: float  # share, 0 to 1
    least: float  # the interval in which the true share lies nine times in ten
    most: float


@dataclass(frozen=True, slots=True)
class Cost:
    """What follows from one threshold."""

    threshold: float
    review: float  # share of fields that people look at, 0 to 1
    error: float  # share of wrong ones among the others
    most: float  # the bound under which that share lies nine times in ten


def counted(judged: Iterable[tuple[float, bool, float]]) -> Bins:
    """Bins of some fields: confidence, whether right, and for how many each counts."""
    fields, wrong = [0.0] * len(EDGES), [0.0] * len(EDGES)
    for confidence, right, weight in judged:
        at = max(0, bisect_right(EDGES, confidence) - 1)
        fields[at] += weight
        wrong[at] += weight * (not right)
    return Bins(tuple(fields), tuple(wrong))


def together(several: Iterable[Bins]) -> Bins:
    return sum(several, start=NO_FIELDS)


def threshold(own: Bins, others: Bins, error_target: float) -> float | None:
    """The least confidence from which on errors are expected to stay within a target.

    Where a class has fewer fields of its own than tell enough, those of other classes speak for
    the rest, since a confidence means the same for each: unless the class is shown to do worse than
    the target. What was never seen is not accepted, nor what is far likelier wrong than the target,
    however well the others do. None if the target cannot be expected at all.
    """
    enough = ENOUGH / error_target
    for edge, low in enumerate(EDGES):
        seen = own.fields[edge] + others.fields[edge]
        if not seen or low < 1 - AT_WORST * error_target:
            continue
        fields, wrong = own.from_(edge)
        if bounds(wrong, fields)[0] > error_target:
            continue
        lent, lent_wrong = others.from_(edge)
        share = min(1.0, max(0.0, enough - fields) / lent) if lent else 0.0
        if expected(wrong + share * lent_wrong, fields + share * lent) <= error_target:
            return low
    return None


def expected(wrong: float, fields: float) -> float:
    """The share of wrong ones to expect of the next fields; few that were right promise little.

    Source: the rule of succession, P.-S. Laplace, 1774.
    """
    return (wrong + 1) / (fields + 2)


def costs(bins: Bins) -> list[Cost]:
    """The cost curve, from looking at nothing to looking at nearly everything."""
    whole = sum(bins.fields)
    found = []
    for edge, low in enumerate(EDGES):
        fields, wrong = bins.from_(edge)
        if fields:
            most = bounds(wrong, fields)[1]
            found.append(Cost(low, 1 - fields / whole, wrong / fields, most))
    return found


def reliability(bins: Bins, *, least: float = 1.0) -> list[Reliable]:
    """The reliability curve; neighbouring bins are joined until each has so many fields."""
    return [
        Reliable(low, high, fields, 1 - wrong / fields, *_right(wrong, fields))
        for low, high, fields, wrong in _joined(bins, least)
    ]


def bounds(wrong: float, fields: float) -> tuple[float, float]:
    """Between which shares the true share of wrong ones lies, nine times in ten on each side.

    Source: E. B. Wilson, 1927; it holds for small shares and few fields, and for fractions.
    """
    if not fields:
        return 0.0, 1.0
    z = NINE_IN_TEN
    middle = (wrong + z * z / 2) / (fields + z * z)
    aside = z * sqrt(wrong * (fields - wrong) / fields + z * z / 4) / (fields + z * z)
    share = wrong / fields  # lies between them, whatever rounding says
    return max(0.0, min(share, middle - aside)), min(1.0, max(share, middle + aside))


def _right(wrong: float, fields: float) -> tuple[float, float]:
    least, most = bounds(wrong, fields)
    return 1 - most, 1 - least


def _joined(bins: Bins, least: float) -> Iterator[tuple[float, float, float, float]]:
    """From the surest down, since that is where fields are many."""
    high, fields, wrong = 1.0, 0.0, 0.0
    for edge in reversed(range(len(EDGES))):
        fields, wrong = fields + bins.fields[edge], wrong + bins.wrong[edge]
        if fields >= least and fields > 0:
            yield EDGES[edge], high, fields, wrong
            high, fields, wrong = EDGES[edge], 0.0, 0.0
    if fields > 0:
        yield 0.0, high, fields, wrong
