"""When it happened: events over time as bars. The template under `charts/` draws them.

Bars come from the tallies where one filter is asked for, and are exact up to the last count. A mix
of filters is counted among the newest events that a page would look through, and the chart says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any, NamedTuple
from uuid import UUID

from apps.audit import tallies
from apps.audit.explorer import Found, Walk, Wanted
from apps.audit.groups import GROUPS, Group
from apps.audit.models import Facet
from apps.audit.tags import Outcome
from apps.audit.tallies import Count

SAMPLE = 2_000  # events counted one by one
USUAL = timedelta(days=30)  # shown if no range is asked for
WIDE, NARROW = 1000, 340  # of the two pictures; their text is set for this size
HEIGHT, LEFT, TOP, BOTTOM = 116, 36.0, 8.0, 92.0
KINDS = ("c2", "c1", "bad")  # classes of the style sheet, from the floor up
GAP = 0.18  # of a bar's place
STEPS = (1, 2, 5)  # a scale ends in one of them and zeros
FEWEST_LABELS = 4


class Unit(Enum):
    """How much time a bar stands for, and how its beginning is said."""

    HOUR = (timedelta(hours=1), "%H:%M")
    DAY = (timedelta(days=1), "%-d %b")
    WEEK = (timedelta(days=7), "%-d %b")
    MONTH = (timedelta(days=28), "%b %Y")  # at least

    def __init__(self, length: timedelta, said: str) -> None:
        self.length, self.said = length, said

    def begin(self, at: datetime) -> datetime:
        """The beginning of the bar that a moment falls into."""
        if self is Unit.HOUR:
            return at.replace(minute=0, second=0, microsecond=0)
        day = at.replace(hour=0, minute=0, second=0, microsecond=0)
        if self is Unit.WEEK:
            return day - timedelta(days=day.weekday())
        return day.replace(day=1) if self is Unit.MONTH else day

    def next(self, at: datetime) -> datetime:
        """The beginning of the next bar, which months have at different distances."""
        ahead = timedelta(days=32) if self is Unit.MONTH else self.length
        return self.begin(at + ahead)


class Split(NamedTuple):
    """Events of some time, by what a bar tells apart."""

    seen: int = 0  # content shown or taken away
    other: int = 0  # anything else that was done
    refused: int = 0  # or failed

    def plus(self, other: Split) -> Split:
        return Split(*map(sum, zip(self, other, strict=True)))


NOTHING = Split()


@dataclass(frozen=True, slots=True)
class Bar:
    """One stretch of time and what happened in it."""

    since: datetime
    until: datetime
    split: Split

    @property
    def events(self) -> int:
        return sum(self.split)


@dataclass(frozen=True, slots=True)
class Part:
    """A rectangle of a bar, in the picture's units."""

    x: float
    y: float
    width: float
    height: float
    kind: str  # a class of the style sheet


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


@dataclass(frozen=True, slots=True)
class Histogram:
    bars: Sequence[Bar]
    unit: Unit
    counted: datetime | None  # up to when the tallies reach; None: counted one by one
    sampled: bool  # there may be more than what is shown
    pictures: Sequence[Picture]

    @property
    def events(self) -> int:
        return sum(bar.events for bar in self.bars)

    @property
    def refused(self) -> int:
        return sum(bar.split.refused for bar in self.bars)

    @property
    def filled(self) -> list[Bar]:
        return [bar for bar in self.bars if bar.events]


def histogram(
    wanted: Wanted, *, organisation: UUID, now: datetime, page: Found | None = None
) -> Histogram:
    """The bars of what is wanted; of the last month, if no range is asked for.

    If a page of it is known and holds all there is, nothing is walked again.
    """
    until = min(wanted.until or now, now)
    since = wanted.since or until - USUAL
    unit = _unit(until - since)
    face = _face(wanted)
    sampled = False
    if wanted.nothing:
        hours: Mapping[datetime, Split] = {}
    elif face:
        hours = _tallied(*face, wanted, organisation, since, until)
    else:
        hours, sampled = _sampled(wanted, organisation, page)
    bars = list(_bars(hours, unit, since, until))
    reach = tallies.counted_to(organisation) if face else None
    return Histogram(
        bars=bars,
        unit=unit,
        counted=reach.at if reach else None,
        sampled=sampled,
        pictures=[picture(bars, unit, width) for width in (WIDE, NARROW)],
    )


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


