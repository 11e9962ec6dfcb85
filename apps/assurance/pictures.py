"""Where the bars of a histogram stand. The template under `charts/` draws them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from apps.assurance.bars import Bar, Unit
from apps.base.plots import Part

WIDE, NARROW = 1000, 340  # of the two pictures; their text is set for this size
HEIGHT, LEFT, TOP, BOTTOM = 116, 36.0, 8.0, 92.0
KINDS = ("c2", "c1", "bad")  # classes of the style sheet, from the floor up
GAP = 0.18  # of a bar's place
STEPS = (1, 2, 5)  # a scale ends in one of them and zeros
FEWEST_LABELS = 4


@dataclass(frozen=True, slots=True)
class Picture:
    """The bars at one width."""

    width: int
    parts: Sequence[Part]
    scale: Sequence[tuple[float, str]]  # heights and what they stand for
    labels: Sequence[tuple[float, str]]
    wide: bool
    height: int = HEIGHT
    left: float = LEFT
    bottom: float = BOTTOM

    @property
    def shapes(self) -> list[tuple[str, str]]:
        """Kinds, and the outline of all rectangles of each: one shape is drawn sooner than many."""
        kinds = dict.fromkeys(part.ink for part in self.parts)
        return [
            (kind, "".join(part.outline for part in self.parts if part.ink == kind))
            for kind in kinds
        ]


def picture(bars: Sequence[Bar], unit: Unit, width: int) -> Picture:
    """Where the bars stand in a picture of some width."""
    top = _top(max((bar.events for bar in bars), default=0))
    place = (width - LEFT) / max(len(bars), 1)
    each = max(len(bars) // max(FEWEST_LABELS, width // 110), 1)
    return Picture(
        width=width,
        parts=[part for at, bar in enumerate(bars) for part in _parts(bar, at, place, top)],
        scale=[(_up(share * top, top), _short(round(share * top))) for share in (0, 0.5, 1)],
        labels=[
            (round(LEFT + (at + 0.5) * place, 1), bar.since.strftime(unit.said))
            for at, bar in enumerate(bars)
            if at % each == each // 2
        ],
        wide=width == WIDE,
    )


def _parts(bar: Bar, at: int, place: float, top: int) -> Iterator[Part]:
    """The rectangles of a bar, one on another."""
    floor = BOTTOM
    x, width = round(LEFT + (at + GAP / 2) * place, 1), round(place * (1 - GAP), 1)
    for count, kind in zip(bar.split, KINDS, strict=True):
        if count:
            height = max(BOTTOM - _up(count, top), 1.0)
            floor = round(floor - height, 1)
            yield Part(x, floor, width, round(height, 1), kind)


def _top(most: int) -> int:
    """The end of a scale: the next round number that is even and not less than two."""
    unit = 1
    while True:
        for step in STEPS:
            if step * unit >= most and step * unit % 2 == 0:
                return step * unit
        unit *= 10


def _up(count: float, top: int) -> float:
    return round(BOTTOM - (BOTTOM - TOP) * count / top, 1)


def _short(count: int) -> str:
    if count >= 1_000_000:
        return f"{count / 1_000_000:g} M"
    return f"{count / 1000:g} k" if count >= 1000 else str(count)
