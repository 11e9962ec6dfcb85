"""Bars as places on a page; the templates under `charts/` draw them. No markup here."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log10

from apps.base.plots import Frame, Part, Plot, Tick

PLOT = Plot(width=360, height=200, left=40.0, top=16.0, right=356.0, bottom=172.0)
FILLED = 0.62  # of the room of a bar
STEPS = (1, 2, 3, 4, 5, 6, 8, 10)  # first digits of a scale


@dataclass(frozen=True, slots=True)
class Column:
    """What is stacked over one label, from the bottom."""

    label: str
    parts: Sequence[tuple[int, str]]  # count and ink


@dataclass(frozen=True, slots=True)
class Bars:
    frame: Frame
    parts: Sequence[Part]


def bars(columns: Sequence[Column]) -> Bars:
    """Lay columns side by side, under a round number that none of them exceeds."""
    highest = _round_up(max((sum(count for count, _ in one.parts) for one in columns), default=0))
    rooms = max(1, len(columns))
    room = (PLOT.right - PLOT.left) / rooms
    across = [Tick(PLOT.x((at + 0.5) / rooms), one.label) for at, one in enumerate(columns)]
    up = [Tick(PLOT.y(share), _short(highest * share)) for share in (0.0, 0.5, 1.0)]
    parts = [
        part
        for tick, one in zip(across, columns, strict=True)
        for part in _stacked(tick.at, room * FILLED, one, highest)
    ]
    return Bars(Frame(PLOT, [tick for tick in across if tick.text], up), parts)


def _stacked(middle: float, width: float, column: Column, highest: int) -> list[Part]:
    parts, below = [], 0
    for count, ink in column.parts:
        if count:
            top, foot = PLOT.y((below + count) / highest), PLOT.y(below / highest)
            left = round(middle - width / 2, 1)
            parts.append(Part(left, top, round(width, 1), round(foot - top, 1), ink))
        below += count
    return parts


def _round_up(highest: int) -> int:
    """The next round number, even so that its half is whole."""
    if highest <= 2:
        return 2
    power = int(10 ** (ceil(log10(highest)) - 1))
    wanted = next(step for step in STEPS if step * power >= highest)
    return max(2, ceil(wanted * power / 2) * 2)


def _short(count: float) -> str:
    return f"{count / 1000:g}k" if count >= 1000 else f"{count:g}"
