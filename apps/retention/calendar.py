"""Four weeks of erasures as rectangles on a page; `charts/calendar.html` draws them.

A bar is as high as its day is busy, beside the busiest; what is held back has its share of the
bar's width. No markup here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

WEEKS, DAYS = 4, 7
NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
HEAD, GAP = 20.0, 4.0  # units of the picture
LEAST, HIGHEST = 3.0, 26.0  # heights of a bar
INSET = 6.0


@dataclass(frozen=True, slots=True)
class Count:
    """What goes on one day."""

    free: int = 0  # erased, or to be
    held: int = 0  # would go, and stays


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    ink: str  # class of chart ink


@dataclass(frozen=True, slots=True)
class Cell:
    x: float
    y: float
    day: str
    many: str
    bars: Sequence[Bar]


@dataclass(frozen=True, slots=True)
class Picture:
    width: float
    height: float
    cell_width: float
    cell_height: float
    heads: Sequence[tuple[float, str]]
    cells: Sequence[Cell]
    summary: str


def first_day(today: date) -> date:
    """The Monday of the week before this one."""
    return today - timedelta(days=today.weekday() + DAYS)


def draw(counts: Mapping[date, Count], *, today: date, width: float, tall: float) -> Picture:
    """A picture of so many units; `tall` is the height of one day."""
    begins = first_day(today)
    wide = (width - GAP * (DAYS - 1)) / DAYS
    days = [begins + timedelta(days=at) for at in range(WEEKS * DAYS)]
    most = max([1, *(one.free + one.held for one in counts.values())])
    cells = [
        _cell(at, day, counts.get(day, Count()), today, (wide, tall, most))
        for at, day in enumerate(days)
    ]
    return Picture(
        width=width,
        height=HEAD + WEEKS * (tall + GAP),
        cell_width=round(wide, 1),
        cell_height=tall,
        heads=[(round(at * (wide + GAP) + INSET, 1), name) for at, name in enumerate(NAMES)],
        cells=cells,
        summary=_summary(counts, today),
    )


def _cell(at: int, day: date, count: Count, today: date, size: tuple[float, float, int]) -> Cell:
    wide, tall, most = size
    x, y = at % DAYS * (wide + GAP), HEAD + at // DAYS * (tall + GAP)
    ink = "c3" if day < today else "c1"
    return Cell(
        x=round(x, 1),
        y=y,
        day=f"{day.day} {day:%b}" if at == 0 or day.day == 1 else str(day.day),
        many=_short(count.free + count.held),
        bars=list(_bars(count, x + INSET, y + tall - INSET, wide - 2 * INSET, most, ink)),
    )


def _bars(count: Count, x: float, bottom: float, wide: float, most: int, ink: str) -> Iterator[Bar]:
    whole = count.free + count.held
    if not whole:
        return
    high = round(max(LEAST, HIGHEST * whole / most), 1)
    share = wide * count.free / whole
    for at, part, colour in ((x, share, ink), (x + share, wide - share, "hold")):
        if part > 0:
            yield Bar(round(at, 1), round(bottom - high, 1), round(part, 1), high, colour)


def _summary(counts: Mapping[date, Count], today: date) -> str:
    ahead = {day: one for day, one in counts.items() if day >= today}
    if not ahead:
        return "Nothing is due in the weeks shown."
    free, held = (sum(getattr(one, part) for one in ahead.values()) for part in ("free", "held"))
    day, busiest = max(ahead.items(), key=lambda one: one[1].free + one[1].held)
    return (
        f"{free:,} will be erased and {held:,} are held back in the weeks shown; most on "
        f"{day.day} {day:%B}, {busiest.free + busiest.held:,}."
    )


def _short(count: int) -> str:
    if not count:
        return ""
    return f"{count:,}" if count < 10_000 else f"{count / 1000:.0f}k"
