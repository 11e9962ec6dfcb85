"""Finding events: any mix of filters, newest first, and never more than a bounded walk.

One filter leads: the one that, by the tallies, leaves the fewest events. Its index is walked from
the newest event backward, and the other filters are tried on what it passes. A walk ends after
`WALK` events even if too few fitted; the page then says how far it looked and where to go on, so
that no question, however rare its answer, takes longer than another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from apps.audit import services as audit
from apps.audit import tallies
from apps.audit.groups import GROUPS, Group
from apps.audit.models import Event, EventQuerySet
from apps.audit.tags import Outcome, Tag
from apps.base.ids import born_at
from apps.base.types import Actor

WALK = 12_000  # events a page looks through at most
REFUSED = "refused"  # any outcome but done
BY_HOUR = """
    SELECT date_trunc('hour', at, 'UTC'), tag, outcome, count(*)
    FROM ({page}) AS page GROUP BY 1, 2, 3
"""
CONDITIONS = {  # of an event that the leading filter has passed
    "actor": "actor = %s",
    "document": "document = %s",
    "tag": "tag = ANY(%s)",
    "outcome": "outcome = ANY(%s)",
    "workspace": "workspace = %s",
    "reason": "reason = %s",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an officer asks for, in ids and codes. Nothing asked is everything."""

    actor: str = ""
    document: UUID | None = None
    group: str = ""  # a `Group`
    tag: str = ""  # a `Tag`
    outcome: str = ""  # an `Outcome`, or `REFUSED`
    workspace: UUID | None = None
    reason: str = ""
    since: datetime | None = None  # from it on
    until: datetime | None = None  # and before it
    nothing: bool = False  # what was asked for does not exist

    @property
    def tags(self) -> list[str]:
        """The kinds of events asked for; none if all are."""
        if self.tag:
            return [self.tag]
        return sorted(GROUPS[Group(self.group)]) if self.group else []

    @property
    def outcomes(self) -> list[str]:
        """Likewise the outcomes."""
        if self.outcome == REFUSED:
            return sorted(set(Outcome) - {Outcome.DONE})
        return [self.outcome] if self.outcome else []

    @property
    def filters(self) -> dict[str, Any]:
        """Columns of an event and what is asked of each, the range apart."""
        asked = {
            "actor": self.actor,
            "document": self.document,
            "tag": self.tags,
            "outcome": self.outcomes,
            "workspace": self.workspace,
            "reason": self.reason,
        }
        return {name: said for name, said in asked.items() if said}


@dataclass(frozen=True, slots=True)
class Found:
    """A page of events, and where the next one begins."""

    events: Sequence[Event]
    before: UUID | None = None  # of the next page; None if there is none
    looked_to: datetime | None = None  # where a walk ended before the page was full
    is_first: bool = True

    @property
    def is_all(self) -> bool:
        """Whether a walk from the newest event comes to nothing else."""
        return self.is_first and (self.before is None or self.looked_to is not None)


@transaction.atomic
def search(
    wanted: Wanted,
    *,
    organisation: UUID,
    reader: Actor,
    before: UUID | None = None,
    count: int,
) -> Found:
    """A page of what is wanted, newest first. That it was read is recorded after it."""
    walk = Walk(wanted, organisation, before)
    fetched = walk.matching(count + 1)
    found = Found(fetched[:count], is_first=before is None)
    if len(fetched) > count:
        found = replace(found, before=fetched[count - 1].pk)
    elif end := walk.end():
        found = replace(found, before=end, looked_to=born_at(end))
    _record_read(wanted, organisation, reader, events=len(found.events))
    return found


