"""Who may decide a task. `check_` raises with the reason; `can_` only asks."""

from datetime import datetime

from apps.accounts.models import User, Workspace
from apps.base.errors import NotAllowed, NotFound, NotPossible
from apps.extraction import doctypes
from apps.review.ladder import RUNGS, Step
from apps.review.models import Grant, Pause, Task

PAUSED = "Your reviewing is paused. Your lead can let you go on."
RAN_OUT = "Your claim ran out, and the slit went back to the queue. Take new ones."


def check_can_review(user: User) -> None:
    if not user.has_perm("review.decide_task"):
        raise NotAllowed("Only reviewers see slits.")


def check_not_paused(user: User) -> None:
    """Raises NotPossible while the person's reviewing rests."""
    if Pause.objects.filter(reviewer=user, ended_at=None).exists():
        raise NotPossible(PAUSED)


def check_can_direct(user: User, workspace: Workspace | None) -> None:
    """Whether somebody may say how a workspace is reviewed; None is the whole organisation.

    Raises:
        NotAllowed: they are no lead. NotFound: the workspace is not one of theirs.
    """
    if not user.has_perm("review.direct_review"):
        raise NotAllowed("Only leads say who reviews what, and how.")
    if workspace is not None and not workspace.has_member(user):
        raise NotFound


def check_can_direct_person(user: User, reviewer: User) -> None:
    """Whether somebody may say what a reviewer does: a lead, of those they share a workspace with.

    Raises:
        NotAllowed: they are no lead. NotFound: the reviewer is none, or of other workspaces.
    """
    check_can_direct(user, None)
    together = reviewer.memberships.filter(workspace__in=user.memberships.values("workspace"))
    if not together.exists() or not reviewer.has_perm("review.decide_task"):
        raise NotFound


def check_is_class(doctype: str) -> None:
    """Raises NotPossible for a class there is none of; empty means all."""
    if doctype and doctype not in {one.name for one in doctypes.load_all()}:
        raise NotPossible("There is no such class of documents.")


def check_holds(user: User, task: Task, *, now: datetime) -> None:
    """Raises NotPossible for a claim that ran out, NotFound for any other task not theirs."""
    check_can_review(user)
    claim = task.claim
    if claim is None or claim.reviewer_id != user.pk or user.pk == task.sender_id:
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
