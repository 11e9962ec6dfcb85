"""What a page says of jobs: one state in words, one timeline, one list of what exists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from apps.accounts.models import User
from apps.base.errors import NotFound
from apps.delivery import kept, timeline
from apps.delivery.result import Settled, Standing
from apps.extraction import doctypes
from apps.intake import services as intake
from apps.intake.models import Document, DocumentQuerySet
from apps.jobs import services as jobs
from apps.jobs.flow import Lane, State
from apps.jobs.models import Job
from apps.review import rules as review
from apps.review.models import Task

ERASED = "erased"  # beside the states of a job


@dataclass(frozen=True, slots=True)
class Status:
    """A job's state for a person."""

    text: str
    tone: str  # of a badge
    icon: str
    working: bool = False  # the page asks again by itself


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of the list of jobs."""

    document: Document
    title: str
    status: Status
    waiting: int  # slits before people

    @property
    def state(self) -> str:
        """The state of its job in one word, for a program."""
        return ERASED if self.document.erased_at else str(self.document.job_state)  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Followed(Listed):
    """A job with its way: what was done, what is still to come, and what went wrong."""

    steps: list[timeline.Taken]
    ahead: list[str]
    explanation: str
    kept_until: dict[str, str]  # by class of artifact
    policy: str


def listed(
    user: User,
    *,
    states: frozenset[State] | None = None,
    reference: str = "",
    before: Any = None,
    count: int,
) -> list[Listed]:
    """A page of the jobs a person may see, newest first."""
    documents = _with_jobs(Document.objects.visible_to(user).before(before))
    if states:
        documents = documents.filter(job_state__in=states)
    if reference:
        documents = documents.filter(reference=reference.upper())
    return [_row(document) for document in documents[:count]]


def followed(user: User, *, reference: str) -> Followed:
    """One job a person may see, with its way.

    Raises:
        NotFound: it is not there for this person.
    """
    rows = listed(user, reference=reference, count=1)
    if not rows:
        raise NotFound
    [row] = rows
    job = intake.job_of(row.document)
    steps = timeline.taken(job)
    return Followed(
        document=row.document,
        title=row.title,
        status=row.status,
        waiting=row.waiting,
        steps=steps,
        ahead=timeline.ahead(job, steps),
        explanation=job.explanation,
        kept_until=kept.kept_until(row.document),
        policy=kept.policy_of(row.document),
    )


def status_of(document: Document, job: Job, *, waiting: int, fields: int) -> Status:
    """The state of a job in words."""
    if document.erased_at:
        withdrawn = document.submission.withdrawn_at
        return Status("Consent withdrawn" if withdrawn else "Erased", "idle", "trash")
    match State(job.state):
        case State.QUEUED | State.RUNNING:
            text = "Reading" if _is_reading(job) else "Working"
            return Status(text, "info", "clock", working=True)
        case State.PARKED if not fields:
            return Status("In review, which kind it is", "doubt", "slit")
        case State.PARKED:
            return Status(f"In review, {waiting} of {fields} fields", "doubt", "slit")
        case State.SUCCEEDED:
            return Status("Delivered", "ok", "check")
        case State.FAILED:
            return Status("Could not be read", "bad", "x")
        case State.STOPPED:
            return Status("Stopped", "idle", "stop")


def title_of(document: Document, doctype: str) -> str:
    """What a document is, as far as it may be said: its class and its length."""
    known = {one.name: one.title for one in doctypes.load_all()}
    name = known.get(doctype) or known.get(document.submission.doctype) or "Document"
    return f"{name}, {document.pages} page{'' if document.pages == 1 else 's'}"


def fingerprint(document: Document, job: Job) -> str:
    """Changes whenever a page about the job would look different."""
    waiting = Task.objects.open().awaited().filter(document=document).count()
    return f"{job.state}-{job.step}-{waiting}-{bool(document.erased_at)}".lower()


def waiting_among(fields: Sequence[Settled]) -> int:
    return sum(1 for field in fields if field.standing is Standing.WAITING)


def flagged_among(fields: Sequence[Settled]) -> int:
    return sum(1 for field in fields if field.flags)


def _with_jobs(documents: DocumentQuerySet) -> Any:
    """Documents with the state of their job and the number of fields before people."""
    job = Job.objects.filter(flow=intake.FLOW, subject_id=OuterRef("pk"))
    open_tasks = Q(tasks__state__in=(review.State.OPEN, review.State.DECIDED))
    open_tasks &= ~Q(tasks__reason=review.Reason.AUDIT)
    return documents.select_related("submission", "sender", "reading", "original").annotate(
        job_state=Subquery(job.values("state")[:1]),
        job_step=Subquery(job.values("step")[:1]),
        waiting=Count(
            Coalesce("tasks__field", "tasks__document"), filter=open_tasks, distinct=True
        ),
        field_count=Count("fields", distinct=True),
    )


def _row(document: Any) -> Listed:
    job = Job(state=document.job_state, step=document.job_step)
    reading = getattr(document, "reading", None)
    return Listed(
        document=document,
        title=title_of(document, reading.class_said if reading else ""),
        status=status_of(document, job, waiting=document.waiting, fields=document.field_count),
        waiting=document.waiting,
    )


def _is_reading(job: Job) -> bool:
    steps = jobs.steps_of(intake.FLOW)
    return job.step < len(steps) and steps[job.step].lane is Lane.READING
