"""Who may decide a task. `check_` raises with the reason; `can_` only asks."""

from datetime import datetime

from apps.accounts.models import User
from apps.base.errors import NotAllowed, NotFound, NotPossible
from apps.review.ladder import RUNGS, Step
from apps.review.models import Grant, Task

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


def check_can_see_more(user: User, task: Task, *, step: Step, now: datetime) -> None:
    check_holds(user, task, now=now)
    if not user.has_perm(RUNGS[step].permission):
        raise NotAllowed("You may not see that much of a page.")


def check_can_lead(user: User) -> None:
    if not user.has_perm("review.lead_queues"):
        raise NotAllowed("Only leads see how the queues stand.")


def check_can_answer(user: User, grant: Grant) -> None:
    """Raises NotFound for what nobody waits for any more, and for what they asked themselves."""
    check_can_lead(user)
    if not Grant.objects.answerable_by(user).filter(pk=grant.pk).exists():
        raise NotFound
