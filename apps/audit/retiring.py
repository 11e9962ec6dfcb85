"""The end of old months of the trail: bodies go, leaves and checkpoints stay.

A month goes whole or not at all, and only if everything in it is sealed as it was written. What is
left proves how much there was, in which order, and that it was not changed while it was there.
"""

import re
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from apps.audit import services as audit
from apps.audit.models import Detail
from apps.audit.tags import Tag
from apps.base.errors import NotPossible
from apps.base.scope import acting_for
from apps.base.types import Actor

SYSTEM = Actor("system:retention")
MONTH = re.compile(r"audit_event_(?:to_)?(\d{4})_(\d{2})")


def due(*, now: datetime, months: int) -> list[str]:
    """Partitions whose last day is older than so many whole months, oldest first."""
    oldest_kept = now.year * 12 + now.month - 1 - months
    found = [(ended, name) for name in _partitions() if (ended := _ends(name)) is not None]
    return [name for ended, name in sorted(found) if ended <= oldest_kept]


@transaction.atomic
def retire(partition: str) -> int:
    """Drop one month of the trail; how many events it had. Run by the owner of the tables.

    Raises:
        NotPossible: something in it is not sealed, or not as it was written.
    """
    if partition not in _partitions() or not MONTH.fullmatch(partition):
        raise NotPossible("There is no such month.")
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {partition} IN ACCESS EXCLUSIVE MODE")
        cursor.execute(UNSEALED.format(partition))
        if cursor.fetchone()[0]:
            raise NotPossible("This month holds events that are not sealed as they were written.")
        cursor.execute(COUNTED.format(partition))
        counted = cursor.fetchall()
        cursor.execute(f"ALTER TABLE audit_event DETACH PARTITION {partition}")
        cursor.execute(f"DROP TABLE {partition}")
    for organisation, count, last in counted:
        _tell(organisation, partition, count, last)
    return sum(count for _, count, _ in counted)


UNSEALED = r"""
    SELECT count(*) FROM {} event LEFT JOIN audit_leaf leaf ON leaf.event_id = event.id
    WHERE leaf.hash IS DISTINCT FROM sha256('\x00'::bytea || event.body)
"""
COUNTED = "SELECT organisation_id, count(*), max(id::text) FROM {} GROUP BY 1 ORDER BY 1"


def _tell(organisation: UUID | None, partition: str, count: int, last: str) -> None:
    """Say what went, and let the words beside it go too."""
    with acting_for(organisation):
        erased, _ = Detail.objects.filter(event_id__lte=UUID(last)).delete()
        audit.record(
            Tag.TRAIL_RETIRED,
            actor=SYSTEM,
            subject=partition,
            organisation=organisation,
            events=count,
            details=erased,
        )


def _partitions() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits"
            " WHERE inhparent = 'audit_event'::regclass"
        )
        return {row[0] for row in cursor.fetchall()}


def _ends(partition: str) -> int | None:
    """The month after a partition, counted from year 0; None for the one without an end."""
    found = MONTH.fullmatch(partition)
    return int(found[1]) * 12 + int(found[2]) if found else None
