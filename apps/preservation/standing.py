"""How the stored copies of an organisation's originals are, in a few numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Max, Min, Q

from apps.base.errors import NotPossible
from apps.preservation.models import Copy, Record
from apps.vault import copies as vault
from apps.vault.copies import Place

SHOWN = 50  # damaged copies
QUARANTINED = (
    "The stored original is not what was received: its copy is {damage}. It is in quarantine, and"
    " nobody can download it until a records manager has repaired it from the second copy."
)


@dataclass(frozen=True, slots=True)
class Standing:
    copies: int
    checked: int  # of them, at least once
    overdue: int  # of them, not within the days that the settings promise
    damaged: int
    oldest: datetime | None  # check that is the latest one of its copy
    newest: datetime | None
    days: int  # within which every copy is hashed again
    has_second: bool  # whether a second store is configured
    quarantine: Sequence[Copy]


def standing(organisation: UUID, *, now: datetime) -> Standing:
    """Only copies whose original is not erased count."""
    alive = Copy.objects.filter(organisation_id=organisation, record__artifact__shredded_at=None)
    counted = alive.aggregate(
        copies=Count("pk"),
        checked=Count("pk", filter=Q(checked_at__isnull=False)),
        overdue=Count("pk", filter=Q(due_at__lt=now)),
        damaged=Count("pk", filter=Q(quarantined_at__isnull=False)),
        oldest=Min("checked_at"),
        newest=Max("checked_at"),
    )
    bad = alive.filter(quarantined_at__isnull=False).select_related("record")
    return Standing(
        **counted,
        days=settings.FIXITY_DAYS,
        has_second=Place.SECOND in vault.places(),
        quarantine=list(bad.order_by("-quarantined_at", "pk")[:SHOWN]),
    )


def check_readable(record: Record) -> None:
    """Refuse to hand out an original whose stored copy is not what was received.

    Raises:
        NotPossible: it is in quarantine.
    """
    bad = Copy.objects.filter(record=record, place=Place.FIRST, quarantined_at__isnull=False)
    damage = bad.values_list("damage", flat=True).first()
    if damage is not None:
        raise NotPossible(QUARANTINED.format(damage=damage))
