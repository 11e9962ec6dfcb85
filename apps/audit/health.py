"""How the sealing of the trail does, and what is missing from it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db import connection

from apps.audit import anchoring, canonical, tree
from apps.audit.models import Pending, tree_of
from apps.audit.tlog import leaf_hash
from apps.audit.tree import Entry, Signed
from apps.base.ids import born_at

STALLED = timedelta(seconds=30)  # an event waits for milliseconds
MANY = 10_000  # events that are counted
RECENT = 2000  # events in which gaps are looked for
SETTLED = timedelta(minutes=1)  # after which an event has its place or waits for it


class Missing(StrEnum):
    EVENT = "event"  # its leaf is there, its row is not
    CONTENT = "content"  # its row is another one than was sealed
    NUMBER = "number"  # a writer's number that no event has
    PLACE = "place"  # an event that neither is sealed nor waits for it


@dataclass(frozen=True, slots=True)
class Gap:
    what: Missing
    where: str  # a leaf's index, an event's id, or a writer and its number


@dataclass(frozen=True, slots=True)
class Health:
    """What a compliance officer is told of the trail."""

    waiting: int  # events without a place, of all organisations; `MANY` if there are more
    oldest_at: datetime | None  # the one that waits longest
    checkpoint: Signed | None  # the organisation's newest
    anchored_at: datetime | None
    asked_in_vain: int  # time stamps that an authority did not give
    gaps: list[Gap]  # among the newest events
    now: datetime

    @property
    def lag(self) -> timedelta:
        """How long the oldest event has waited."""
        return max(self.now - self.oldest_at, timedelta()) if self.oldest_at else timedelta()

    @property
    def stalled(self) -> bool:
        return self.lag > STALLED


def health(organisation: UUID | None, *, now: datetime) -> Health:
    """Ask the database; some milliseconds."""
    oldest = Pending.objects.order_by("event_id").values_list("event_id", flat=True).first()
    return Health(
        waiting=Pending.objects.all()[:MANY].count(),
        oldest_at=born_at(oldest) if oldest else None,
        checkpoint=tree.checkpoint(organisation),
        anchored_at=anchoring.last_at(),
        asked_in_vain=len(anchoring.overdue()),
        gaps=gaps(organisation, now=now),
        now=now,
    )


def gaps(organisation: UUID | None, *, now: datetime, recent: int = RECENT) -> list[Gap]:
    """What is missing among the newest events of an organisation."""
    newest = tree.checkpoint(organisation)
    size = newest.size if newest else 0
    entries = list(tree.entries(organisation, max(0, size - recent), size))
    return [
        *(gap for one in entries if (gap := _of_entry(one))),
        *_of_numbers([one.body for one in entries if one.body]),
        *_without_place(organisation, now),
    ]


def _of_entry(entry: Entry) -> Gap | None:
    if entry.body is None:
        return Gap(Missing.EVENT, str(entry.index))
    if leaf_hash(entry.body) != entry.hash:
        return Gap(Missing.CONTENT, str(entry.index))
    return None


def _of_numbers(bodies: list[bytes]) -> list[Gap]:
    """Numbers between the first and the last of each writer that nobody has or calls void."""
    given: dict[str, set[int]] = {}
    void: dict[str, set[int]] = {}
    for body in map(canonical.decode, bodies):
        if "writer" in body:
            writer = str(body["writer"])
            given.setdefault(writer, set()).add(int(str(body["number"])))
            for first, last in body["void"]:  # type: ignore[union-attr, misc]
                void.setdefault(writer, set()).update(range(int(first), int(last) + 1))  # type: ignore[arg-type]
    return [
        Gap(Missing.NUMBER, f"{writer} {number}")
        for writer, numbers in given.items()
        for number in range(min(numbers), max(numbers))
        if number not in numbers and number not in void.get(writer, ())
    ]


def _without_place(organisation: UUID | None, now: datetime) -> list[Gap]:
    """Events of the last day whose place in the queue was taken away."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT event.id FROM audit_event event"
            " WHERE event.organisation_id = %s"
            " AND event.id BETWEEN audit_key_at(%s) AND audit_key_at(%s)"
            " AND NOT EXISTS (SELECT FROM audit_leaf leaf WHERE leaf.event_id = event.id)"
            " AND NOT EXISTS (SELECT FROM audit_pending p WHERE p.event_id = event.id)"
            " ORDER BY event.id LIMIT 20",
            [tree_of(organisation), now - timedelta(days=1), now - SETTLED],
        )
        return [Gap(Missing.PLACE, str(row[0])) for row in cursor.fetchall()]
