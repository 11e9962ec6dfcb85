"""Promise work, wake it, stop it, and commit its effects only while the lease holds."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from celery import current_app
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.module_loading import import_string
from kombu.exceptions import OperationalError

from apps.audit import services as audit
from apps.audit.tags import Tag
from apps.base.errors import PortalError
from apps.base.types import Actor
from apps.jobs.flow import ENDS, State, Step
from apps.jobs.models import Job, StepRun

RUN = "jobs.run"  # sent by name, so that services never import tasks

logger = logging.getLogger(__name__)


class Fenced(PortalError):
    """The lease went to another worker, or the job was stopped: nothing may be written."""

    status = 409


@dataclass(frozen=True, slots=True)
class Noted:
    """A step that was done before the job existed, for the timeline."""

    name: str
    at: datetime
    proof: dict[str, str] = field(default_factory=dict)


@transaction.atomic
def enqueue(
    flow: str,
    *,
    subject_id: UUID,
    organisation: UUID,
    actor: Actor,
    already: Sequence[Noted] = (),
) -> Job:
    """Promise that `flow` will be run for a subject; the promise commits with the caller."""
    job = Job.objects.create(
        flow=flow,
        subject_id=subject_id,
        organisation_id=organisation,
        actor=actor,
        lane=steps_of(flow)[0].lane,
    )
    StepRun.objects.bulk_create(
        StepRun(
            job=job,
            organisation_id=organisation,
            name=noted.name,
            began_at=noted.at,
            ended_at=noted.at,
            proof=noted.proof,
        )
        for noted in already
    )
    _record(Tag.JOB_QUEUED, job, actor, flow=flow)
    ring(job)
    return job


@transaction.atomic
def wake(job: Job, *, actor: Actor) -> None:
    """Let a job run its step again: now if it is parked, at once if it is about to be."""
    Job.objects.filter(pk=job.pk).update(wakes=F("wakes") + 1)
    job.refresh_from_db()
    if job.state == State.PARKED and job.move(State.QUEUED, due_at=timezone.now(), attempts=0):
        _record(Tag.JOB_WOKEN, job, actor)
        ring(job)


@transaction.atomic
def stop(flow: str, *, subject_id: UUID, actor: Actor, reason: str) -> bool:
    """End a job wherever it stands; a worker in the middle of it is fenced off.

    Returns whether there was anything to stop. Doing it twice is doing it once.
    """
    open_job = Job.objects.select_for_update().filter(flow=flow, subject_id=subject_id)
    job = open_job.exclude(state__in=ENDS - {State.FAILED}).first()
    if job is None:
        return False
    Job.objects.filter(pk=job.pk).update(
        state=State.STOPPED, token=None, lease_until=None, moved_at=timezone.now()
    )
    _record(Tag.JOB_STOPPED, job, actor, reason=reason)
    return True


def hold(*ids: UUID) -> None:
    """Lock jobs until the transaction ends; whoever locks what belongs to them does it after."""
    list(Job.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))


@contextmanager
def fenced(job: Job) -> Iterator[None]:
    """A transaction that commits only while this worker still holds the job.

    Raises:
        Fenced: the lease ran out and another worker took over, or a person stopped the job.
    """
    with transaction.atomic():
        held = Job.objects.select_for_update().filter(
            pk=job.pk, state=State.RUNNING, token=job.token
        )
        if not held.exists():
            raise Fenced("This work was taken over or stopped.")
        yield


def prove(job: Job, **proof: str) -> None:
    """Add ids, digests or versions to the running step of the timeline."""
    run = StepRun.objects.get(job=job, name=step_of(job).name)
    run.proof = {**run.proof, **proof}
    run.save(update_fields=["proof"])


def note(job: Job, name: str, **proof: str) -> None:
    """Add something that has just happened inside a step to the timeline."""
    now = timezone.now()
    StepRun.objects.get_or_create(
        job=job,
        name=name,
        defaults={
            "organisation_id": job.organisation_id,
            "began_at": now,
            "ended_at": now,
            "proof": proof,
        },
    )


def ring(job: Job) -> None:
    """Ring the bell after commit. A bell that does not sound is rung again by the sweep.

    Whatever breaks there breaks after the commit: it must not look to the caller as if nothing
    had been promised.
    """
    transaction.on_commit(lambda: _send(job), robust=True)


def steps_of(flow: str) -> tuple[Step, ...]:
    """The steps of a flow, found through the one setting that names them."""
    steps: tuple[Step, ...] = import_string(settings.JOB_FLOWS[flow])
    return steps


def step_of(job: Job) -> Step:
    return steps_of(job.flow)[job.step]


def _send(job: Job) -> None:
    try:
        current_app.send_task(
            RUN, kwargs={"job_id": str(job.pk)}, queue=job.lane, ignore_result=True
        )
    except (OperationalError, OSError):
        logger.warning("The queue does not answer; the sweep will ring again.")


def _record(tag: Tag, job: Job, actor: Actor, **facts: Any) -> None:
    audit.record(
        tag,
        actor=actor,
        subject=job.pk,
        organisation=job.organisation_id,
        document=job.subject_id,
        **facts,
    )


@contextmanager
def alone(name: str) -> Iterator[bool]:
    """Whether we are the only one at `name` in the whole installation, for as long as we are.

    Source: PostgreSQL's transaction-level advisory locks, which end with their holder.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [name])
        yield bool(cursor.fetchone()[0])
