"""A promise commits with whoever makes it, and rings afterwards."""

import logging

import pytest
from celery import current_app
from django.db import IntegrityError, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from apps.audit import services as audit
from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.ids import uuid7
from apps.base.scope import acting_for
from apps.jobs import services as jobs
from apps.jobs.flow import Lane, State
from apps.jobs.models import Job, StepRun
from apps.vault import services as vault
from tests.jobs import flows
from tests.jobs.conftest import CLERK


def test_the_bell_rings_after_the_commit_and_names_an_id_only(real_house, enqueue, bell):
    with transaction.atomic():
        job = enqueue(real_house.halden.pk)
        assert bell() == []
    assert bell() == [(Lane.READING, {"job_id": str(job.pk)})]


def test_a_promise_that_is_rolled_back_was_never_made(real_house, enqueue, bell):
    with pytest.raises(LookupError), transaction.atomic():
        enqueue(real_house.halden.pk)
        raise LookupError
    assert bell() == []
    assert not Job.objects.exists()
    assert not Event.objects.filter(tag=Tag.JOB_QUEUED).exists()


def test_a_job_waits_at_its_first_step_in_that_steps_lane(job):
    assert (job.state, job.step, job.lane) == (State.QUEUED, 0, Lane.READING)
    assert (job.attempts, job.wakes, job.token) == (0, 0, None)


def test_the_promise_is_on_the_trail(house, job):
    [event] = Event.objects.filter(tag=Tag.JOB_QUEUED)
    assert (event.actor, event.subject, event.document) == (CLERK, str(job.pk), job.subject_id)
    assert event.organisation_id == house.halden.pk
    assert audit.facts_of(event) == {"flow": "test"}


@pytest.mark.parametrize(
    "error", [OperationalError("broker at 10.0.0.1"), ConnectionRefusedError()]
)
def test_a_bell_that_does_not_sound_is_a_warning(
    house, enqueue, at_once, monkeypatch, caplog, error
):
    def silent(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(current_app, "send_task", silent)
    job = enqueue(house.halden.pk)
    assert Job.objects.get(pk=job.pk).state == State.QUEUED
    [line] = caplog.records
    assert line.levelno == logging.WARNING
    assert line.getMessage() == "The queue does not answer; the sweep will ring again."


def test_a_bell_that_breaks_breaks_no_promise(real_house, settings, monkeypatch):
    """A document whose sending seemed to fail would be taken back, bytes first."""

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("The queue is not what it was.")

    settings.JOB_FLOWS = {"process": flows.WHERE[flows.NAME]}
    monkeypatch.setattr(current_app, "send_task", broken)
    document = real_house.send()
    assert Job.objects.get().subject_id == document.pk
    with vault.open(document.original, actor=CLERK, purpose="test") as source:
        assert source.read()


def test_what_was_done_before_is_on_the_timeline(house):
    at = timezone.now()
    job = jobs.enqueue(
        "test",
        subject_id=uuid7(),
        organisation=house.halden.pk,
        actor=CLERK,
        already=[jobs.Noted("received", at, {"digest": "ab"}), jobs.Noted("screened", at)],
    )
    rows = job.timeline.order_by("name")
    assert [(row.name, row.proof) for row in rows] == [
        ("received", {"digest": "ab"}),
        ("screened", {}),
    ]
    assert {(row.began_at, row.ended_at) for row in rows} == {(at, at)}


def test_a_subject_has_one_job(house, job):
    with pytest.raises(IntegrityError), transaction.atomic():
        jobs.enqueue("test", subject_id=job.subject_id, organisation=house.halden.pk, actor=CLERK)


def test_an_unknown_flow_is_promised_to_nobody(house):
    with pytest.raises(KeyError), transaction.atomic():
        jobs.enqueue("unknown", subject_id=uuid7(), organisation=house.halden.pk, actor=CLERK)
    assert not Job.objects.exists()


def test_a_worker_sees_the_job_before_it_knows_for_whom_and_nothing_of_it(house, job):
    jobs.note(job, "noted")
    with acting_for(None):
        assert Job.objects.get(pk=job.pk).organisation_id == house.halden.pk
        assert not StepRun.objects.exists()
