"""Puts back what a dead worker held, and rings again for what nobody took."""

from datetime import datetime, timedelta

from django.db import transaction

from apps.audit import services as audit
from apps.audit.tags import Outcome, Tag
from apps.jobs import services as jobs
from apps.jobs.flow import State
from apps.jobs.models import Job
from apps.jobs.runner import MOST_ATTEMPTS, SYSTEM

UNHEARD = timedelta(seconds=20)  # a bell that nobody answered for so long is rung again
BATCH = 200  # jobs a sweep


def sweep(*, now: datetime) -> int:
    """How many jobs were put back or rung for. Of two sweepers one works, the other returns."""
    with jobs.alone("jobs.sweep") as we_are:
        return _put_back(now) + _ring_again(now) if we_are else 0


def _put_back(now: datetime) -> int:
    lost = Job.objects.select_for_update(skip_locked=True).filter(
        state=State.RUNNING, lease_until__lt=now
    )
    return sum(_put_one_back(job, now) for job in lost.order_by("pk")[:BATCH])


@transaction.atomic
def _put_one_back(job: Job, now: datetime) -> bool:
    if job.attempts < MOST_ATTEMPTS:
        return job.move(State.QUEUED, token=None, lease_until=None, due_at=now)
    ended = job.move(
        State.FAILED,
        token=None,
        lease_until=None,
        problem="WorkerDied",
        explanation="Reading this broke the reader several times, so we stopped trying.",
    )
    if ended:
        audit.record(
            Tag.JOB_FAILED,
            actor=SYSTEM,
            subject=job.pk,
            organisation=job.organisation_id,
            document=job.subject_id,
            outcome=Outcome.FAILED,
            problem="WorkerDied",
        )
    return ended


def _ring_again(now: datetime) -> int:
    waiting = Job.objects.filter(
        state=State.QUEUED, due_at__lte=now, moved_at__lt=now - UNHEARD
    ).order_by("due_at")[:BATCH]
    for job in waiting:
        Job.objects.filter(pk=job.pk).update(moved_at=now)
        jobs.ring(job)
    return len(waiting)
