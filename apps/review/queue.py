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
    """What the person could take now. The oldest is the oldest of those that are due first."""
    open_tasks = Task.objects.workable_by(user).order_by("due_at", "id")
    rows = list(open_tasks.values_list("created_at", "escalated")[:ENOUGH])
    return Waiting(
        slits=len(rows),
        oldest_at=min((born for born, _ in rows), default=None),
        escalated=sum(1 for _, escalated in rows if escalated),
    )
