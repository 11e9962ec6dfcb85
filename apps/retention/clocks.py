"""What goes next, for people who govern it and read none of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.accounts.models import User
from apps.intake.models import Document
from apps.retention.services.holds import held
from apps.vault.models import Artifact

SHOWN = 50  # clocks


@dataclass(frozen=True, slots=True)
class Clock:
    """One artifact of the organisation, and when it goes."""

    reference: str  # of its document
    kind: str
    due_at: datetime
    policy: str
    held: bool  # by a legal hold, so that it stays


def next_clocks(user: User) -> Sequence[Clock]:
    """The artifacts of the person's organisation that are due first."""
    if user.organisation_id is None:
        return []
    own = Artifact.objects.alive().filter(organisation_id=user.organisation_id)
    artifacts = list(own.order_by("due_at", "pk")[:SHOWN])
    kept = own.filter(held(), pk__in=[artifact.pk for artifact in artifacts])
    stay = set(kept.values_list("pk", flat=True))
    references = dict(
        Document.objects.filter(pk__in={artifact.document for artifact in artifacts}).values_list(
            "pk", "reference"
        )
    )
    return [
        Clock(references.get(one.document, ""), one.kind, one.due_at, one.policy, one.pk in stay)
        for one in artifacts
    ]
