"""Events counted by the hour: what charts are drawn from, so that nothing counts the table.

Counting follows the tree: an organisation's entries have numbers without gaps, and each is counted
once, in the order of its number, some seconds after it happened.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet, Sum

from apps.audit import tree
from apps.audit.models import Facet, Tallied, Tally
from apps.audit.tags import Outcome

BATCH = 20_000  # entries counted in one transaction

SEALED = """
    SELECT event.at, event.tag, event.outcome, event.actor, event.workspace, event.reason
    FROM audit_leaf AS leaf JOIN audit_event AS event ON event.id = leaf.event_id
    WHERE leaf.tree = %(organisation)s AND leaf.index >= %(first)s AND leaf.index < %(last)s
"""
COUNT = """
WITH entries AS MATERIALIZED (
    SELECT source.*, date_trunc('hour', source.at, 'UTC') AS hour FROM ({source}) AS source
), faces AS (
    SELECT facet, value, hour, outcome FROM entries, LATERAL (VALUES
        ('all', ''), ('tag', tag), ('actor', actor),
        ('workspace', workspace::text), ('reason', nullif(reason, ''))
    ) AS face (facet, value)
    WHERE value IS NOT NULL
)
INSERT INTO audit_tally (organisation_id, facet, value, hour, events, denied, failed)
SELECT %(organisation)s, facet, value, hour, count(*),
    count(*) FILTER (WHERE outcome = 'denied'), count(*) FILTER (WHERE outcome = 'failed')
FROM faces GROUP BY facet, value, hour
ON CONFLICT (organisation_id, facet, value, hour) DO UPDATE
SET events = audit_tally.events + excluded.events,
    denied = audit_tally.denied + excluded.denied,
    failed = audit_tally.failed + excluded.failed
"""

# Each next value by one step in the index: as many steps as values, however many hours each has.
VALUES = """
WITH RECURSIVE known AS (
    (SELECT value FROM audit_tally WHERE organisation_id = %(organisation)s AND facet = %(facet)s
     ORDER BY value LIMIT 1)
    UNION ALL
    SELECT (SELECT next.value FROM audit_tally AS next
            WHERE next.organisation_id = %(organisation)s AND next.facet = %(facet)s
                AND next.value > known.value
            ORDER BY next.value LIMIT 1)
    FROM known WHERE known.value IS NOT NULL
)
SELECT value FROM known WHERE value IS NOT NULL LIMIT %(most)s
"""
MOST_VALUES = 500


@dataclass(frozen=True, slots=True)
class Count:
    """How many events, and how many of them were refused or failed."""

    events: int = 0
    denied: int = 0
    failed: int = 0

    def of(self, outcomes: Iterable[str]) -> int:
        """How many had one of these outcomes."""
        by = {Outcome.DENIED: self.denied, Outcome.FAILED: self.failed}
        by[Outcome.DONE] = self.events - self.denied - self.failed
        return sum(by[Outcome(one)] for one in outcomes)


FACETS = (Facet.TAG, Facet.ACTOR, Facet.WORKSPACE, Facet.REASON)
SUMS = {f"sum_{name}": Sum(name) for name in ("events", "denied", "failed")}


def counted(
    filters: Mapping[str, Any], *, organisation: UUID, since: Any = None, until: Any = None
) -> dict[str, int]:
    """How many events each of some filters leaves by itself; of a document's, none are counted."""
    asked = {Facet.ALL: [""], **{facet: _values(filters, facet) for facet in FACETS}}
    wanted = Q()
    for facet, values in asked.items():
        wanted |= Q(facet=facet, value__in=values)
    rows = _within(organisation, since, until).filter(wanted).values("facet").annotate(**SUMS)
    found = {row["facet"]: _count(row) for row in rows}
    counts = {facet.value: found.get(facet, Count()).events for facet in FACETS}
    counts["outcome"] = found.get(Facet.ALL, Count()).of(filters.get("outcome", Outcome))
    return {name: counts.get(name, 0) for name in filters}


def by_hour(
    facet: Facet, values: Sequence[str], *, organisation: UUID, since: datetime, until: datetime
) -> dict[datetime, Count]:
    """The counts of every hour in which anything happened, of some values together."""
    rows = _within(organisation, since, until).filter(facet=facet, value__in=values)
    hours = rows.values("hour").annotate(**SUMS)
    return {row["hour"]: _count(row) for row in hours}


def values_of(facet: Facet, *, organisation: UUID) -> list[str]:
    """Every value of a facet that ever occurred, in order; no more than a list can show."""
    asked: dict[str, Any] = {"organisation": organisation, "facet": facet, "most": MOST_VALUES}
    with connection.cursor() as cursor:
        cursor.execute(VALUES, asked)
        return [row[0] for row in cursor.fetchall()]


@transaction.atomic
def count_new(organisation: UUID, *, size: int, now: datetime) -> int:
    """Count entries up to a size of the tree, one batch; how many there were.

    Of two who count at once the second waits, and then finds nothing to count.
    """
    Tallied.objects.get_or_create(organisation_id=organisation, defaults={"at": now})
    done = Tallied.objects.select_for_update().get(pk=organisation)
    last = min(size, done.size + BATCH)
    if last <= done.size:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            COUNT.format(source=SEALED),
            {"organisation": organisation, "first": done.size, "last": last},
        )
    Tallied.objects.filter(pk=organisation).update(size=last, at=now)
    return last - done.size


def catch_up(organisation: UUID, *, now: datetime, batches: int) -> int:
    """Count what is in the tree and not counted yet, some batches of it; how many events."""
    signed = tree.checkpoint(organisation)
    counted = 0
    for _ in range(batches if signed else 0):
        batch = count_new(organisation, size=signed.size, now=now) if signed else 0
        counted += batch
        if batch < BATCH:
            break
    return counted


def counted_to(organisation: UUID) -> Tallied | None:
    """How far the tallies reach, and when they last did."""
    return Tallied.objects.filter(pk=organisation).first()


def _count(row: Mapping[str, Any]) -> Count:
    return Count(**{name: int(row[f"sum_{name}"]) for name in ("events", "denied", "failed")})


def _values(filters: Mapping[str, Any], facet: Facet) -> list[str]:
    said = filters.get(facet.value)
    return [str(one) for one in (said if isinstance(said, list) else [said] if said else [])]


def _within(organisation: UUID, since: datetime | None, until: datetime | None) -> QuerySet[Tally]:
    """Tallies of whole hours that a range touches."""
    tallies = Tally.objects.filter(organisation_id=organisation)
    if since:
        tallies = tallies.filter(hour__gte=since.replace(minute=0, second=0, microsecond=0))
    return tallies.filter(hour__lt=until) if until else tallies
