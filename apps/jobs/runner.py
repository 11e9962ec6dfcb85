"""Runs one job from the step it has reached to the first wait, end or failure."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from apps.audit import services as audit
from apps.audit.tags import Outcome, Tag
from apps.base.errors import PortalError, Unavailable
from apps.base.scope import acting_for
from apps.base.types import Actor
from apps.jobs import services as jobs
from apps.jobs.flow import DONE, Lane, State, Step, backoff
from apps.jobs.models import Job, StepRun

SYSTEM = Actor("system:jobs")
LEASE = timedelta(seconds=60)
SKEW = timedelta(seconds=5)  # two hosts' clocks may differ by so much
BEAT = 20  # seconds between renewals
MOST_ATTEMPTS = 3  # at one step, if nobody knows why it fails
UNFORESEEN = "Something broke on our side while we worked on this. Nothing of it was logged."

logger = logging.getLogger(__name__)


def run(job_id: UUID, *, lane: Lane | None = None) -> None:
    """Take a queued job and walk it. Raises nothing: every end of a job is a state and an event.

    A second call finds the job taken and returns. `lane` is the kind of worker this is; None
    does every kind of step.
    """
    job = _take(job_id)
    if job is None:
        return
    with acting_for(job.organisation_id), _heartbeat(job):
        try:
            _walk(job, lane)
        except jobs.Fenced:
            return
        except Unavailable as error:
            _retry(job, error.code, str(error), most=error.attempts)
        except PortalError as error:
            _end(job, State.FAILED, Tag.JOB_FAILED, problem=error.code, explanation=str(error))
        except Exception:
            logger.exception("A step failed in a way nobody foresaw.", extra={"job": job.pk})
            _retry(job, "Unforeseen", UNFORESEEN, most=MOST_ATTEMPTS)


def _take(job_id: UUID) -> Job | None:
    now = timezone.now()
    won = Job.objects.filter(pk=job_id, state=State.QUEUED, due_at__lte=now + SKEW).update(
        state=State.RUNNING,
        token=uuid4(),
        lease_until=now + LEASE,
        attempts=F("attempts") + 1,
        moved_at=now,
    )
    return Job.objects.get(pk=job_id) if won else None


def _walk(job: Job, lane: Lane | None) -> None:
    steps = jobs.steps_of(job.flow)
    while job.step < len(steps):
        step = steps[job.step]
        if lane is Lane.QUICK and step.lane is Lane.READING:
            _hand_over(job, step.lane)
            return
        if _take_step(job, step):
            continue
        if _end(job, State.PARKED, Tag.JOB_PARKED, lane=Lane.QUICK):
            return
        _woken_while_falling_asleep(job)
    _end(job, State.SUCCEEDED, Tag.JOB_SUCCEEDED)


def _take_step(job: Job, step: Step) -> bool:
    """Whether the step is done and the job stands at the next one."""
    StepRun.objects.get_or_create(
        job=job, name=step.name, defaults={"organisation_id": job.organisation_id}
    )
    if step.run(job) is not DONE:
        return False
    with jobs.fenced(job):
        StepRun.objects.filter(job=job, name=step.name).update(ended_at=timezone.now())
        Job.objects.filter(pk=job.pk).update(step=job.step + 1, attempts=1)
    job.refresh_from_db()
    return True


def _woken_while_falling_asleep(job: Job) -> None:
    """Parking failed: somebody woke the job meanwhile, or it is no longer ours."""
    token = job.token
    job.refresh_from_db()
    if job.state != State.RUNNING or job.token != token:
        raise jobs.Fenced("This work was taken over or stopped.")


@transaction.atomic
def _hand_over(job: Job, lane: Lane) -> None:
    if job.move(State.QUEUED, lane=lane, token=None, lease_until=None, attempts=0):
        jobs.ring(job)


@transaction.atomic
def _end(job: Job, state: State, tag: Tag, **changes: str) -> bool:
    """Leave the running state; False if the job is not ours to end, or was woken."""
    ended = job.move(state, token=None, lease_until=None, **changes)
    if ended:
        problem: dict[str, Any] = {key: changes[key] for key in ("problem",) if key in changes}
        audit.record(
            tag,
            actor=SYSTEM,
            subject=job.pk,
            organisation=job.organisation_id,
            document=job.subject_id,
            outcome=Outcome.FAILED if state is State.FAILED else Outcome.DONE,
            **problem,
        )
    return ended


def _retry(job: Job, problem: str, explanation: str, *, most: int) -> None:
    """Try again later, or give up after the last attempt."""
    if job.attempts >= most:
        _end(job, State.FAILED, Tag.JOB_FAILED, problem=problem, explanation=explanation)
        return
    due = timezone.now() + timedelta(seconds=backoff(job.attempts))
    job.move(State.QUEUED, token=None, lease_until=None, due_at=due)


@contextmanager
def _heartbeat(job: Job) -> Iterator[None]:
    """Renew the lease from a thread of its own while a long step works."""
    over = threading.Event()
    thread = threading.Thread(target=_beat, args=(job.pk, job.token, over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()


def _beat(job_id: UUID, token: UUID, over: threading.Event) -> None:
    try:
        while not over.wait(BEAT):
            Job.objects.filter(pk=job_id, token=token, state=State.RUNNING).update(
                lease_until=timezone.now() + LEASE
            )
            connection.close()
    except Exception:  # the lease then runs out, and the sweep puts the job back
        logger.warning("A lease could not be renewed.")
        connection.close()
