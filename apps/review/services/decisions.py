"""What people say of slits: saved at once, taken back for a while, then final."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from apps.accounts.models import User
from apps.audit.tags import Tag
from apps.base.errors import NotPossible
from apps.review import permissions
from apps.review.models import Claim, Decision, Task
from apps.review.rules import OF_A_CLASS, OF_A_FIELD, State, Verdict
from apps.review.services import exposures, quality
from apps.review.services.asked import choices_of
from apps.review.services.final import record
from apps.review.services.skipping import check_may_skip
from apps.review.services.values import put_value

LONGEST_LOOK = 3_600_000  # milliseconds
DEEP = 10  # decisions that can be taken back, one after the other
ENOUGH_SKIPS = 2  # after which a task goes to a lead
OTHERWISE = "This slit asks something else. Load the page again."
TOO_LATE = "This was decided or withdrawn before you."
BY_ITS_READER = "Only its reader"  # what the database says to anybody else
CORRECTED_ONCE = "corrects_id"  # and in what it calls the rule that a word is corrected once
IN_ANOTHER_TAB = "This was corrected in another tab. Load the page again."
UNDECIDED = (State.OPEN, State.DECIDED)


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
    permissions.check_not_paused(user)
    permissions.check_holds(user, task, now=now)
    if task.state != State.OPEN:
        raise NotPossible(TOO_LATE)
    check_fits(task, answer)
    decision = decision_of(task, answer, user)
    save(decision)
    if _goes_to_a_lead(task, decision):
        _pass_on(task, decision, escalated=True)
    else:
        _close(task, decision, now)
    exposures.end(task, ms=answer.shown_ms, user=user, now=now)
    return decision


@transaction.atomic
def skip(task: Task, answer: Answer, *, user: User, now: datetime) -> Decision:
    """Leave a task to somebody else; skipped often enough, it goes to a lead.

    Raises:
        NotSettled: the person skipped so often of late that they must say why.
        NotFound, NotAllowed, NotPossible: see `permissions`.
    """
    if before := Decision.objects.filter(key=answer.key, reviewer=user, task=task).first():
        return before
    permissions.check_not_paused(user)
    permissions.check_holds(user, task, now=now)
    check_may_skip(task, answer.trouble)
    decision = decision_of(task, answer, user)
    save(decision)
    exposures.end(task, ms=answer.shown_ms, user=user, now=now)
    _pass_on(task, decision, escalated=task.escalated or task.skips + 1 >= ENOUGH_SKIPS)
    return decision


@transaction.atomic
def undo(user: User, *, now: datetime) -> Task:
    """Take back the person's last decision that is not final, and hold its task again.

    Raises:
        NotPossible: there is none, it lies deeper than can be taken back, or its task went on.
    """
    last = (
        Decision.objects.select_for_update(of=("self",))
        .filter(claim__reviewer=user, claim__ended_at=None, claim__until__gt=now, undone=False)
        .filter(corrects=None, task__state__in=UNDECIDED)
        .order_by("-id")
        .first()
    )
    if last is None or _lies_deep(last) or not _reopen(last, now):
        raise NotPossible("There is nothing left to take back.")
    last.undone = True
    last.save(update_fields=["undone"])
    task = Task.objects.select_related("field", "claim").get(pk=last.task_id)
    record(Tag.DECISION_UNDONE, task, user.actor, verdict=last.verdict)
    return task


def check_fits(task: Task, answer: Answer) -> None:
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


def decision_of(
    task: Task, answer: Answer, user: User, *, claim: Claim | None = None, **about: Any
) -> Decision:
    """An answer as it is kept, before it is; a value is checked, compared and sealed.

    Raises:
        NotPossible: see `values.put_value`.
    """
    claim = claim or task.claim
    assert claim is not None  # it is held, or was when it was decided
    decision = Decision(
        organisation_id=task.organisation_id,
        task=task,
        reviewer=user,
        claim=claim,
        key=answer.key,
        verdict=answer.verdict,
        trouble=answer.trouble,
        doctype=answer.doctype,
        shown_ms=min(answer.shown_ms, LONGEST_LOOK),
        **about,
    )
    if answer.doctype:
        guessed = answer.doctype == task.paper.reading.doctype
        decision.verdict = Verdict.ACCEPTED if guessed else Verdict.CORRECTED
    elif answer.verdict in (Verdict.ACCEPTED, Verdict.CORRECTED):
        put_value(decision, task, answer.value, overrides=answer.overrides)
    elif answer.verdict is Verdict.BLANK:
        decision.right = False if task.field and task.field.found else None
        decision.met = False if task.known_id else None
    return decision


def save(decision: Decision) -> None:
    """Add a decision.

    Raises:
        NotPossible: its key was used for another slit, this one went to somebody else, or the
            word it corrects was corrected already.
    """
    try:
        decision.save(force_insert=True)
    except IntegrityError as error:
        if BY_ITS_READER in str(error):
            raise NotPossible(TOO_LATE) from error
        if CORRECTED_ONCE in str(error):
            raise NotPossible(IN_ANOTHER_TAB) from error
        raise NotPossible("This decision was already saved for another slit.") from error


def _goes_to_a_lead(task: Task, decision: Decision) -> bool:
    """Whether nobody but a lead can go on. Where two read a field, their difference calls one."""
    if decision.verdict != Verdict.UNREADABLE or task.escalated:
        return False
    others = Task.objects.filter(field=task.field_id).exclude(pk=task.pk)
    return task.field_id is None or not others.exists()


def _close(task: Task, decision: Decision, now: datetime) -> None:
    """A task is decided, unless it is another's by now; a sweep makes it final."""
    if not task.move(State.DECIDED, under=decision.claim, decision=decision, moved_at=now):
        raise NotPossible(TOO_LATE)
    chosen = {"doctype": decision.doctype} if decision.doctype else {}
    record(Tag.TASK_DECIDED, task, decision.reviewer.actor, verdict=decision.verdict, **chosen)
    if decision.met is False:
        quality.missed(decision, now=now)


