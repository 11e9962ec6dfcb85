"""A lead takes what came up to them, and says which of two readers is right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.accounts.models import User
from apps.audit.tags import Tag
from apps.base.errors import NotPossible
from apps.review import permissions
from apps.review.models import Claim, Decision, Task
from apps.review.rules import State, Trouble, Turn, Verdict
from apps.review.services import assigning
from apps.review.services.asked import cipher_of
from apps.review.services.decisions import Answer, decide
from apps.review.services.final import record
from apps.review.services.looking import NO_VALUE, item
from apps.review.services.mixing import LEASE
from apps.review.services.people import is_by_kind
from apps.review.titles import CLASS, TITLES

TAKEN = "Somebody else has it in hand, or it was decided. The list shows what is left."
TYPED = "typed"
WORDLESS = {words: verdict for verdict, words in NO_VALUE.items()}


@dataclass(frozen=True, slots=True)
class Difference:
    """What two readers said of one slit, neither of them named."""

    task: Task
    shown: Mapping[str, Any]  # as the station shows it

    @property
    def choices(self) -> Sequence[tuple[str, str, bool]]:
        """Place, words, and whether it is a value that passes the checks."""
        return [
            (str(at), one["value"] or one["said"], one["value"] in self.shown["passing"])
            for at, one in enumerate(self.shown["differ"])
        ]


@transaction.atomic
def take(task: Task, *, user: User, now: datetime) -> None:
    """Put one task that came up into a lead's own hands, beside what they hold.

    Raises:
        NotAllowed: the person is no lead, or their reviewing is paused.
        NotPossible: somebody holds it, it was decided, or it is none that they may decide.
    """
    permissions.check_can_lead(user)
    permissions.check_not_paused(user)
    rooms = user.memberships.values("workspace")
    free = Task.objects.select_for_update(of=("self",)).free_for(user)
    found = free.filter(pk=task.pk, escalated=True, workspace__in=rooms).first()
    if found is None:
        raise NotPossible(TAKEN)
    held = Claim.objects.filter(reviewer=user, ended_at=None, until__gt=now).first()
    held = held or Claim(reviewer=user, organisation_id=task.organisation_id)
    held.until = now + LEASE
    held.save()
    Task.objects.filter(pk=task.pk).update(claim=held, reader=user)
    record(Tag.TASK_CLAIMED, found, user.actor, claim=str(held.pk))


@transaction.atomic
def difference(task: Task, *, user: User, now: datetime) -> Difference:
    """What two readers said, for who holds their difference; that it was shown is recorded.

    Raises:
        NotFound, NotAllowed, NotPossible: see `permissions.check_holds`.
    """
    permissions.check_can_lead(user)
    permissions.check_holds(user, task, now=now)
    if task.turn != Turn.THIRD or task.state != State.OPEN:
        raise NotPossible("There is no difference to settle here.")
    record(Tag.READINGS_SHOWN, task, user.actor)
    return Difference(task, item(task, cipher_of(task)))


@transaction.atomic
def settle(
    task: Task, choice: str, *, typed: str, overrides: bool, key: UUID, user: User, now: datetime
) -> Decision:
    """Decide a difference by one of its two answers or a third, as any slit is decided.

    `choice` is the place of an answer, or `typed`. The same key again gives the same decision.

    Raises:
        NotFound, NotAllowed, NotPossible: see `decisions.decide`.
    """
    permissions.check_can_lead(user)
    permissions.check_holds(user, task, now=now)
    value, words = (typed, "") if choice == TYPED else _chosen(task, choice)
    verdict = Verdict.CORRECTED if value or not words else WORDLESS[words]
    trouble = Trouble.BLURRED if verdict is Verdict.UNREADABLE else ""
    answer = Answer(key, verdict, value, trouble=trouble, overrides=overrides)
    return decide(task, answer, user=user, now=now)


def _chosen(task: Task, choice: str) -> tuple[str, str]:
    """The value of one of two answers, or the words of one that gave none."""
    said = item(task, cipher_of(task))["differ"]
    if not choice.isdecimal() or int(choice) >= len(said):
        raise NotPossible("There is no such answer. Load the page again.")
    return said[int(choice)]["value"], said[int(choice)]["said"]


@transaction.atomic
def divide(wanted: Mapping[UUID, set[str]], *, user: User) -> None:
    """Say which kinds of fields each of some people may take; all kinds is no narrowing at all.

    Scopes that name more than a kind stay as they are.

    Raises:
        NotAllowed, NotFound, NotPossible: see `assigning.assign`; or somebody would have nothing.
    """
    every = set(TITLES) - {CLASS}
    assert user.organisation_id is not None  # nobody else may direct
    people = User.objects.filter(pk__in=wanted, organisation_id=user.organisation_id)
    for person in people.order_by("pk"):
        permissions.check_can_direct_person(user, person)
        kinds = wanted[person.pk]
        scopes = assigning.scopes_of(person)
        before = {scope.kind: scope for scope in scopes if is_by_kind(scope)}
        if not kinds and len(before) == len(scopes):
            raise NotPossible(f"{person.name} would have nothing to take. Tick at least one kind.")
        now = set() if kinds >= every else kinds
        for kind in sorted(now - set(before)):
            assigning.assign(person, user=user, kind=kind)
        for kind in sorted(set(before) - now):
            assigning.unassign(before[kind], user=user)
