"""Known answers among what a person takes, told from the rest by nothing they are sent."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from random import SystemRandom

from apps.accounts.models import User
from apps.base.ids import uuid7
from apps.review.models import Claim, KnownAnswer, Task
from apps.review.rules import Reason, State, Turn
from apps.review.services.quality import rule_in_force

LEASE = timedelta(minutes=10)  # of a claim
AROUND = timedelta(minutes=3)  # of a neighbour's birth; an id tells when it was made

chance = SystemRandom()


def mix(user: User, taken: Sequence[Task], *, claim: Claim, same_field: bool) -> list[Task]:
    """Put known answers beside some tasks, by lot; what was put there.

    Each is of the class of its neighbour, so that nobody meets a passport among invoices, and of
    the same field if the person asked for one. Nobody is given a known answer twice.
    """
    share = rule_in_force().known_share
    drawn = [one for one in taken if not one.asks_class and chance.random() < share]
    made: list[Task] = []
    for neighbour in drawn:
        known = _fitting(user, neighbour, same_field=same_field, without=made)
        if known is not None:
            made.append(_beside(neighbour, known, user, claim))
    Task.objects.bulk_create(made)
    return made


def end(claim: Claim) -> None:
    """Take back the known answers of a claim that nobody decided, those passed on included."""
    given = Task.objects.open().filter(known__isnull=False, reader=claim.reviewer_id)
    given.update(state=State.WITHDRAWN, claim=None)


def _fitting(
    user: User, neighbour: Task, *, same_field: bool, without: Iterable[Task]
) -> KnownAnswer | None:
    """One that the person was never given, drawn by lot."""
    pool = KnownAnswer.objects.filter(
        organisation_id=neighbour.organisation_id,
        doctype=neighbour.doctype,
        retired_at=None,
        crop__shredded_at=None,
        image__shredded_at=None,
    )
    if same_field:
        pool = pool.filter(name=neighbour.name)
    pool = pool.exclude(tasks__reader=user).exclude(pk__in=[one.known_id for one in without])
    keys = list(pool.values_list("pk", flat=True)[:500])
    return pool.select_related("crop").get(pk=chance.choice(keys)) if keys else None


def _beside(neighbour: Task, known: KnownAnswer, user: User, claim: Claim) -> Task:
    """As if it had been opened a little before or after its neighbour."""
    away = AROUND * chance.uniform(-1, 1)
    born = min(neighbour.created_at + away, claim.until - LEASE)  # nothing is born tomorrow
    blind = neighbour.blind or neighbour.turn == Turn.SECOND
    return Task(
        id=uuid7(at=born),
        created_at=born,
        organisation_id=neighbour.organisation_id,
        workspace_id=neighbour.workspace_id,
        known=known,
        doctype=known.doctype,
        name=known.name,
        kind=known.kind,
        language=known.language,
        reason=Reason(known.reason),
        turn=Turn.FIRST,
        blind=blind,
        due_at=neighbour.due_at + away,
        crop=known.crop,
        geometry=known.geometry,
        claim=claim,
        reader=user,
    )
