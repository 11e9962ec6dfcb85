"""What people say of slits: saved at once, taken back for a while, then final."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from apps.accounts.models import User
from apps.audit import services as audit
from apps.audit.tags import Tag
from apps.base.errors import NotPossible
from apps.base.types import Actor
from apps.extraction import doctypes, kept
from apps.extraction import services as extraction
from apps.extraction.doctypes import DocType, FieldRule
from apps.extraction.guards.signs import cleaned
from apps.extraction.models import Content
from apps.extraction.typed import means_the_same
from apps.jobs import services as jobs
from apps.review import permissions
from apps.review.models import Claim, Decision, Task
from apps.review.rules import OF_A_CLASS, OF_A_FIELD, State, Verdict
from apps.review.services import lessons
from apps.vault import services as vault

COLUMN = "decision.sealed"  # where a decision's value is sealed
LONGEST = 500  # characters of a value
TAKE_BACK = timedelta(seconds=60)  # how long a decision can be taken back
DEEP = 10  # decisions that can be taken back
ENOUGH_SKIPS = 2  # after which a task goes to a lead
OTHERWISE = "This slit asks something else. Load the page again."
TOO_LATE = "This was decided or withdrawn before you."
UNSEEN = "This value is flagged: look at its slit first. Without one, say that it cannot be read."


@dataclass(frozen=True, slots=True)
class Answer:
    """What came from the station for one task."""

    key: UUID
    verdict: Verdict
    value: str = ""
    doctype: str = ""  # the class, where one is asked
    trouble: str = ""
    overrides: bool = False  # a failing check was seen and confirmed
    shown_ms: int = 0


@transaction.atomic
def decide(task: Task, answer: Answer, *, user: User, now: datetime) -> Decision:
    """Save what a person said. The same key again gives the same decision.

    Raises:
        NotFound, NotAllowed: see `permissions.check_holds`.
        NotPossible: the claim ran out, somebody decided, the consent was taken back, a check fails
            and was not confirmed, or the value is flagged and its slit was not seen.
    """
    if before := Decision.objects.filter(key=answer.key, reviewer=user, task=task).first():
        return before
    permissions.check_holds(user, task, now=now)
    if task.state != State.OPEN:
        raise NotPossible(TOO_LATE)
    _check_fits(task, answer)
    decision = _decision(task, answer, user)
    if answer.verdict is Verdict.UNREADABLE and not task.escalated:
        _pass_on(task, decision, escalated=True)
        return decision
    if not task.move(State.DECIDED, decision=decision, moved_at=now):
        raise NotPossible(TOO_LATE)
    chosen = {"doctype": decision.doctype} if decision.doctype else {}
    _record(Tag.TASK_DECIDED, task, user.actor, verdict=decision.verdict, **chosen)
    seal_older(decision.claim, actor=user.actor)
    return decision


@transaction.atomic
def skip(task: Task, answer: Answer, *, user: User, now: datetime) -> Decision:
    """Leave a task to somebody else; skipped often enough, it goes to a lead."""
    if before := Decision.objects.filter(key=answer.key, reviewer=user, task=task).first():
        return before
    permissions.check_holds(user, task, now=now)
    decision = _decision(task, answer, user)
    _pass_on(task, decision, escalated=task.escalated or task.skips + 1 >= ENOUGH_SKIPS)
    return decision


@transaction.atomic
def undo(user: User, *, now: datetime) -> Task:
    """Take back the person's last decision that is not final, and hold its task again.

    Raises:
        NotPossible: there is none, or its task went on meanwhile.
    """
    last = (
        Decision.objects.select_for_update()
        .filter(claim__reviewer=user, claim__ended_at=None, claim__until__gt=now, undone=False)
        .exclude(verdict=Verdict.UNDONE)
        .order_by("-id")
        .first()
    )
    if last is None or not _reopen(last, now):
        raise NotPossible("There is nothing left to take back.")
    last.undone = True
    last.save(update_fields=["undone"])
    task = Task.objects.select_related("field", "document", "claim").get(pk=last.task_id)
    _record(Tag.DECISION_UNDONE, task, user.actor, verdict=last.verdict)
    return task


def seal_all(claim: Claim, *, actor: Actor) -> int:
    """Make every decision of a claim final; how many there were."""
    return _seal(Task.objects.filter(claim=claim, state=State.DECIDED), actor)


def seal_older(claim: Claim, *, actor: Actor) -> int:
    """Make final what lies deeper than can be taken back."""
    decided = Task.objects.filter(claim=claim, state=State.DECIDED).order_by("-decision_id")
    return _seal(decided[DEEP:], actor)


def seal_late(*, now: datetime, actor: Actor) -> int:
    """Make final what could be taken back for long enough; how many there were."""
    late = Task.objects.filter(state=State.DECIDED, moved_at__lte=now - TAKE_BACK)
    return _seal(late.order_by("moved_at")[:500], actor)


def rule_of(task: Task) -> FieldRule:
    """The rule of the task's field in its document's class."""
    doctype = extraction.doctype_of(task.document)
    if doctype is None or task.field is None:
        raise NotPossible("This document was never read.")
    return doctype.rule(task.field.name)


def choices_of(task: Task) -> list[DocType]:
    """The classes to choose from, likeliest first; the one for none of them last.

    Classes change with the program: what was added meanwhile follows, what was taken away is gone.
    """
    known = {one.name: one for one in doctypes.load_all()}
    ranked = [known[name] for name in task.document.reading.ranked if name in known]
    whole = dict.fromkeys([*ranked, *known.values()])
    return sorted(whole, key=lambda one: one.name == doctypes.NONE_OF_THEM)


def _check_fits(task: Task, answer: Answer) -> None:
    """What is answered must be what was asked.

    Raises:
        NotPossible: a class is asked and a value given, or the other way round.
    """
    troubles = OF_A_CLASS if task.asks_class else OF_A_FIELD
    fits = not answer.trouble or answer.trouble in troubles
    if answer.verdict in (Verdict.ACCEPTED, Verdict.CORRECTED):
        names = [one.name for one in choices_of(task)] if task.asks_class else [""]
        fits = answer.doctype in names
    if answer.verdict is Verdict.BLANK:
        fits = not task.asks_class
    if not fits:
        raise NotPossible(OTHERWISE)


def _decision(task: Task, answer: Answer, user: User) -> Decision:
    assert task.claim is not None
    decision = Decision(
        organisation_id=task.organisation_id,
        task=task,
        reviewer=user,
        claim=task.claim,
        key=answer.key,
        verdict=answer.verdict,
        trouble=answer.trouble,
        doctype=answer.doctype,
        shown_ms=min(answer.shown_ms, 3_600_000),
    )
    if answer.doctype:
        guessed = answer.doctype == task.document.reading.doctype
        decision.verdict = Verdict.ACCEPTED if guessed else Verdict.CORRECTED
    elif answer.verdict in (Verdict.ACCEPTED, Verdict.CORRECTED):
        _put_value(decision, answer, task)
    elif answer.verdict is Verdict.BLANK and task.field and task.field.found:
        decision.right = False
    try:
        decision.save(force_insert=True)
    except IntegrityError as error:
        raise NotPossible("This decision was already saved for another slit.") from error
    return decision


def _put_value(decision: Decision, answer: Answer, task: Task) -> None:
    """Check, seal and compare a value; the server repeats what the browser only advised."""
    _check_seen(task, decision.reviewer)
    rule, printed = rule_of(task), _clean(answer.value)
    normalised, checks = extraction.check_typed(task.document, rule, printed)
    if not all(passed for _, passed in checks) and not answer.overrides:
        raise NotPossible("A check fails. Press Enter again if the paper really says so.")
    cipher = vault.open_values(
        task.document_id, organisation=task.organisation_id, actor=decision.reviewer.actor
    )
    content = kept.without_fragments(Content(printed, normalised), task.document, rule)
    decision.sealed = cipher.seal(content.to_json(), column=COLUMN, row=decision.pk)
    decision.checks = [list(check) for check in checks]
    if task.field and task.field.found:
        decision.right = means_the_same(
            normalised, task.field.content(cipher).normalised, kind=rule.type
        )


def _check_seen(task: Task, user: User) -> None:
    """What is flagged is handed on once a person has seen it, so the trail must say they did."""
    about: dict[str, Any] = {"subject": task.pk, "organisation": task.organisation_id}
    shown = (Tag.CROP_DELIVERED, Tag.LINE_DELIVERED)
    flagged = task.field is not None and bool(task.field.flags)
    if flagged and not audit.happened(*shown, actor=user.actor, **about):
        raise NotPossible(UNSEEN)


def _clean(value: str) -> str:
    """A value in one line, without what the eye does not see."""
    text = cleaned(value)
    if not text or len(text) > LONGEST:
        raise NotPossible(f"A value has 1 to {LONGEST} characters.")
    return text


def _pass_on(task: Task, decision: Decision, *, escalated: bool) -> None:
    """Back to the queue, for others or for a lead."""
    skipped = decision.verdict == Verdict.SKIPPED
    found = Task.objects.open().filter(pk=task.pk, claim=decision.claim)
    if not found.update(escalated=escalated, claim=None, skips=task.skips + skipped):
        raise NotPossible(TOO_LATE)
    tag = Tag.TASK_SKIPPED if skipped else Tag.TASK_ESCALATED
    _record(tag, task, decision.reviewer.actor, reason=decision.trouble or "none")


def _reopen(decision: Decision, now: datetime) -> bool:
    """Give the task back to whoever decided it, if nobody else has it yet."""
    if decision.verdict in (Verdict.SKIPPED, Verdict.UNREADABLE):
        passed_on = Task.objects.open().filter(pk=decision.task_id, claim=None)
        if passed_on.update(claim=decision.claim, **_before(decision)):
            return True
    decided = Task.objects.filter(pk=decision.task_id, state=State.DECIDED, decision=decision)
    return bool(decided.update(state=State.OPEN, decision=None, moved_at=now))


def _before(decision: Decision) -> dict[str, Any]:
    """Whose turn a task was before it was passed on, as others had left it."""
    earlier = Decision.objects.filter(task=decision.task_id, undone=False).exclude(pk=decision.pk)
    skips = earlier.filter(verdict=Verdict.SKIPPED).count()
    unread = earlier.filter(verdict=Verdict.UNREADABLE).exists()
    return {"skips": skips, "escalated": unread or skips >= ENOUGH_SKIPS}


def _seal(tasks: Iterable[Task], actor: Actor) -> int:
    count = 0
    for task in tasks:
        with transaction.atomic():
            count += _seal_one(task, actor)
    return count


def _seal_one(task: Task, actor: Actor) -> bool:
    if not task.move(State.SEALED):
        return False
    if task.crop is not None:
        vault.let_go(task.crop, actor=actor, reason="decided")
    facts = lessons.learn(task)
    _record(Tag.DECISION_SEALED, task, actor, **facts)
    jobs.wake(task.job, actor=actor)
    return True


def _record(tag: Tag, task: Task, actor: Actor, **facts: Any) -> None:
    audit.record(
        tag,
        actor=actor,
        subject=task.pk,
        organisation=task.organisation_id,
        document=task.document_id,
        **task.topic,
        **facts,
    )
