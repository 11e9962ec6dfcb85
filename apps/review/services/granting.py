"""Leave to see more than a slit: taken alone within an hour's measure, or given by a lead."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from apps.accounts.models import User
from apps.audit import services as audit
from apps.audit.tags import Tag
from apps.base.errors import Gone, NotPossible
from apps.base.types import Actor
from apps.review import permissions
from apps.review.ladder import HOUR, RUNGS, Rung, State, Step
from apps.review.models import Claim, Task
from apps.review.models.looks import Grant
from apps.review.rules import State as TaskState
from apps.review.services.slits import SYSTEM, sight_of

BATCH = 200  # grants that one sweep lets lapse
NO_PAGE = "The page image no longer exists, so the slit is all there is."
TOO_LATE = "This was answered before you, or whoever asked went on without it."


@dataclass(frozen=True, slots=True)
class Offer:
    """One step of the ladder as one person may take it now."""

    step: Step
    rung: Rung
    alone: int  # times left this hour without a lead
    state: State | None  # of what was asked before

    @property
    def asks_lead(self) -> bool:
        return not self.alone and self.state is not State.GIVEN

    @property
    def waits(self) -> bool:
        return self.state is State.ASKED


def offers(task: Task, *, user: User, now: datetime) -> list[Offer]:
    """The steps beyond the slit that the person may take or ask for, least first.

    None where the page image is gone.

    Raises:
        NotFound, NotAllowed, NotPossible, Gone: see `permissions.check_holds` and `check_open`.
    """
    permissions.check_holds(user, task, now=now)
    check_open(task)
    if not _has_page(task):
        return []
    known = {grant.step: State(grant.state) for grant in _standing(task, user, now)}
    return [
        Offer(step, rung, _left(user, step, now), known.get(step))
        for step, rung in RUNGS.items()
        if user.has_perm(rung.permission)
    ]


@transaction.atomic
def ask_more(task: Task, *, step: Step, reason: str, user: User, now: datetime) -> Grant:
    """Let a person see more, or put it before a lead; why goes on the trail.

    What waits for a lead, or was given by one and not opened, is returned as it stands.

    Raises:
        NotFound, NotPossible: the claim ran out, or a class is asked.
        NotAllowed: the person may not see that much.
        Gone: what was decided is final, and the slit with it; or the page image is erased.
    """
    permissions.check_can_see_more(user, task, step=step, now=now)
    check_open(task)
    if not _has_page(task):
        raise Gone(NO_PAGE)
    assert task.claim is not None  # they hold it
    Claim.objects.select_for_update().get(pk=task.claim.pk)  # nobody takes two last ones at once
    if before := next((one for one in _standing(task, user, now) if one.step == step), None):
        return before
    alone = _left(user, step, now) > 0
    grant = Grant(
        created_at=now,
        organisation_id=task.organisation_id,
        task=task,
        reviewer=user,
        step=step,
        reason=reason,
        state=State.GIVEN if alone else State.ASKED,
    )
    grant.until = now + grant.seconds if alone else None
    grant.save(force_insert=True)
    if alone:
        _record(RUNGS[step].given, grant, user.actor, reason=reason)
    else:
        _record(Tag.MORE_ASKED, grant, user.actor, step=step, reason=reason)
    return grant


@transaction.atomic
def answer(grant: Grant, *, give: bool, user: User, now: datetime) -> None:
    """A lead gives what somebody asked for, or declines.

    Raises:
        NotAllowed, NotFound: see `permissions.check_can_answer`.
        NotPossible: another lead was faster.
    """
    permissions.check_can_answer(user, grant)
    to = State.GIVEN if give else State.DECLINED
    if not grant.move(to, answered_by=user, answered_at=now):
        raise NotPossible(TOO_LATE)
    tag = RUNGS[Step(grant.step)].given if give else Tag.MORE_DECLINED
    _record(tag, grant, user.actor, step=grant.step, to=str(grant.reviewer_id))


def lapse(*, now: datetime) -> int:
    """Close what nobody can answer or open any more; how many there were."""
    count = 0
    over = Grant.objects.over(now).select_related("task__field")
    for grant in over.order_by("created_at")[:BATCH]:
        with transaction.atomic():
            if grant.move(State.LAPSED):
                _record(Tag.MORE_DECLINED, grant, SYSTEM, step=grant.step, reason="lapsed")
                count += 1
    return count


def answers_for(user: User, *, now: datetime) -> list[dict[str, str]]:
    """What leads answered of what the person asked and has not opened, for the open station."""
    answered = Grant.objects.filter(
        reviewer=user,
        answered_by__isnull=False,
        state__in=(State.GIVEN, State.DECLINED),
        task__claim__reviewer=user,
        task__claim__ended_at=None,
        task__state=TaskState.OPEN,
        answered_at__gt=now - HOUR,
    )
    rows = answered.order_by("answered_at").values("pk", "task_id", "step", "state")[:BATCH]
    return [
        {
            "key": str(row["pk"]),
            "id": str(row["task_id"]),
            "step": row["step"],
            "state": row["state"],
        }
        for row in rows
    ]


def requests_for(user: User, *, count: int) -> list[Grant]:
    """What a lead is asked for, oldest first; which field and why, and nothing of its content."""
    asked = Grant.objects.answerable_by(user).select_related(
        "reviewer", "task__field", "task__document__reading", "task__document__submission"
    )
    return list(asked.order_by("created_at", "id")[:count])


def check_open(task: Task) -> None:
    """Whether more may be shown at all. A header is all that is ever shown for a class.

    The page may outlive the slit; who may no longer see the one sees nothing of the other.
    """
    if task.state not in (TaskState.OPEN, TaskState.DECIDED):
        raise Gone("This was decided, and the slit is closed.")
    if task.asks_class:
        raise NotPossible("The header is all that is shown. If it does not tell, press E.")


def _has_page(task: Task) -> bool:
    """Whether the page behind a slit is still there, of a document or of a known answer."""
    sight = sight_of(task)
    return sight is not None and sight.image.shredded_at is None


def _standing(task: Task, user: User, now: datetime) -> list[Grant]:
    """What waits for a lead, and what a lead gave that was not opened yet."""
    grants = Grant.objects.filter(task=task, reviewer=user)
    waits, given = grants.filter(state=State.ASKED), grants.usable(now).filter(until=None)
    return [*waits.select_related("task__field"), *given.select_related("task__field")]


def _left(user: User, step: Step, now: datetime) -> int:
    """How often the person may still take a step alone in this hour."""
    alone = RUNGS[step].alone
    taken = Grant.objects.filter(
        reviewer=user, step=step, answered_by=None, state=State.GIVEN, created_at__gt=now - HOUR
    )
    return alone - taken[:alone].count() if alone else 0


def _record(tag: Tag, grant: Grant, actor: Actor, **facts: Any) -> None:
    task = grant.task
    audit.record(
        tag,
        actor=actor,
        subject=task.pk,
        organisation=task.organisation_id,
        document=task.document_id,
        workspace=task.workspace_id,
        page=task.page,
        **task.topic,
        **facts,
    )
