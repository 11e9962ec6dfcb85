"""Documents of an unsure class, for tests: a person is asked, and chooses."""

import pytest
from django.utils import timezone

from apps.extraction.models import Reading
from apps.intake import services as intake
from apps.intake.models import Document
from apps.jobs import services as jobs
from apps.review import services as review
from apps.review.models import Task
from apps.review.rules import Verdict
from tests.review.desk import CLASS, LONG_PAPER, Desk


@pytest.fixture
def asked(desk: Desk) -> Document:
    """A document of which a person is asked what it is."""
    desk.lines = LONG_PAPER
    return desk.unsure()


def choose(desk: Desk, document: Document, doctype: str, *, leave: bool = True) -> Task:
    """Rita takes the slit of its header and chooses."""
    task = desk.take(desk.house.rita)[CLASS]
    desk.decide(task, doctype=doctype, verdict=Verdict.CORRECTED)
    if leave:
        review.release(desk.house.rita, now=timezone.now())
        desk.walk(document)
    return Task.objects.get(pk=task.pk)


def reading_of(document: Document) -> Reading:
    return Reading.objects.select_related("document__submission").get(document=document)


def state_of(document: Document) -> tuple[str, str]:
    job = intake.job_of(document)
    return job.state, jobs.step_of(job).name
