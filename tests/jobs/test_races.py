"""Wakes that meet a job which is just falling asleep: none is slept through.

Real commits on real connections; threads meet at locks and barriers, never at clocks.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.scope import acting_for
from apps.jobs import runner
from apps.jobs import services as jobs
from apps.jobs.flow import DONE, WAIT, State
from apps.jobs.models import Job, StepRun
from tests.base.locks import PATIENCE, until_waiting
from tests.conftest import _owner
from tests.jobs.conftest import CLERK


@pytest.fixture
def elsewhere(real_job):
    """Run something on another connection, in the job's organisation."""

    def within(call: Callable[[], object]) -> object:
        try:
            with acting_for(real_job.organisation_id):
                return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        yield lambda call: pool.submit(within, call)


def state(job) -> str:
    return Job.objects.get(pk=job.pk).state


def wake(job) -> None:
    jobs.wake(job, actor=CLERK)


def decisions(job) -> int:
    return StepRun.objects.filter(job=job, name__startswith="decision").count()


def asks_until(count: int):
    """A step that waits until so many decisions were made."""
    return lambda job: DONE if decisions(job) == count else WAIT


def test_a_wake_that_lands_while_the_step_falls_asleep(real_job, flow, elsewhere):
    def ask(job):
        if decisions(job):
            return DONE
        elsewhere(lambda: jobs.note(real_job, "decision") or wake(real_job)).result()
        return WAIT

    flow.acts["ask"] = ask
    runner.run(real_job.pk)
    assert state(real_job) == State.SUCCEEDED
    assert flow.ran == ["read", "ask", "ask", "deliver"]
    assert not Event.objects.filter(tag__in=[Tag.JOB_PARKED, Tag.JOB_WOKEN]).exists()


def test_a_wake_that_is_not_committed_yet_when_the_job_falls_asleep(real_job, flow, elsewhere):
    woken = threading.Event()
    wakers: list[Future[object]] = []

    def wake_slowly() -> None:
        with transaction.atomic():
            jobs.note(real_job, "decision")
            wake(real_job)
            woken.set()
            until_waiting()  # the job, for the row that we hold

    def ask(job):
        if decisions(job):
            return DONE
        wakers.append(elsewhere(wake_slowly))
        assert woken.wait(PATIENCE)
        return WAIT

    flow.acts["ask"] = ask
    runner.run(real_job.pk)
    wakers[0].result()
    assert state(real_job) == State.SUCCEEDED
    assert flow.ran == ["read", "ask", "ask", "deliver"]


def test_a_wake_that_meets_a_job_in_the_middle_of_parking(real_job, flow, elsewhere, bell):
    flow.acts["ask"] = lambda _: WAIT
    with _owner() as db:
        db.autocommit = False
        db.execute("LOCK TABLE audit_event IN SHARE MODE")  # parking stops at its event
        runs = elsewhere(lambda: runner.run(real_job.pk))
        until_waiting(1)
        wakes = elsewhere(lambda: wake(real_job))
        until_waiting(2)
        db.commit()
    runs.result()
    wakes.result()
    assert state(real_job) == State.QUEUED
    tags = Event.objects.filter(subject=str(real_job.pk)).order_by("id")
    assert [event.tag for event in tags] == [Tag.JOB_QUEUED, Tag.JOB_PARKED, Tag.JOB_WOKEN]
    assert ("quick", {"job_id": str(real_job.pk)}) in bell()


@pytest.fixture
def asleep(real_job, flow) -> Job:
    """A job that waits for two decisions."""
    flow.acts["ask"] = asks_until(2)
    runner.run(real_job.pk)
    assert state(real_job) == State.PARKED
    return real_job


def test_two_who_decide_the_last_two_tasks_at_once(asleep, elsewhere, bell):
    together = threading.Barrier(2, timeout=PATIENCE)
    bell()

    def decide(number: int) -> None:
        with transaction.atomic():
            jobs.note(asleep, f"decision {number}")
            together.wait()  # neither sees the other's
            assert decisions(asleep) == 1
            wake(asleep)

    for decided in [elsewhere(lambda: decide(1)), elsewhere(lambda: decide(2))]:
        decided.result()
    assert state(asleep) == State.QUEUED
    assert len(bell()) == 1
    assert Event.objects.filter(tag=Tag.JOB_WOKEN).count() == 1
    runner.run(asleep.pk)
    assert state(asleep) == State.SUCCEEDED


def test_a_decision_that_commits_after_the_job_looked_again(asleep, elsewhere):
    noted, looked = threading.Event(), threading.Event()

    def decide_slowly() -> None:
        with transaction.atomic():
            jobs.note(asleep, "decision 2")
            noted.set()
            assert looked.wait(PATIENCE)
            wake(asleep)

    slow = elsewhere(decide_slowly)
    assert noted.wait(PATIENCE)
    jobs.note(asleep, "decision 1")
    wake(asleep)
    runner.run(asleep.pk)
    assert state(asleep) == State.PARKED
    looked.set()
    slow.result()
    assert state(asleep) == State.QUEUED
    runner.run(asleep.pk)
    assert state(asleep) == State.SUCCEEDED


def test_of_two_workers_one_takes_the_job(real_job, flow, elsewhere):
    together = threading.Barrier(2, timeout=PATIENCE)

    def run() -> None:
        together.wait()
        runner.run(real_job.pk)

    for ran in [elsewhere(run), elsewhere(run)]:
        ran.result()
    assert flow.ran == ["read", "ask", "deliver"]
    assert state(real_job) == State.SUCCEEDED
