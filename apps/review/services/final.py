"""When a decision can no longer be taken back, and what follows from it."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.audit import services as audit
from apps.audit.tags import Tag
from apps.base.types import Actor
from apps.jobs import services as jobs
from apps.review.models import Claim, Task
from apps.review.rules import State
from apps.review.services import lessons
from apps.review.services.agreeing import conclude
from apps.vault import services as vault

TAKE_BACK = timedelta(seconds=60)  # how long a decision can be taken back
LATE = 500  # decisions made final at one go


def seal_all(claim: Claim, *, actor: Actor) -> int:
    """Make every decision of a claim final; how many there were.

    Job by job, in an order that all keep: two who leave at once wait for one another in a row.
    """
    return _seal(_decided().filter(claim=claim).order_by("job_id", "pk"), actor)


def seal_late(*, now: datetime, actor: Actor) -> int:
    """Make final what could be taken back for long enough, as far as one go reaches; how many.

    It happens apart from deciding: who presses Enter waits for no job, key or slit of others.
    """
    late = _decided().filter(moved_at__lte=now - TAKE_BACK)
    return _seal(late.order_by("moved_at")[:LATE], actor)


@transaction.atomic(savepoint=False)
def seal(task: Task, *, actor: Actor) -> bool:
    """Make one decision final. Of two who do it, one does.

    Once a field is settled, its slit goes, its lesson is learned, and its job is woken. The job is
    locked before the task, as by whoever stops or withdraws it.
    """
    if task.job_id is not None:
        jobs.hold(task.job_id)
    if not task.move(State.SEALED):
        return False
    facts: dict[str, Any] = {}
    if task.known_id is None and (settled := conclude(task)) is not None:
        facts = _settle(task, settled, actor)
    record(Tag.DECISION_SEALED, task, actor, **facts)
    return True


def record(tag: Tag, task: Task, actor: Actor, **facts: Any) -> None:
    """Put on the trail what happened to a task."""
    audit.record(
        tag,
        actor=actor,
        subject=task.pk,
        organisation=task.organisation_id,
        document=task.document_id,
        workspace=task.workspace_id,
        **task.topic,
        **facts,
    )


def record_each(tag: Tag, tasks: Iterable[Task], actor: Actor, **facts: Any) -> None:
    """The same of several tasks of one organisation."""
    by_organisation: dict[UUID, list[Task]] = defaultdict(list)
    for task in tasks:
        by_organisation[task.organisation_id].append(task)
    for organisation, own in by_organisation.items():
        several = [
            {
                "subject": task.pk,
                "document": task.document_id,
                "workspace": task.workspace_id,
                **task.topic,
            }
            for task in own
        ]
        audit.record_each(tag, several, actor=actor, organisation=organisation, **facts)


def _settle(last: Task, settled: Task, actor: Actor) -> dict[str, bool]:
    """What follows once no turn at a field is waited for; the trail's word on the machine."""
    for one in {last.crop_id: last.crop, settled.crop_id: settled.crop}.values():
        if one is not None:
            vault.let_go(one, actor=actor, reason="decided")
    assert last.job is not None  # it is of a document
    jobs.wake(last.job, actor=actor)
    return lessons.learn(settled)


def _decided() -> Any:
    tasks = Task.objects.filter(state=State.DECIDED)
    return tasks.select_related("decision", "field", "document__reading", "crop", "job")


def _seal(tasks: Iterable[Task], actor: Actor) -> int:
    return sum([seal(task, actor=actor) for task in tasks])
