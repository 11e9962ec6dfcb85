"""Curves as places on a page; the templates under `charts/` draw them. No markup here.

Errors span three powers of ten, so they stand on a logarithmic axis; what is smaller than its
least value stands on that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log10

from apps.base.plots import Frame, Plot, Tick
from apps.extraction.calibration.curves import Cost, Reliable

PLOT = Plot(width=360, height=236, left=46.0, top=10.0, right=350.0, bottom=196.0)
LEAST_ERROR = 0.0005
ERRORS = ((0.001, "0.1 %"), (0.01, "1 %"), (0.1, "10 %"), (1.0, "100 %"))
SHARES = ((0.0, "0 %"), (0.25, "25 %"), (0.5, "50 %"), (0.75, "75 %"), (1.0, "100 %"))


@dataclass(frozen=True, slots=True)
class Dot:
    """A share and the interval around it, all in the picture's units."""

    x: float
    y: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ReliabilityChart:
    """Errors stated against errors found; on the diagonal, confidence tells the truth."""

    frame: Frame
    dots: Sequence[Dot]
    here: Sequence[Dot]  # found by people of this installation


@dataclass(frozen=True, slots=True)
class CostChart:
    """Errors among what nobody looks at, against how much people look at."""

    frame: Frame
    line: str  # points
    most: str  # points of the bound
    target: float  # height of the line that must not be crossed
    chosen: Dot | None  # where the threshold in force stands


def reliability(known: Iterable[Reliable], here: Iterable[Reliable] = ()) -> ReliabilityChart:
    frame = Frame(PLOT, [Tick(_across(error), text) for error, text in ERRORS], _errors_up())
    return ReliabilityChart(frame, [_dot(one) for one in known], [_dot(one) for one in here])


def cost(costs: Sequence[Cost], *, target: float, threshold: float | None) -> CostChart:
    frame = Frame(PLOT, [Tick(PLOT.x(share), text) for share, text in SHARES], _errors_up())
    chosen = next((one for one in costs if one.threshold == threshold), None)
    return CostChart(
        frame=frame,
        line=_points((one.review, one.error) for one in costs),
        most=_points((one.review, one.most) for one in costs),
        target=_up(target),
        chosen=Dot(PLOT.x(chosen.review), _up(chosen.error), 0.0, 0.0) if chosen else None,
    )


def _dot(one: Reliable) -> Dot:
    stated = 1 - (one.low + one.high) / 2
    return Dot(_across(stated), _up(1 - one.right), _up(1 - one.most), _up(1 - one.least))


def _points(places: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{PLOT.x(share)},{_up(error)}" for share, error in places)


def _errors_up() -> list[Tick]:
    return [Tick(_up(error), text) for error, text in ERRORS]


def _across(error: float) -> float:
    return PLOT.x(_logarithmic(error))


def _up(error: float) -> float:
    return PLOT.y(_logarithmic(error))


def _logarithmic(error: float) -> float:
    """0 at the least error shown, 1 where everything is wrong."""
    return 1 - log10(max(error, LEAST_ERROR)) / log10(LEAST_ERROR)
