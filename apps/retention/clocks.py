"""What goes next, for people who govern it and read none of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.accounts.models import User
from apps.intake.models import Document
from apps.vault.models import Artifact

SHOWN = 50  # clocks


@dataclass(frozen=True, slots=True)
class Clock:
    """One artifact of the organisation, and when it goes."""

    reference: str  # of its document
    kind: str
    due_at: datetime
    policy: str


def next_clocks(user: User) -> Sequence[Clock]:
    """The artifacts of the person's organisation that are due first."""
    if user.organisation_id is None:
        return []
    artifacts = list(
        Artifact.objects.alive()
        .filter(organisation_id=user.organisation_id)
        .order_by("due_at", "pk")[:SHOWN]
    )
    references = dict(
        Document.objects.filter(pk__in={artifact.document for artifact in artifacts}).values_list(
            "pk", "reference"
        )
    )
    return [
        Clock(references.get(one.document, ""), one.kind, one.due_at, one.policy)
        for one in artifacts
    ]
