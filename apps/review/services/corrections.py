"""Taking a word back after it was final, with a reason, while the job is still open."""

from datetime import datetime

from django.db import transaction

from apps.accounts.models import User
from apps.audit.tags import Tag
from apps.base.errors import NotFound, NotPossible
from apps.jobs import services as jobs
from apps.jobs.flow import State as JobState
from apps.jobs.models import Job
from apps.review import permissions
from apps.review.models import Decision, Task
from apps.review.rules import DECIDING, CorrectionReason, State, Turn, Verdict
from apps.review.services.agreeing import conclude, turns_of
from apps.review.services.decisions import (
    IN_ANOTHER_TAB,
    Answer,
    check_fits,
    decision_of,
    save,
)
from apps.review.services.final import record

WAITING = (JobState.PARKED, JobState.QUEUED)  # nobody works on it
TOO_LATE = "Nobody waits for this document any more: it went on, or was erased."


@transaction.atomic
def correct(
    task: Task, answer: Answer, *, because: CorrectionReason, user: User, now: datetime
) -> Decision:
    """Say something else of a slit one has decided; the first word stays on record.

    The same key again gives the same correction. Where two readers agreed, the field is compared
    anew; a third reader's word, once spoken, stands.

    Raises:
        NotFound: the decision is somebody else's. NotAllowed: the person is no reviewer.
        NotPossible: it can still be undone, a third reader has spoken, or the job has ended.
    """
    if before := Decision.objects.filter(key=answer.key, reviewer=user, task=task).first():
        return before
    permissions.check_can_review(user)
    permissions.check_not_paused(user)
    first = _own_word(task, user)
    job = _waiting_job(task)
    check_fits(task, answer)
    if answer.verdict not in DECIDING - {Verdict.UNREADABLE}:
        raise NotPossible("A correction says what is written there.")
    decision = decision_of(task, answer, user, claim=first.claim, corrects=first, because=because)
    save(decision)
    found = Task.objects.filter(pk=task.pk, state=State.SEALED, decision=first)
    if not found.update(decision=decision):
        raise NotPossible(IN_ANOTHER_TAB)
    record(Tag.DECISION_CORRECTED, task, user.actor, reason=because.value)
    conclude(task)
    jobs.wake(job, actor=user.actor)
    return decision


def _waiting_job(task: Task) -> Job:
    """The job, while something else of its document is undecided; locked, so that it stays."""
    assert task.job_id is not None  # it is of a document
    job = Job.objects.select_for_update().get(pk=task.job_id)
    others = Task.objects.undecided().awaited().filter(document=task.document_id)
    if job.state not in WAITING or not others.exists():
        raise NotPossible(TOO_LATE)
    return job


def _own_word(task: Task, user: User) -> Decision:
    """The decision that stands, if it is the person's own and can be corrected."""
    first = task.decision
    if first is None or first.reviewer_id != user.pk or task.known_id is not None:
        raise NotFound
    if task.state != State.SEALED:
        raise NotPossible("This is not final yet: undo it with U, or wait a minute.")
    if task.field_id is None:
        raise NotPossible("The fields of that class are being read already.")
    third = Turn.THIRD in {one.turn for one in turns_of(task) if one.decision_id}
    if third and task.turn != Turn.THIRD:
        raise NotPossible("A third reader has decided between the two.")
    return first