def _lies_deep(decision: Decision) -> bool:
    """Whether so many other tasks were answered since that it can no longer be taken back."""
    since = Decision.objects.filter(claim=decision.claim_id, id__gt=decision.pk)
    others = since.exclude(task=decision.task_id).order_by().values("task").distinct()
    return others.count() >= DEEP


def _pass_on(task: Task, decision: Decision, *, escalated: bool) -> None:
    """Back to the queue, for others or for a lead."""
    skipped = decision.verdict == Verdict.SKIPPED
    found = Task.objects.open().filter(pk=task.pk, claim=decision.claim)
    reader = task.reader_id if task.known_id else None  # nobody else is given a known answer's task
    changes = {"escalated": escalated, "skips": task.skips + skipped, "reader": reader}
    if not found.update(claim=None, **changes):
        raise NotPossible(TOO_LATE)
    tag = Tag.TASK_SKIPPED if skipped else Tag.TASK_ESCALATED
    record(tag, task, decision.reviewer.actor, reason=decision.trouble or "none")


def _reopen(decision: Decision, now: datetime) -> bool:
    """Give the task back to whoever decided it, if nobody else has it yet."""
    if decision.verdict in (Verdict.SKIPPED, Verdict.UNREADABLE):
        passed_on = Task.objects.open().filter(pk=decision.task_id, claim=None)
        held = {"claim": decision.claim, "reader": decision.reviewer}
        if passed_on.update(**held, **_before(decision)):
            return True
    decided = Task.objects.filter(pk=decision.task_id, state=State.DECIDED, decision=decision)
    return bool(decided.update(state=State.OPEN, decision=None, moved_at=now))


def _before(decision: Decision) -> dict[str, Any]:
    """Whose turn a task was before it was passed on, as others had left it."""
    earlier = Decision.objects.filter(task=decision.task_id, undone=False).exclude(pk=decision.pk)
    skips = earlier.filter(verdict=Verdict.SKIPPED).count()
    unread = earlier.filter(verdict=Verdict.UNREADABLE).exists()
    return {"skips": skips, "escalated": unread or skips >= ENOUGH_SKIPS}