def _unit(length: timedelta) -> Unit:
    if length <= timedelta(days=3):
        return Unit.HOUR
    if length <= timedelta(days=100):
        return Unit.DAY
    return Unit.WEEK if length <= timedelta(days=730) else Unit.MONTH


def _face(wanted: Wanted) -> tuple[Facet, list[str]] | None:
    """The one facet whose tallies answer; None if it takes more than one."""
    names = [name for name in wanted.filters if name != "outcome"]
    if not names:
        return Facet.ALL, [""]
    if len(names) > 1 or names[0] == "document":
        return None
    said = wanted.filters[names[0]]
    return Facet(names[0]), [str(one) for one in (said if isinstance(said, list) else [said])]


def _tallied(
    facet: Facet,
    values: Sequence[str],
    wanted: Wanted,
    organisation: UUID,
    since: datetime,
    until: datetime,
) -> dict[datetime, Split]:
    range_: dict[str, Any] = {"organisation": organisation, "since": since, "until": until}
    counts = tallies.by_hour(facet, values, **range_)
    seen_tags = sorted(GROUPS[Group.SEEN])
    if facet is Facet.TAG:
        seen_tags = [tag for tag in seen_tags if tag in values]
    seen = {}
    if facet in (Facet.ALL, Facet.TAG) and seen_tags:
        seen = tallies.by_hour(Facet.TAG, seen_tags, **range_)
    return {
        hour: _split(count, seen.get(hour, Count()), wanted.outcomes)
        for hour, count in counts.items()
    }


def _split(count: Count, seen: Count, outcomes: Sequence[str]) -> Split:
    shown = set(map(Outcome, outcomes or Outcome))
    done = shown & {Outcome.DONE}
    return Split(seen.of(done), count.of(done) - seen.of(done), count.of(shown - done))


def _sampled(
    wanted: Wanted, organisation: UUID, page: Found | None
) -> tuple[dict[datetime, Split], bool]:
    """Events counted one by one, and whether there may be more of them."""
    if page and page.is_all:
        known = [(event.at, event.tag, event.outcome, 1) for event in page.events]
        return _by_hour(known), page.looked_to is not None
    walk = Walk(wanted, organisation)
    counts = walk.by_hour(SAMPLE)
    full = sum(events for *_, events in counts) == SAMPLE
    return _by_hour(counts), full or walk.end() is not None


def _by_hour(counts: Iterable[tuple[datetime, str, str, int]]) -> dict[datetime, Split]:
    hours: dict[datetime, Split] = {}
    for at, tag, outcome, events in counts:
        hour = Unit.HOUR.begin(at.astimezone(UTC))
        done, seen = outcome == Outcome.DONE, tag in GROUPS[Group.SEEN]
        some = Split(events * (done and seen), events * (done and not seen), events * (not done))
        hours[hour] = hours.get(hour, NOTHING).plus(some)
    return hours


def _bars(
    hours: Mapping[datetime, Split], unit: Unit, since: datetime, until: datetime
) -> Iterator[Bar]:
    """Every stretch of a range, the empty ones too."""
    sums: dict[datetime, Split] = {}
    for hour, split in hours.items():
        begin = unit.begin(hour.astimezone(UTC))
        sums[begin] = sums.get(begin, NOTHING).plus(split)
    begin = unit.begin(since.astimezone(UTC))
    while begin < until:
        end = unit.next(begin)
        yield Bar(begin, end, sums.get(begin, NOTHING))
        begin = end


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
