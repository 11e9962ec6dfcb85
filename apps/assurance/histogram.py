"""When it happened: events over time as bars.

Bars come from the tallies where one filter is asked for, and are exact up to the last count. A mix
of filters is counted among the newest events that a page would look through, and the chart says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from apps.assurance.bars import NOTHING, Bar, Split, Unit
from apps.assurance.pictures import NARROW, WIDE, Picture, picture
from apps.audit import tallies
from apps.audit.explorer import Found, Walk, Wanted
from apps.audit.groups import GROUPS, Group
from apps.audit.models import Facet
from apps.audit.tags import Outcome
from apps.audit.tallies import Count

SAMPLE = 2_000  # events counted one by one
USUAL = timedelta(days=30)  # shown if no range is asked for


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
