"""Alike digits side by side: which tiles a person gets, each tile, and what they say of them."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.accounts.models import User
from apps.audit import services as audit
from apps.audit.tags import Tag
from apps.base.errors import Gone, NotPossible
from apps.extraction.models import Content
from apps.review import permissions
from apps.review.crops import Frame
from apps.review.digits import Doubt, Tile, grouped, is_few_digits
from apps.review.glyphs import cut
from apps.review.ladder import Step
from apps.review.models import Decision, Task
from apps.review.readings import Characters, characters
from apps.review.refusals import NotSettled
from apps.review.rules import Reason, Verdict
from apps.review.services import exposures
from apps.review.services.asked import cipher_of, rule_of, suggested
from apps.review.services.decisions import Answer, decide
from apps.vault import services as vault

CHOSEN = 1  # where the evidence says how sure it is that this is the value meant
NO_DIGITS = "This slit is read as a whole. Find it under One."
UNSEEN = "Not every digit of it was shown. Load the page again."


def groups(user: User, *, now: datetime) -> list[list[Tile]]:
    """Doubtful digits under the person's claim, alike ones together, the largest group first.

    A field in which they found an odd one does not come again.
    """
    held = Task.objects.open().held_by(user, now).order_by("due_at", "id")
    fitting = [(task, laid) for task in held if (laid := _few_digits(task))]
    odd = _did(Tag.DIGITS_DOUBTED, user, [task.pk for task, _ in fitting])
    tiles = [
        tile for task, laid in fitting if str(task.pk) not in odd for tile in _tiles(task, *laid)
    ]
    return grouped(tiles)


@transaction.atomic
def glyph(task: Task, position: int, *, user: User, now: datetime) -> bytes:
    """The picture of one doubtful digit, cut from the slit, for whoever holds the task.

    Raises:
        NotFound, NotAllowed, NotPossible: see `permissions.check_holds`; or it is no such digit.
        Gone: the slit was decided and destroyed.
    """
    permissions.check_holds(user, task, now=now)
    _, laid = _check_few_digits(task)
    if position not in laid.doubtful or task.crop is None:
        raise NotPossible(NO_DIGITS)
    narrowed = _narrowed(task.geometry, laid.places[position])
    told = exposures.extent_of(narrowed).told
    _record(Tag.GLYPH_DELIVERED, task, user, subject=_named(task, position), **told)
    exposures.keep(task, user, step=Step.SLIT, geometry=narrowed, now=now)
    with vault.open(task.crop, actor=user.actor, purpose="digit") as slit:
        return cut(slit.read(), window=narrowed["window"])


@transaction.atomic
def confirm(task: Task, *, key: UUID, shown_ms: int, user: User, now: datetime) -> Decision:
    """Take a field as it was read, since a person saw each doubtful digit of it and none was odd.

    The same key again gives the same decision.

    Raises:
        NotSettled: a digit of it was never shown to them.
        NotFound, NotAllowed, NotPossible, Gone: see `decide`; or its doubt is no few digits.
    """
    if before := Decision.objects.filter(key=key, reviewer=user, task=task).first():
        return before
    permissions.check_holds(user, task, now=now)
    content, laid = _check_few_digits(task)
    names = {_named(task, position) for position in laid.doubtful}
    if names - _did(Tag.GLYPH_DELIVERED, user, names):
        raise NotSettled(UNSEEN)
    answer = Answer(key, Verdict.ACCEPTED, content.value, shown_ms=shown_ms)
    decision = decide(task, answer, user=user, now=now)
    _record(Tag.DIGITS_CONFIRMED, task, user, digits=len(laid.doubtful))
    return decision


@transaction.atomic
def doubt(task: Task, *, user: User, now: datetime) -> None:
    """Note that a digit of it looks like another one: it is read as a whole, one by one.

    Doing it twice notes it twice and changes nothing.
    """
    permissions.check_holds(user, task, now=now)
    _record(Tag.DIGITS_DOUBTED, task, user)


def _few_digits(task: Task) -> tuple[Content, Characters] | None:
    """What a task says and where its characters stand, if a few digits are all its doubt."""
    if task.asks_class or task.crop_id is None:
        return None
    read = suggested(task, cipher_of(task))
    content = read.content
    laid = characters(content.value, content.glyphs, Frame(*task.geometry["frame"]))
    judged = Doubt(
        value=content.value,
        doubtful=laid.doubtful,
        placed=bool(laid.places),
        chosen=_chosen(task),
        reason=Reason(task.reason),
        passes=not read.failed and not read.flags,
        blind=task.blind or rule_of(task).readers > 1,
    )
    return (content, laid) if is_few_digits(judged) else None


def _chosen(task: Task) -> float:
    """How sure it is that this is the value meant; of a known answer that is known."""
    evidence = task.field.evidence if task.field else []
    return evidence[CHOSEN] if evidence else float(task.known_id is not None)


def _check_few_digits(task: Task) -> tuple[Content, Characters]:
    if task.crop is not None and task.crop.shredded_at:
        raise Gone("This was decided, and the slit is closed.")
    found = _few_digits(task)
    if found is None:
        raise NotPossible(NO_DIGITS)
    return found


def _tiles(task: Task, content: Content, laid: Characters) -> Iterator[Tile]:
    for position in laid.doubtful:
        yield Tile(task.pk, task.sealed_under, position, content.value[position])


def _narrowed(geometry: Mapping[str, Any], place: tuple[float, float]) -> dict[str, Any]:
    """How one character of a slit lies on the page: its window no wider than the character."""
    left, top, width, height = geometry["window"]
    start, end = max(place[0], left), min(sum(place), left + width)
    share = geometry["share"] * (end - start) / width
    return {**geometry, "window": [start, top, end - start, height], "share": share}


def _did(tag: Tag, user: User, among: Iterable[object]) -> set[str]:
    return audit.subjects(tag, actor=user.actor, among=among, organisation=user.organisation_id)


def _named(task: Task, position: int) -> str:
    """One character of a task, as the trail names it."""
    return f"{task.pk}/{position}"


def _record(tag: Tag, task: Task, user: User, *, subject: str = "", **facts: Any) -> None:
    audit.record(
        tag,
        actor=user.actor,
        subject=subject or task.pk,
        organisation=task.organisation_id,
        document=task.document_id,
        workspace=task.workspace_id,
        page=task.page,
        **{**task.topic, **facts},
    )