class Walk:
    """One bounded walk backward along the index of the filter that leads."""

    def __init__(
        self,
        wanted: Wanted,
        organisation: UUID,
        before: UUID | None = None,
        *,
        most: int = WALK,  # events
    ) -> None:
        self.wanted, self.most = wanted, most
        self.lead = _lead(wanted, organisation)
        self.rest = [name for name in wanted.filters if name != self.lead]
        events = Event.objects.filter(organisation_id=organisation)
        self._events = events.between(wanted.since, wanted.until).before(before)

    def matching(self, count: int) -> list[Event]:
        """The newest events that fit, as far as the walk goes."""
        if self.wanted.nothing:
            return []
        return list(Event.objects.raw(*self._sql(count)))

    def keys(self, count: int) -> list[UUID]:
        """The same, by their keys alone."""
        return [event.pk for event in self.matching(count)]

    def by_hour(self, count: int) -> list[tuple[datetime, str, str, int]]:
        """How many the newest that fit are, by hour, tag and outcome."""
        if self.wanted.nothing:
            return []
        sql, values = self._sql(count)
        with connection.cursor() as cursor:
            cursor.execute(BY_HOUR.format(page=sql), values)
            return list(cursor.fetchall())

    def end(self) -> UUID | None:
        """Where the walk ended because it was long enough; None if it came to the first event."""
        if self.wanted.nothing or not self.rest:
            return None
        way, values = self._way(self.most)
        last = f"SELECT id FROM ({way}) AS passed OFFSET %s"  # noqa: S608 - ours
        with connection.cursor() as cursor:
            cursor.execute(last, [*values, self.most - 1])
            return next((row[0] for row in cursor.fetchall()), None)

    def plan(self, count: int) -> str:
        """How the database finds a page; for tests and for those who measure."""
        sql, values = self._sql(count)
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {sql}", values)
            return "\n".join(row[0] for row in cursor.fetchall())

    def _sql(self, count: int) -> tuple[str, list[Any]]:
        way, values = self._way(self.most if self.rest else count)
        fits = " AND ".join(CONDITIONS[name] for name in self.rest) or "true"
        rest = [self.wanted.filters[name] for name in self.rest]
        order = f"{self.lead}, id DESC" if self._is_alone and self.lead else "id DESC"
        page = f"SELECT * FROM ({way}) AS passed WHERE {fits} ORDER BY {order} LIMIT %s"  # noqa: S608
        return page, [*values, *rest, count]

    def _way(self, most: int) -> tuple[str, list[Any]]:
        """What is walked, newest first: one index, or several side by side."""
        ranged = self._is_alone or not self.rest
        parts = [
            self._along(one, ranged=ranged)[:most].query.sql_with_params() for one in self._leads
        ]
        if len(parts) == 1:
            return parts[0][0], list(parts[0][1])
        union = " UNION ALL ".join(f"({sql})" for sql, _ in parts)
        values = [value for _, values in parts for value in values]
        return f"SELECT * FROM ({union}) AS ways ORDER BY id DESC LIMIT %s", [*values, most]  # noqa: S608

    @property
    def _leads(self) -> Sequence[Any]:
        """The values of the filter that leads."""
        return _several(self.wanted.filters.get(self.lead))

    @property
    def _is_alone(self) -> bool:
        return len(self._leads) == 1

    def _along(self, said: Any, *, ranged: bool) -> EventQuerySet:
        """Events along the index of the leading filter.

        Asked for as a range of one value, and ordered by it: the index over keys alone gives no
        such order, so that the database cannot walk past everybody's events to find a few.
        """
        if not self.lead:
            return self._events
        if not ranged:
            return self._events.filter(**{self.lead: said})
        within = self._events.filter(**{f"{self.lead}__gte": said, f"{self.lead}__lte": said})
        return within.order_by(self.lead, "-id")


def _lead(wanted: Wanted, organisation: UUID) -> str:
    """The filter to walk along: a document's, which has few events, or the rarest by count.

    What was done is nearly everything and has no index of its own; all events are walked for it.
    """
    names = [name for name, said in wanted.filters.items() if Outcome.DONE not in _several(said)]
    if "document" in names or len(names) < 2:
        return "document" if "document" in names else "".join(names)
    range_ = {"since": wanted.since, "until": wanted.until}
    counts = tallies.counted(wanted.filters, organisation=organisation, **range_)
    return min(names, key=lambda name: counts[name])


def _several(said: Any) -> list[Any]:
    return said if isinstance(said, list) else [said]


def _record_read(wanted: Wanted, organisation: UUID, reader: Actor, *, events: int) -> None:
    """What was asked for is recorded by the names of its filters; a document by its id."""
    audit.record(
        Tag.TRAIL_READ,
        actor=reader,
        subject=wanted.document or reader,
        organisation=organisation,
        document=wanted.document,
        events=events,
        filters=sorted(wanted.filters),
    )
