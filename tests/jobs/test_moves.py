"""A change of state is a conditional update: of two, one wins."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from apps.jobs.flow import MOVES, State
from apps.jobs.models import Job
from tests.base.locks import until_waiting


def in_state(job, state) -> Job:
    token = uuid4() if state is State.RUNNING else None
    Job.objects.filter(pk=job.pk).update(state=state, token=token)
    return Job.objects.get(pk=job.pk)


def lease(to) -> dict[str, object]:
    return {"token": uuid4() if to is State.RUNNING else None}


@pytest.mark.parametrize("to", State)
@pytest.mark.parametrize("state", State)
def test_the_table_decides_which_moves_there_are(job, state, to):
    job = in_state(job, state)
    if to in MOVES[state]:
        assert job.move(to, **lease(to))
        assert Job.objects.get(pk=job.pk).state == job.state == to
    else:
        with pytest.raises(ValueError, match="cannot become"):
            job.move(to, **lease(to))
        assert Job.objects.get(pk=job.pk).state == state


def test_of_two_who_read_the_same_state_one_moves_it(job):
    one, other = Job.objects.get(pk=job.pk), Job.objects.get(pk=job.pk)
    assert one.move(State.FAILED)
    assert not other.move(State.STOPPED)
    assert Job.objects.get(pk=job.pk).state == State.FAILED


def test_of_two_at_once_the_second_waits_and_is_told(real_job):
    other = Job.objects.get(pk=real_job.pk)

    def move_elsewhere() -> bool:
        try:
            return other.move(State.STOPPED)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            assert real_job.move(State.FAILED)
            second = pool.submit(move_elsewhere)
            until_waiting()
        assert second.result() is False
    assert Job.objects.get(pk=real_job.pk).state == State.FAILED


def test_a_running_job_is_left_only_by_who_holds_its_lease(job):
    old = in_state(job, State.RUNNING)
    Job.objects.filter(pk=job.pk).update(token=uuid4())
    assert not old.move(State.SUCCEEDED, token=None)
    assert Job.objects.get(pk=job.pk).state == State.RUNNING


def test_nobody_falls_asleep_after_a_wake(job):
    sleepy = in_state(job, State.RUNNING)
    Job.objects.filter(pk=job.pk).update(wakes=1)
    assert not sleepy.move(State.PARKED, token=None)
    assert Job.objects.get(pk=job.pk).state == State.RUNNING


def test_a_wake_keeps_nobody_from_finishing(job):
    running = in_state(job, State.RUNNING)
    Job.objects.filter(pk=job.pk).update(wakes=1)
    assert running.move(State.SUCCEEDED, token=None)


def test_the_database_lets_nothing_run_without_a_lease(job):
    with pytest.raises(IntegrityError, match="running_under_a_lease"), transaction.atomic():
        job.move(State.RUNNING)


def test_the_database_keeps_one_job_a_subject(job):
    with pytest.raises(IntegrityError, match="one_job_a_subject"), transaction.atomic():
        Job.objects.create(
            flow=job.flow,
            subject_id=job.subject_id,
            organisation_id=job.organisation_id,
            actor=job.actor,
        )
