"""Leases on tasks: of two reviewers, each gets other slits."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from apps.accounts.models import User
from apps.audit import services as audit
from apps.audit.tags import Tag
from apps.base.types import Actor
from apps.review import permissions
from apps.review.models import Claim, Task
from apps.review.services.decisions import seal_all

LEASE = timedelta(minutes=10)
BATCH = 12  # tasks under one claim
SAME_DOCUMENT = 4  # tasks of one document at a time, so that nobody rebuilds a record


def claim(user: User, *, now: datetime) -> Claim | None:
    """The person's claim, renewed and filled up to a batch; None if nothing waits for them.

    Raises:
        NotAllowed: the person is no reviewer.
    """
    permissions.check_can_review(user)
    release_expired(now=now)
    try:
        return _fill(user, now)
    except IntegrityError:  # a second tab was faster by a moment
        return _open_claim(user, now)


@transaction.atomic
def heartbeat(user: User, *, now: datetime) -> Claim | None:
    """Renew the claim of a person who is still there; None if it ran out."""
    live = Claim.objects.filter(reviewer=user, ended_at=None, until__gt=now)
    if not live.update(until=now + LEASE):
        return None
    return _open_claim(user, now)


@transaction.atomic
def release(user: User, *, now: datetime) -> int:
    """Give back what was not decided and make final what was; how many went back."""
    held = Claim.objects.select_for_update().filter(reviewer=user, ended_at=None).first()
    return _end(held, now) if held else 0


def release_expired(*, now: datetime) -> int:
    """End every claim whose time is over; how many there were."""
    with transaction.atomic():
        over = Claim.objects.select_for_update(skip_locked=True).filter(
            ended_at=None, until__lte=now
        )
        ended = list(over.order_by("until")[:50])
        for one in ended:
            _end(one, now)
    return len(ended)


@transaction.atomic
def _fill(user: User, now: datetime) -> Claim | None:
    held = _open_claim(user, now)
    taken = _free_tasks(user, _held_of_documents(held))
    if held is None and not taken:
        return None
    if held is None:
        assert user.organisation_id is not None  # nobody else has tasks
        held = Claim(reviewer=user, organisation_id=user.organisation_id)
    held.until = now + LEASE
    held.save()
    Task.objects.filter(pk__in=_keys(taken)).update(claim=held)
    for task in taken:
        _record(Tag.TASK_CLAIMED, task, user.actor, held)
    return held


def _open_claim(user: User, now: datetime) -> Claim | None:
    return Claim.objects.filter(reviewer=user, ended_at=None, until__gt=now).first()


def _held_of_documents(held: Claim | None) -> Counter[UUID]:
    """How many open tasks of each document are under a claim."""
    if held is None:
        return Counter()
    return Counter(Task.objects.open().filter(claim=held).values_list("document_id", flat=True))


def _free_tasks(user: User, of: Counter[UUID]) -> list[Task]:
    """Oldest first; rows that another reviewer is taking at this moment are passed over.

    No more rows are looked at than may be taken: who comes at the same moment gets the others.
    """
    taken: list[Task] = []
    while (missing := BATCH - of.total()) > 0:
        full = [document for document, held in of.items() if held >= SAME_DOCUMENT]
        free = Task.objects.select_for_update(skip_locked=True, of=("self",)).workable_by(user)
        free = free.filter(claim=None).exclude(document__in=full).exclude(pk__in=_keys(taken))
        found = list(free.order_by("created_at", "id")[:missing])
        for task in found:
            if of[task.document_id] < SAME_DOCUMENT:
                of[task.document_id] += 1
                taken.append(task)
        if not found:
            break
    return taken


def _end(held: Claim, now: datetime) -> int:
    seal_all(held, actor=held.reviewer.actor)
    held.ended_at = now
    held.save(update_fields=["ended_at"])
    back = list(Task.objects.open().filter(claim=held))
    Task.objects.filter(pk__in=_keys(back)).update(claim=None)
    for task in back:
        _record(Tag.TASK_RELEASED, task, held.reviewer.actor, held)
    return len(back)


def _keys(tasks: Sequence[Task]) -> list[UUID]:
    return [task.pk for task in tasks]


def _record(tag: Tag, task: Task, actor: Actor, held: Claim) -> None:
    audit.record(
        tag,
        actor=actor,
        subject=task.pk,
        organisation=task.organisation_id,
        document=task.document_id,
        claim=str(held.pk),
    )
