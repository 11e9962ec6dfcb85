"""How well people read: known answers they met, and what happens when too many are missed."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from apps.accounts.models import User
from apps.audit import services as audit
from apps.audit.tags import Tag
from apps.base.errors import NotPossible
from apps.base.types import Actor
from apps.review import permissions
from apps.review.accuracy import Accuracy, usual_seconds
from apps.review.models import Decision, Pause, QualityRule
from apps.review.rules import DECIDING, PauseReason, State
from apps.review.services.asked import cipher_of
from apps.review.services.final import record

SYSTEM = Actor("system:review")
FLOOR = 0.8  # accuracy below which a person's reviewing is paused, unless a lead says otherwise
MOST_KNOWN = 0.05  # of slits
LATEST = 50  # known answers that count for a pause
LATELY = timedelta(days=30)  # that the figures look back


@dataclass(frozen=True, slots=True)
class Figures:
    """How one person reads one kind of field."""

    reviewer: User
    kind: str  # of the field; empty: a class
    accuracy: Accuracy  # on known answers
    seconds: float | None  # median on screen, of all decisions


def rule_in_force() -> QualityRule:
    """The latest rule of the organisation in scope; that of the installation if it set none."""
    usual = min(settings.KNOWN_ANSWERS_PER_MILLE / 1000, MOST_KNOWN)
    return QualityRule.objects.order_by("-id").first() or QualityRule(
        known_share=usual, tells_misses=False, floor=FLOOR
    )


@transaction.atomic
def set_quality(user: User, *, known_share: float, tells_misses: bool, floor: float) -> QualityRule:
    """Say how reviewers are made sure of from now on.

    Raises:
        NotAllowed: see `permissions.check_can_direct`.
    """
    permissions.check_can_direct(user, None)
    assert user.organisation_id is not None  # nobody else may direct
    rule = QualityRule.objects.create(
        organisation_id=user.organisation_id,
        known_share=known_share,
        tells_misses=tells_misses,
        floor=floor,
        set_by=user,
    )
    audit.record(
        Tag.QUALITY_RULE_SET,
        actor=user.actor,
        subject=rule.pk,
        organisation=rule.organisation_id,
        known_per_mille=round(known_share * 1000),
        tells_misses=tells_misses,
        floor_per_mille=round(floor * 1000),
    )
    return rule


def missed(decision: Decision, *, now: datetime) -> None:
    """What follows from a known answer that was missed: a word at once, a pause, or nothing.

    What was told can no longer be taken back. Called inside the decision's own transaction.
    """
    rule, task = rule_in_force(), decision.task
    if rule.tells_misses:
        Decision.objects.filter(pk=decision.pk).update(told=True)
        decision.told = True
        if task.move(State.SEALED):
            record(Tag.DECISION_SEALED, task, decision.reviewer.actor)
    if lately(decision.reviewer).is_below(rule.floor):
        _pause(decision.reviewer, PauseReason.KNOWN_ANSWERS, actor=SYSTEM)


def feedback_on(decision: Decision) -> str:
    """What somebody is told of a known answer they missed; empty if nothing is said."""
    if not decision.told or decision.task.known is None:
        return ""
    truth = decision.task.known.answer(cipher_of(decision.task)).value
    return f"This one was a test, and its answer is known: {truth}"


def lately(reviewer: User) -> Accuracy:
    """A person's latest known answers, since their last pause ended."""
    answers = Decision.objects.filter(reviewer=reviewer, met__isnull=False, undone=False)
    paused = Pause.objects.filter(reviewer=reviewer, ended_at__isnull=False)
    if last := paused.order_by("-ended_at").values_list("ended_at", flat=True).first():
        answers = answers.filter(created_at__gt=last)
    met = list(answers.order_by("-id").values_list("met", flat=True)[:LATEST])
    return Accuracy(sum(bool(one) for one in met), len(met))


def figures_of(reviewers: Iterable[User], *, now: datetime) -> list[Figures]:
    """How each of some people reads each kind of field, over the last thirty days."""
    by_id = {one.pk: one for one in reviewers}
    decided = Decision.objects.filter(
        reviewer__in=by_id, created_at__gte=now - LATELY, undone=False, verdict__in=DECIDING
    )
    rows = decided.values_list("reviewer_id", "task__kind", "met", "shown_ms")
    met: dict[tuple[UUID, str], list[bool]] = defaultdict(list)
    shown: dict[tuple[UUID, str], list[int]] = defaultdict(list)
    for reviewer, kind, was_met, milliseconds in rows.iterator():
        shown[reviewer, kind].append(milliseconds)
        if was_met is not None:
            met[reviewer, kind].append(was_met)
    return [
        Figures(
            reviewer=by_id[reviewer],
            kind=kind,
            accuracy=Accuracy(sum(met[reviewer, kind]), len(met[reviewer, kind])),
            seconds=usual_seconds(shown[reviewer, kind]),
        )
        for reviewer, kind in sorted(shown, key=lambda key: (by_id[key[0]].name, key[1]))
    ]


@transaction.atomic
def pause(reviewer: User, *, user: User) -> Pause:
    """Let a person's reviewing rest. Doing it twice is doing it once.

    Raises:
        NotAllowed, NotFound: see `permissions.check_can_direct_person`.
    """
    permissions.check_can_direct_person(user, reviewer)
    return _pause(reviewer, PauseReason.LEAD, actor=user.actor)


@transaction.atomic
def resume(reviewer: User, *, user: User, now: datetime) -> None:
    """Let a person go on; what they missed before no longer counts for a pause.

    Raises:
        NotAllowed, NotFound: see `permissions.check_can_direct_person`.
        NotPossible: nothing rests, or a lead would let themselves go on.
    """
    permissions.check_can_direct_person(user, reviewer)
    if user == reviewer:
        raise NotPossible("Somebody else must let you go on.")
    rests = Pause.objects.filter(reviewer=reviewer, ended_at=None)
    if not rests.update(ended_at=now, ended_by=user):
        raise NotPossible("Their reviewing does not rest.")
    _record(Tag.REVIEWER_RESUMED, reviewer, user.actor)


def _pause(reviewer: User, because: PauseReason, *, actor: Actor) -> Pause:
    assert reviewer.organisation_id is not None  # a reviewer belongs to one
    rest, new = Pause.objects.get_or_create(
        reviewer=reviewer,
        ended_at=None,
        defaults={"organisation_id": reviewer.organisation_id, "because": because},
    )
    if new:
        _record(Tag.REVIEWER_PAUSED, reviewer, actor, reason=because.value)
    return rest


def _record(tag: Tag, reviewer: User, actor: Actor, **facts: Any) -> None:
    audit.record(
        tag, actor=actor, subject=reviewer.pk, organisation=reviewer.organisation_id, **facts
    )
