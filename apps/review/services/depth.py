"""How the queues stand: what waits, since when, and how much of it is late.

Nothing is counted further than a person can take in, so that a queue of a million slits is asked
about as fast as one of a hundred.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from apps.review.models import Task
from apps.review.titles import CLASS, TITLES, title_of

ENOUGH = 500  # of one kind, workspace and age; counted no further
AGES: tuple[tuple[str, timedelta, timedelta], ...] = (  # from, to before
    ("<15 min", timedelta(0), timedelta(minutes=15)),
    ("15–30", timedelta(minutes=15), timedelta(minutes=30)),
    ("30–60", timedelta(minutes=30), timedelta(hours=1)),
    ("1–4 h", timedelta(hours=1), timedelta(hours=4)),
    ("4–24 h", timedelta(hours=4), timedelta(hours=24)),
    (">1 day", timedelta(hours=24), timedelta(days=36500)),
)
# Each age of each kind in each workspace is one walk along one index, for so many steps at most.
WAITING = """
SELECT kind, age, count(*), min(task.created_at), count(*) FILTER (WHERE task.due_at < %(now)s)
FROM unnest(%(rooms)s::uuid[]) AS room
CROSS JOIN unnest(%(kinds)s::text[]) AS kind
CROSS JOIN unnest(%(since)s::timestamptz[], %(until)s::timestamptz[])
  WITH ORDINALITY AS span (since, until, age)
CROSS JOIN LATERAL (
  SELECT created_at, due_at FROM review_task
  WHERE workspace_id = room AND review_task.kind = kind.kind AND state = 'open'
    AND known_id IS NULL AND created_at > span.since AND created_at <= span.until
  ORDER BY created_at LIMIT %(enough)s
) AS task
GROUP BY kind, age
"""
ESCALATED = """
SELECT task.id, task.moved_at
FROM unnest(%(rooms)s::uuid[]) AS room
CROSS JOIN LATERAL (
  SELECT id, created_at, moved_at FROM review_task
  WHERE workspace_id = room AND escalated AND state = 'open' AND known_id IS NULL
  ORDER BY created_at, id LIMIT %(enough)s
) AS task
ORDER BY task.created_at, task.id LIMIT %(enough)s
"""


@dataclass(slots=True)
class Depth:
    """What waits of one kind, or of all."""

    kind: str
    counts: list[int] = field(default_factory=lambda: [0] * len(AGES))  # by age
    oldest_at: datetime | None = None
    late: int = 0
    capped: bool = False  # there may be more

    @property
    def title(self) -> str:
        return title_of(self.kind or CLASS)

    @property
    def waiting(self) -> int:
        return sum(self.counts)

    @property
    def text(self) -> str:
        return f"{self.waiting:,}{'+' if self.capped else ''}"

    @property
    def within(self) -> float | None:
        """The share that is not late yet; None if nothing waits."""
        return 1 - self.late / self.waiting if self.waiting else None

    def add(self, age: int, count: int, oldest_at: datetime, late: int, *, most: int) -> None:
        self.counts[age] += count
        self.late += late
        self.capped |= count >= most
        self.oldest_at = min(oldest_at, self.oldest_at or oldest_at)


def depths(rooms: Sequence[UUID], *, now: datetime) -> list[Depth]:
    """What waits in some workspaces, by kind; kinds of which nothing waits are left out."""
    found: Mapping[str, Depth] = defaultdict(lambda: Depth(""))
    with connection.cursor() as cursor:
        cursor.execute(WAITING, _said(rooms, now, ENOUGH))
        for kind, age, count, oldest_at, late in cursor.fetchall():
            depth = found[kind]
            depth.kind = kind
            depth.add(age - 1, count, oldest_at, late, most=ENOUGH)
    return sorted(found.values(), key=lambda one: (-one.waiting, one.title))


def altogether(of: Sequence[Depth]) -> Depth:
    """All kinds as one."""
    whole = Depth("")
    for one in of:
        whole.counts = [sum(pair) for pair in zip(whole.counts, one.counts, strict=True)]
        whole.late += one.late
        whole.capped |= one.capped
        if one.oldest_at:
            whole.oldest_at = min(one.oldest_at, whole.oldest_at or one.oldest_at)
    return whole


def escalated(rooms: Sequence[UUID], *, count: int) -> list[Task]:
    """What reviewers passed on to leads, oldest first."""
    keys = list(came_up(rooms, count=count))
    tasks = Task.objects.select_related("field", "document__reading", "claim")
    return sorted(tasks.filter(pk__in=keys), key=lambda task: keys.index(task.pk))


def came_up(rooms: Sequence[UUID], *, count: int) -> dict[UUID, datetime]:
    """The same without the tasks: their keys, and since when."""
    with connection.cursor() as cursor:
        cursor.execute(ESCALATED, _said(rooms, timezone.now(), count))
        return dict(cursor.fetchall())


def _said(rooms: Sequence[UUID], now: datetime, enough: int) -> dict[str, Any]:
    """What the statements above are told."""
    return {
        "rooms": list(rooms),
        "kinds": [*(kind for kind in TITLES if kind != CLASS), ""],
        "now": now,
        "since": [now - until for _, _, until in AGES],
        "until": [now - since for _, since, _ in AGES],
        "enough": enough,
    }
