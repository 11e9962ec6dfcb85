"""The sweep finds what a dead worker held, and what nobody heard of."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone

from apps.audit import services as audit
from apps.audit.models import Event
from apps.audit.tags import Outcome, Tag
from apps.jobs import runner
from apps.jobs import services as jobs
from apps.jobs.flow import Lane, State
from apps.jobs.models import Job
from apps.jobs.runner import MOST_ATTEMPTS
from apps.jobs.sweep import UNHEARD, sweep
from tests.base.locks import PATIENCE

SECOND = timedelta(seconds=1)


@pytest.fixture
def now():
    return timezone.now()


def died(job, now, *, attempts=1, ago=SECOND) -> None:
    Job.objects.filter(pk=job.pk).update(
        state=State.RUNNING, token=uuid4(), lease_until=now - ago, attempts=attempts
    )


def unheard(job, now, *, ago=UNHEARD + SECOND, **changes) -> None:
    Job.objects.filter(pk=job.pk).update(moved_at=now - ago, due_at=now, **changes)


def again(job) -> Job:
    return Job.objects.get(pk=job.pk)


def test_a_job_whose_worker_died_is_put_back(job, now):
    died(job, now)
    assert sweep(now=now) == 1
    back = again(job)
    assert (back.state, back.token, back.lease_until) == (State.QUEUED, None, None)
    assert back.due_at == now
    runner.run(job.pk)
    assert again(job).state == State.SUCCEEDED


def test_a_job_whose_lease_holds_is_left_alone(job, now):
    died(job, now, ago=-SECOND)
    assert sweep(now=now) == 0
    assert again(job).state == State.RUNNING


def test_a_step_that_kills_its_workers_is_given_up_with_a_sentence(job, now):
    died(job, now, attempts=MOST_ATTEMPTS)
    assert sweep(now=now) == 1
    failed = again(job)
    assert (failed.state, failed.token, failed.problem) == (State.FAILED, None, "WorkerDied")
    assert failed.explanation.endswith("so we stopped trying.")
    [event] = Event.objects.filter(tag=Tag.JOB_FAILED)
    assert (event.outcome, event.subject) == (Outcome.FAILED, str(job.pk))
    assert audit.facts_of(event) == {"problem": "WorkerDied"}


def test_a_worker_dies_so_often_and_no_oftener(job, flow, now):
    def die(_):
        raise SystemExit

    flow.acts["read"] = die
    states = []
    for _ in range(MOST_ATTEMPTS):
        with pytest.raises(SystemExit):
            runner.run(job.pk)
        Job.objects.filter(pk=job.pk).update(lease_until=now - SECOND)
        sweep(now=now)
        states.append(again(job).state)
    assert states == [State.QUEUED] * (MOST_ATTEMPTS - 1) + [State.FAILED]


@pytest.mark.parametrize("lane", Lane)
def test_a_job_that_nobody_heard_of_is_rung_for_again(job, now, bell, at_once, lane):
    unheard(job, now, lane=lane)
    assert sweep(now=now) == 1
    assert bell() == [(lane, {"job_id": str(job.pk)})]


def test_it_is_not_rung_for_at_every_sweep(job, now, bell, at_once):
    unheard(job, now)
    sweep(now=now)
    assert sweep(now=now + SECOND) == 0
    assert sweep(now=now + UNHEARD + SECOND) == 1
    assert len(bell()) == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"state": State.PARKED},
        {"state": State.SUCCEEDED},
        {"state": State.FAILED},
        {"state": State.STOPPED},
    ],
)
def test_only_what_waits_in_the_queue_is_rung_for(job, now, bell, at_once, changes):
    unheard(job, now, **changes)
    assert sweep(now=now) == 0
    assert bell() == []


def test_a_job_that_was_rung_for_just_now_is_given_time(job, now):
    unheard(job, now, ago=UNHEARD - SECOND)
    assert sweep(now=now) == 0


def test_a_job_that_is_not_due_is_not_rung_for(job, now):
    unheard(job, now)
    Job.objects.filter(pk=job.pk).update(due_at=now + SECOND)
    assert sweep(now=now) == 0


def test_the_sweep_works_for_all_organisations_at_once(house, job, enqueue, now):
    others = enqueue(house.northmere.pk)
    died(job, now)
    died(others, now)
    assert sweep(now=now) == 2


def test_of_two_sweepers_one_works_and_the_other_returns(real_job, now):
    died(real_job, now)
    sweeping, swept = threading.Event(), threading.Event()

    def sweep_slowly() -> None:
        try:
            with jobs.alone("jobs.sweep") as we_are:
                assert we_are
                sweeping.set()
                swept.wait(PATIENCE)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(sweep_slowly)
        assert sweeping.wait(PATIENCE)
        try:
            assert sweep(now=now) == 0
        finally:
            swept.set()
        slow.result()
    assert again(real_job).state == State.RUNNING
    assert sweep(now=now) == 1


def test_two_different_works_do_not_exclude_each_other(real_house):
    def alone(name: str) -> bool:
        try:
            with jobs.alone(name) as we_are:
                return we_are
        finally:
            connection.close()

    with jobs.alone("one"), ThreadPoolExecutor(1) as pool:
        assert pool.submit(alone, "one").result() is False
        assert pool.submit(alone, "other").result() is True


def test_a_job_that_is_just_being_written_is_left_to_the_next_sweep(real_job, now):
    died(real_job, now)

    def sweep_elsewhere() -> int:
        try:
            return sweep(now=now)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        Job.objects.select_for_update().get(pk=real_job.pk)
        assert pool.submit(sweep_elsewhere).result() == 0
    assert sweep(now=now) == 1
