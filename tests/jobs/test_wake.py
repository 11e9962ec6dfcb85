"""Whoever decides rings; what happens then depends on where the job stands."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.jobs import runner
from apps.jobs import services as jobs
from apps.jobs.flow import DONE, WAIT, Lane, State
from apps.jobs.models import Job
from tests.jobs.conftest import CLERK


def woken(job, state) -> Job:
    Job.objects.filter(pk=job.pk).update(
        state=state, token=uuid4() if state is State.RUNNING else None, attempts=2
    )
    jobs.wake(job, actor=CLERK)
    return Job.objects.get(pk=job.pk)


def told() -> list[Event]:
    return list(Event.objects.filter(tag=Tag.JOB_WOKEN))


@pytest.fixture
def parked(job, flow) -> Job:
    flow.acts["ask"] = lambda _: WAIT
    runner.run(job.pk)
    job.refresh_from_db()
    assert job.state == State.PARKED
    return job


def test_a_parked_job_goes_on(parked, bell, at_once):
    before = timezone.now()
    jobs.wake(parked, actor=CLERK)
    job = Job.objects.get(pk=parked.pk)
    assert (job.state, job.attempts, job.wakes) == (State.QUEUED, 0, 1)
    assert before <= job.due_at <= timezone.now()
    assert bell() == [(Lane.QUICK, {"job_id": str(job.pk)})]


def test_waking_a_parked_job_is_recorded_for_who_did_it(parked):
    jobs.wake(parked, actor=CLERK)
    [event] = told()
    assert (event.actor, event.subject, event.document) == (
        CLERK,
        str(parked.pk),
        parked.subject_id,
    )


def test_the_step_that_waited_runs_again(parked, flow):
    flow.acts["ask"] = lambda _: DONE
    jobs.wake(parked, actor=CLERK)
    runner.run(parked.pk)
    assert flow.ran == ["read", "ask", "ask", "deliver"]
    assert Job.objects.get(pk=parked.pk).state == State.SUCCEEDED


@pytest.mark.parametrize(
    "state", [State.RUNNING, State.QUEUED, State.SUCCEEDED, State.FAILED, State.STOPPED]
)
def test_a_job_that_does_not_sleep_is_only_told(job, bell, at_once, state):
    job = woken(job, state)
    assert (job.state, job.wakes, job.attempts) == (state, 1, 2)
    assert bell() == []
    assert told() == []


def test_a_second_wake_changes_nothing(parked, bell, at_once):
    jobs.wake(parked, actor=CLERK)
    jobs.wake(parked, actor=CLERK)
    assert len(told()) == 1
    assert len(bell()) == 1


def test_who_wakes_need_not_have_read_the_job_just_now(parked):
    stale = Job.objects.get(pk=parked.pk)
    stale.state = State.RUNNING
    jobs.wake(stale, actor=CLERK)
    assert Job.objects.get(pk=parked.pk).state == State.QUEUED


def test_a_woken_job_is_due_at_once_whatever_it_waited_for_before(parked):
    later = timezone.now() + timedelta(hours=1)
    Job.objects.filter(pk=parked.pk).update(due_at=later)
    jobs.wake(parked, actor=CLERK)
    assert Job.objects.get(pk=parked.pk).due_at < later
