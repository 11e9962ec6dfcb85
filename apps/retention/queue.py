"""What has run out and waits for a look: counts and facts of each row, without any content."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Sum

from apps.accounts.models import User
from apps.extraction.models import Reading
from apps.retention import permissions
from apps.retention.models import Disposal
from apps.retention.services.holds import held
from apps.vault.models import Artifact


@dataclass(frozen=True, slots=True)
class Waiting:
    """One class of artifacts of one document."""

    disposal: Disposal
    doctype: str  # as it was read; empty: it was not
    count: int
    size: int  # plain bytes
    is_held: bool
    can_agree: bool

    @property
    def place(self) -> str:
        """Where the next page begins."""
        return f"{self.disposal.due_at.isoformat()}_{self.disposal.pk}"


def waiting(
    user: User, *, after: tuple[datetime, UUID] | None, count: int, now: datetime
) -> list[Waiting]:
    """A page of the queue, the longest overdue first."""
    due = Disposal.objects.visible_to(user).due(now).after(after)
    rows = list(due.select_related("document__submission", "proposed_by")[:count])
    under = due.filter(held(), pk__in=[row.pk for row in rows]).values_list("pk", flat=True)
    stay = set(under.order_by("pk"))
    documents = {row.document_id for row in rows}
    counted = _counted(documents)
    classes = dict(
        Reading.objects.filter(document__in=documents).values_list("document", "doctype")
    )
    return [
        Waiting(
            disposal=row,
            doctype=classes.get(row.document_id, ""),
            count=counted.get((row.document_id, row.kind), (0, 0))[0],
            size=counted.get((row.document_id, row.kind), (0, 0))[1],
            is_held=row.pk in stay,
            can_agree=user.has_perm(permissions.GOVERN) and row.proposed_by_id != user.pk,
        )
        for row in rows
    ]


def place_of(text: str) -> tuple[datetime, UUID] | None:
    """Where a page begins; None for what is no place, which is the first page."""
    at, _, pk = text.partition("_")
    try:
        moment = datetime.fromisoformat(at)
        return (moment, UUID(pk)) if moment.tzinfo else None
    except ValueError:
        return None


def _counted(documents: set[UUID]) -> dict[tuple[UUID, str], tuple[int, int]]:
    left = Artifact.objects.alive().filter(document__in=documents).values("document", "kind")
    rows = left.annotate(many=Count("pk"), plain=Sum("size"))
    return {(one["document"], one["kind"]): (one["many"], one["plain"]) for one in rows}


def following(rows: Sequence[Waiting], count: int) -> str:
    """Where the page after these begins; empty if there is none."""
    return rows[-1].place if len(rows) == count else ""
