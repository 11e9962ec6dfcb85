"""Who may decide a task. `check_` raises with the reason; `can_` only asks."""

from datetime import datetime

from apps.accounts.models import User
from apps.base.errors import NotAllowed, NotFound, NotPossible
from apps.review.models import Task

RAN_OUT = "Your claim ran out, and the slit went back to the queue. Take new ones."


def check_can_review(user: User) -> None:
    if not user.has_perm("review.decide_task"):
        raise NotAllowed("Only reviewers see slits.")


def check_holds(user: User, task: Task, *, now: datetime) -> None:
    """Raises NotPossible for a claim that ran out, NotFound for any other task not theirs."""
    check_can_review(user)
    claim = task.claim
    if claim is None or claim.reviewer_id != user.pk or task.document.sender_id == user.pk:
        raise NotFound
    if claim.ended_at or claim.until <= now:
        raise NotPossible(RAN_OUT)


def holds(user: User, task: Task, *, now: datetime) -> bool:
    try:
        check_holds(user, task, now=now)
    except (NotAllowed, NotFound, NotPossible):
        return False
    return True


def check_can_see_line(user: User, task: Task, *, now: datetime) -> None:
    check_holds(user, task, now=now)
    if not user.has_perm("review.see_line"):
        raise NotAllowed("You may not see more than the slit.")
