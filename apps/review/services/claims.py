"""Leases on tasks: of two reviewers, each gets other slits."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from apps.accounts.models import User
from apps.audit.tags import Tag
from apps.review import permissions
from apps.review.models import Claim, Task, TaskQuerySet
from apps.review.models.scopes import Lane, lanes_of
from apps.review.services import mixing
from apps.review.services.final import record_each, seal_all
from apps.review.services.mixing import LEASE

BATCH = 12  # tasks under one claim
SAME_DOCUMENT = 4  # tasks of one document at a time, so that nobody rebuilds a record
MOST_ENDED = 50  # claims that ran out, ended at one go


@dataclass(slots=True)
class _Hand:
    """What a person holds, or is about to: no more than a batch, and few of one document."""

    most: int = BATCH
    of_document: Counter[UUID | None] = field(default_factory=Counter)
    fields: set[UUID | None] = field(default_factory=set)
    taken: list[Task] = field(default_factory=list)

    @property
    def missing(self) -> int:
        return max(0, self.most - self.of_document.total())

    @property
    def full(self) -> list[UUID]:
        """Documents of which no more may be held."""
        held = self.of_document.items()
        return [one for one, count in held if one is not None and count >= SAME_DOCUMENT]

    def take(self, tasks: Iterable[Task]) -> None:
        """As many as fit; of two readings of a field only one."""
        for task in tasks:
            fits = self.of_document[task.document_id] < SAME_DOCUMENT
            if self.missing and fits and not self._reads(task):
                self.of_document[task.document_id] += 1
                self.fields.add(task.field_id)
                self.taken.append(task)

    def make_room(self, places: int) -> None:
        """Leave the last ones to others where a batch would be larger than any."""
        surplus = places - self.missing
        if surplus > 0:
            del self.taken[-surplus:]

    def _reads(self, task: Task) -> bool:
        return task.field_id is not None and task.field_id in self.fields


def claim(user: User, *, now: datetime, field: str = "", most: int = BATCH) -> Claim | None:
    """The person's claim, renewed and filled up to a batch; None if nothing waits for them.

    `field` is the one name to take slits of, for who reads the same field down many documents;
    `most` is more than usual for who looks at no more than digits of them.

    Raises:
        NotAllowed: the person is no reviewer.
        NotPossible: their reviewing is paused.
    """
    permissions.check_can_review(user)
    permissions.check_not_paused(user)
    release_expired(now=now)
    try:
        return _fill(user, now, field, most)
    except IntegrityError:  # a second tab was faster by a moment
        return _open_claim(user, now)


@transaction.atomic
def heartbeat(user: User, *, now: datetime) -> Claim | None:
    """Renew the claim of a person who is still there; None if it ran out.

    Raises:
        NotPossible: their reviewing is paused.
    """
    permissions.check_not_paused(user)
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
    over = Claim.objects.filter(ended_at=None, until__lte=now).order_by("until")
    ids = list(over.values_list("pk", flat=True)[:MOST_ENDED])
    return sum([_end_expired(pk, now) for pk in ids])


@transaction.atomic
def _fill(user: User, now: datetime, field: str, most: int) -> Claim | None:
    held = _open_claim(user, now)
    hand = _hand_of(held, most)
    of_field = {"name": field} if field else {}
    _take_free(user, hand, [{**lane, **of_field} for lane in lanes_of(user)])
    if held is None and not hand.taken:
        return None
    if held is None:
        assert user.organisation_id is not None  # nobody else has tasks
        held = Claim(reviewer=user, organisation_id=user.organisation_id)
    held.until = now + LEASE
    held.save()
    mixed = mixing.mix(user, hand.taken, claim=held, same_field=bool(field))
    hand.make_room(len(mixed))
    Task.objects.filter(pk__in=_keys(hand.taken)).update(claim=held, reader=user)
    record_each(Tag.TASK_CLAIMED, [*hand.taken, *mixed], user.actor, claim=str(held.pk))
    return held


def _open_claim(user: User, now: datetime) -> Claim | None:
    return Claim.objects.filter(reviewer=user, ended_at=None, until__gt=now).first()


def _hand_of(held: Claim | None, most: int) -> _Hand:
    """What is under a claim and still open."""
    hand = _Hand(most)
    if held is not None:
        for document, of_field in (
            Task.objects.open().filter(claim=held).values_list("document_id", "field_id")
        ):
            hand.of_document[document] += 1
            hand.fields.add(of_field)
    return hand


def _take_free(user: User, hand: _Hand, lanes: Sequence[Lane]) -> None:
    """What is due first; rows that another reviewer is taking at this moment are passed over.

    Of each lane no more rows are looked at than may be taken: who comes at the same moment gets
    the others. Each lane is walked along one index, however many tasks wait.
    """
    free = Task.objects.select_for_update(skip_locked=True, of=("self",)).free_for(user)
    passed: list[UUID] = []
    while hand.missing:
        rest = free.exclude(document__in=hand.full).exclude(pk__in=passed)
        found = sorted(_next_of(rest, hand, lanes), key=lambda one: (one.due_at, one.pk))
        if not found:
            return
        passed += _keys(found)
        hand.take(found)


def _next_of(free: TaskQuerySet, hand: _Hand, lanes: Sequence[Lane]) -> Iterator[Task]:
    for lane in lanes:
        yield from free.filter(**lane).order_by("due_at", "id")[: hand.missing]


@transaction.atomic
def _end_expired(pk: UUID, now: datetime) -> bool:
    """End one claim, unless somebody is ending or renewing it at this moment."""
    locked = Claim.objects.select_for_update(skip_locked=True, of=("self",))
    over = locked.filter(pk=pk, ended_at=None, until__lte=now).select_related("reviewer")
    if one := over.first():
        _end(one, now)
    return one is not None


def _end(held: Claim, now: datetime) -> int:
    """Known answers that were not decided are given to nobody else, so they are over."""
    actor = held.reviewer.actor
    seal_all(held, actor=actor)
    held.ended_at = now
    held.save(update_fields=["ended_at"])
    mixing.end(held)
    back = list(Task.objects.open().filter(claim=held))
    Task.objects.filter(pk__in=_keys(back)).update(claim=None, reader=None)
    record_each(Tag.TASK_RELEASED, back, actor, claim=str(held.pk))
    return len(back)


def _keys(tasks: Iterable[Task]) -> list[UUID]:
    return [task.pk for task in tasks]
