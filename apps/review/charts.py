"""Bars as places on a page; the templates under `charts/` draw them. No markup here."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log10

WIDTH, HEIGHT = 360, 200  # of the picture; its text is set for this size
LEFT, TOP, RIGHT, BOTTOM = 40.0, 16.0, 356.0, 172.0  # of the plot
FILLED = 0.62  # of the room of a bar
STEPS = (1, 2, 3, 4, 5, 6, 8, 10)  # first digits of a scale


@dataclass(frozen=True, slots=True)
class Tick:
    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Frame:
    """What the bars stand in, as `charts/_frame.html` draws it."""

    across: Sequence[Tick]
    up: Sequence[Tick]
    width: int = WIDTH
    height: int = HEIGHT
    left: float = LEFT
    top: float = TOP
    right: float = RIGHT
    bottom: float = BOTTOM


@dataclass(frozen=True, slots=True)
class Part:
    """A bar, or the piece of one that stands upon another."""

    x: float
    y: float
    width: float
    height: float
    ink: str  # of the chart


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
    room = (RIGHT - LEFT) / max(1, len(columns))
    across = [Tick(round(LEFT + room * (at + 0.5), 1), one.label) for at, one in enumerate(columns)]
    up = [Tick(_up(share), _short(highest * share)) for share in (0.0, 0.5, 1.0)]
    parts = [
        part
        for tick, one in zip(across, columns, strict=True)
        for part in _stacked(tick.at, room * FILLED, one, highest)
    ]
    return Bars(Frame([tick for tick in across if tick.text], up), parts)


def _stacked(middle: float, width: float, column: Column, highest: int) -> list[Part]:
    parts, below = [], 0
    for count, ink in column.parts:
        if count:
            top, foot = _up((below + count) / highest), _up(below / highest)
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


def _up(share: float) -> float:
    return round(BOTTOM - (BOTTOM - TOP) * share, 1)


def _short(count: float) -> str:
    return f"{count / 1000:g}k" if count >= 1000 else f"{count:g}"
