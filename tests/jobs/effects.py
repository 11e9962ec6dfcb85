"""A step with an effect that happens once, however often the step runs."""

from collections.abc import Callable

from apps.audit import services as audit
from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.types import Actor
from apps.jobs import services as jobs
from apps.jobs.flow import DONE, Outcome
from apps.jobs.models import Job

PLACES = ("before it", "inside the fence", "after it")


def writing(reach: Callable[[str], None] = lambda _: None) -> Callable[[Job], Outcome]:
    """The step; `reach` is told how far it has come."""

    def step(job: Job) -> Outcome:
        reach("before it")
        with jobs.fenced(job):
            if not effects_of(job):
                _write(job)
            reach("inside the fence")
        reach("after it")
        return DONE

    return step


def effects_of(job: Job) -> int:
    return Event.objects.filter(tag=Tag.DOCUMENT_READ, document=job.subject_id).count()


def _write(job: Job) -> None:
    audit.record(
        Tag.DOCUMENT_READ,
        actor=Actor("system:test"),
        subject=job.subject_id,
        organisation=job.organisation_id,
        document=job.subject_id,
    )
