"""A worker that lost its lease commits nothing more."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.scope import acting_for
from apps.jobs import runner
from apps.jobs import services as jobs
from apps.jobs.flow import DONE, WAIT, State
from apps.jobs.models import Job, StepRun
from apps.jobs.sweep import sweep
from tests.base.locks import until_waiting
from tests.jobs.conftest import CLERK


def taken_over(job) -> None:
    """The lease runs out, the sweep puts the job back and another worker does all of it."""
    now = timezone.now()
    Job.objects.filter(pk=job.pk).update(lease_until=now - timedelta(seconds=1))
    assert sweep(now=now) == 1
    runner.run(job.pk)


def stopped(job) -> None:
    jobs.stop("test", subject_id=job.subject_id, actor=CLERK, reason="deleted")


def put_back(job) -> None:
    Job.objects.filter(pk=job.pk).update(state=State.QUEUED, token=None)


def anothers(job) -> None:
    """Another worker is in the middle of it."""
    Job.objects.filter(pk=job.pk).update(token=uuid4())


ENDS_AS = {
    taken_over: State.SUCCEEDED,
    stopped: State.STOPPED,
    put_back: State.QUEUED,
    anothers: State.RUNNING,
}
losses = pytest.mark.parametrize("lose", ENDS_AS)


def state(job) -> str:
    return Job.objects.get(pk=job.pk).state


@losses
def test_the_effect_of_a_worker_that_lost_its_lease_is_not_committed(job, flow, lose):
    said = []

    def read(job):
        if said:
            return DONE
        said.append("lost")
        lose(job)
        with pytest.raises(jobs.Fenced, match="taken over or stopped"), jobs.fenced(job):
            said.append("inside")
        with jobs.fenced(job):
            said.append("inside")
            jobs.note(job, "effect")
        return DONE

    flow.acts["read"] = read
    runner.run(job.pk)
    assert said == ["lost"]
    assert not StepRun.objects.filter(name="effect").exists()


@losses
def test_a_worker_that_lost_its_lease_does_not_go_on(job, flow, lose):
    lost = []

    def read(job):
        if not lost:
            lost.append(True)
            lose(job)
        return DONE

    flow.acts["read"] = read
    runner.run(job.pk)
    assert state(job) == ENDS_AS[lose]
    assert flow.ran.count("deliver") == (lose is taken_over)
    assert Job.objects.get(pk=job.pk).step == (3 if lose is taken_over else 0)


@losses
@pytest.mark.parametrize("outcome", ["waits", "fails", "breaks"])
def test_the_end_a_lost_worker_comes_to_is_not_the_jobs(job, flow, lose, outcome):
    lost = []

    def ask(job):
        if lost:
            return DONE
        lost.append(True)
        lose(job)
        if outcome == "waits":
            return WAIT
        raise (jobs.PortalError if outcome == "fails" else LookupError)("no matter")

    flow.acts["ask"] = ask
    runner.run(job.pk)
    assert state(job) == ENDS_AS[lose]
    assert not Event.objects.filter(tag__in=[Tag.JOB_FAILED, Tag.JOB_PARKED]).exists()


def test_what_fails_inside_the_fence_is_rolled_back(job, flow):
    def read(job):
        with jobs.fenced(job):
            jobs.note(job, "effect")
            raise LookupError

    flow.acts["read"] = read
    runner.run(job.pk)
    assert not StepRun.objects.filter(name="effect").exists()


def test_a_deletion_waits_for_an_effect_that_is_being_written(real_job, flow):
    """What is written inside the fence is there before the job is stopped, or never."""
    effects: list[int] = []

    def stop_elsewhere() -> bool:
        try:
            with acting_for(real_job.organisation_id):
                stopped = jobs.stop(
                    "test", subject_id=real_job.subject_id, actor=CLERK, reason="deleted"
                )
                effects.append(StepRun.objects.filter(name="effect").count())
                return stopped
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:

        def read(job):
            with jobs.fenced(job):
                jobs.note(job, "effect")
                stops.append(pool.submit(stop_elsewhere))
                until_waiting()
            assert stops[0].result()
            return DONE

        stops = []
        flow.acts["read"] = read
        runner.run(real_job.pk)
    assert effects == [1]
    assert state(real_job) == State.STOPPED
    assert flow.ran == ["read"]


def test_a_long_step_keeps_its_lease(real_job, flow, monkeypatch):
    monkeypatch.setattr(runner, "BEAT", 0.001)
    before = set(threading.enumerate())

    def lease() -> object:
        return Job.objects.values_list("lease_until", flat=True).get(pk=real_job.pk)

    def read(job):
        for _ in range(50_000):
            if lease() > job.lease_until:
                return DONE
        raise AssertionError("The lease was not renewed.")

    flow.acts["read"] = read
    runner.run(real_job.pk)
    for beating in set(threading.enumerate()) - before:
        beating.join()
    assert state(real_job) == State.SUCCEEDED
