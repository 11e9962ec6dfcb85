"""How much waits for a person, counted no further than a person can see."""

from dataclasses import dataclass
from datetime import datetime

from apps.accounts.models import User
from apps.review.models import Task

ENOUGH = 500  # counted no further; the page then says "500 or more"


@dataclass(frozen=True, slots=True)
class Waiting:
    slits: int
    oldest_at: datetime | None
    escalated: int = 0

    @property
    def text(self) -> str:
        return f"{self.slits}+" if self.slits >= ENOUGH else str(self.slits)


def waiting_for(user: User) -> Waiting:
    """What the person could take now. The oldest is the oldest of those that are due first.

    One question, which walks no further down any lane than is counted.
    """
    columns = ("due_at", "id", "created_at", "escalated")
    lanes = [lane.values_list(*columns)[:ENOUGH] for lane in Task.objects.workable_by(user)]
    first, *others = lanes or [Task.objects.none().values_list(*columns)]
    if others:
        first = first.union(*others).order_by("due_at", "id")[:ENOUGH]
    rows = list(first)
    return Waiting(
        slits=len(rows),
        oldest_at=min((born for _, _, born, _ in rows), default=None),
        escalated=sum(1 for *_, escalated in rows if escalated),
    )
