"""A worker takes a job and walks it as far as it goes."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from apps.audit.models import Event
from apps.audit.tags import Outcome, Tag
from apps.base.ids import uuid7
from apps.base.scope import SETTING, acting_for
from apps.jobs import runner
from apps.jobs import services as jobs
from apps.jobs.flow import DONE, WAIT, Lane, State
from apps.jobs.models import Job, StepRun
from apps.jobs.runner import LEASE, SKEW


def tags(job) -> list[str]:
    events = Event.objects.filter(subject=str(job.pk)).order_by("id")
    return list(events.values_list("tag", flat=True))


def run(job, **more) -> Job:
    runner.run(job.pk, **more)
    return Job.objects.get(pk=job.pk)


def in_scope() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s, true)", [SETTING])
        return cursor.fetchone()[0]


def test_all_steps_run_in_order_and_the_end_is_on_the_trail(job, flow):
    done = run(job)
    assert flow.ran == ["read", "ask", "deliver"]
    assert (done.state, done.step, done.token, done.lease_until) == (State.SUCCEEDED, 3, None, None)
    assert tags(job) == [Tag.JOB_QUEUED, Tag.JOB_SUCCEEDED]


def test_a_step_that_waits_for_people_parks_the_job(job, flow):
    flow.acts["ask"] = lambda _: WAIT
    parked = run(job)
    assert flow.ran == ["read", "ask"]
    assert (parked.state, parked.step, parked.token) == (State.PARKED, 1, None)
    assert tags(job) == [Tag.JOB_QUEUED, Tag.JOB_PARKED]


def test_a_job_that_is_over_is_not_run_again(job, flow):
    run(job)
    flow.ran.clear()
    assert run(job).state == State.SUCCEEDED
    assert flow.ran == []


@pytest.mark.parametrize("state", [State.PARKED, State.STOPPED, State.FAILED])
def test_only_a_queued_job_is_taken(job, flow, state):
    Job.objects.filter(pk=job.pk).update(state=state)
    assert run(job).state == state
    assert flow.ran == []


def test_a_job_that_is_running_is_not_taken_by_a_second_worker(job, flow):
    flow.acts["read"] = lambda job: runner.run(job.pk) or DONE
    assert run(job).state == State.SUCCEEDED
    assert flow.ran == ["read", "ask", "deliver"]


def test_a_job_that_nobody_knows_is_no_trouble(db):
    runner.run(uuid7())


def test_a_job_is_not_taken_before_it_is_due(job, flow):
    Job.objects.filter(pk=job.pk).update(due_at=timezone.now() + SKEW + timedelta(seconds=60))
    assert run(job).state == State.QUEUED
    assert flow.ran == []


def test_two_clocks_may_differ_a_little(job):
    Job.objects.filter(pk=job.pk).update(due_at=timezone.now() + SKEW - timedelta(seconds=1))
    assert run(job).state == State.SUCCEEDED


def test_a_running_job_has_a_lease_and_an_attempt(job, flow):
    seen = []
    flow.acts["read"] = lambda job: seen.append(Job.objects.get(pk=job.pk)) or DONE
    before = timezone.now()
    run(job)
    [running] = seen
    assert (running.state, running.attempts) == (State.RUNNING, 1)
    assert running.token
    assert before + LEASE <= running.lease_until <= timezone.now() + LEASE


def test_a_step_works_for_the_jobs_organisation_and_nobody_afterwards(house, job, flow):
    seen = []
    flow.acts["read"] = lambda _: seen.append(in_scope()) or DONE
    with acting_for(None):
        runner.run(job.pk)
        assert in_scope() == ""
    assert seen == [str(house.halden.pk)]


def test_a_job_goes_on_where_it_stood(job, flow):
    Job.objects.filter(pk=job.pk).update(step=1)
    run(job)
    assert flow.ran == ["ask", "deliver"]


def test_the_timeline_tells_when_each_step_began_and_ended(job, flow):
    flow.acts["ask"] = lambda _: WAIT
    run(job)
    read, ask = StepRun.objects.order_by("began_at")
    assert (read.name, ask.name) == ("read", "ask")
    assert read.began_at <= read.ended_at <= ask.began_at
    assert ask.ended_at is None


def test_a_step_that_runs_again_has_one_place_on_the_timeline(job, flow):
    flow.acts["ask"] = lambda _: WAIT
    run(job)
    began = StepRun.objects.get(name="ask").began_at
    jobs.wake(job, actor=runner.SYSTEM)
    flow.acts["ask"] = lambda _: DONE
    run(job)
    ask = StepRun.objects.get(name="ask")
    assert ask.began_at == began
    assert ask.ended_at


def test_a_step_leaves_its_proof_on_the_timeline(job, flow):
    def read(job):
        jobs.prove(job, engine="fake")
        jobs.prove(job, digest="ab")
        return DONE

    flow.acts["read"] = read
    run(job)
    assert StepRun.objects.get(name="read").proof == {"engine": "fake", "digest": "ab"}
    assert StepRun.objects.get(name="ask").proof == {}


def test_what_happened_inside_a_step_is_noted_once(job):
    jobs.note(job, "classified", doctype="invoice")
    jobs.note(job, "classified", doctype="receipt")
    [row] = job.timeline.all()
    assert (row.name, row.proof) == ("classified", {"doctype": "invoice"})
    assert row.began_at == row.ended_at


def test_stopping_ends_a_job_and_says_why(house, job):
    assert jobs.stop("test", subject_id=job.subject_id, actor=house.clara.actor, reason="deleted")
    stopped = Job.objects.get(pk=job.pk)
    assert (stopped.state, stopped.token, stopped.lease_until) == (State.STOPPED, None, None)
    [event] = Event.objects.filter(tag=Tag.JOB_STOPPED)
    assert (event.actor, event.outcome) == (house.clara.actor, Outcome.DONE)
    assert b'"reason":"deleted"' in bytes(event.body)


def test_stopping_twice_is_stopping_once(house, job):
    about = {"subject_id": job.subject_id, "actor": house.clara.actor, "reason": "deleted"}
    assert jobs.stop("test", **about)
    assert not jobs.stop("test", **about)
    assert Event.objects.filter(tag=Tag.JOB_STOPPED).count() == 1


@pytest.mark.parametrize(
    ("state", "stops"),
    [
        (State.PARKED, True),
        (State.FAILED, True),
        (State.SUCCEEDED, False),
        (State.STOPPED, False),
    ],
)
def test_only_what_is_not_over_is_stopped(house, job, state, stops):
    Job.objects.filter(pk=job.pk).update(state=state)
    about = {"subject_id": job.subject_id, "actor": house.clara.actor, "reason": "deleted"}
    assert jobs.stop("test", **about) is stops
    assert Job.objects.get(pk=job.pk).state == (State.STOPPED if stops else state)


def test_a_quick_worker_hands_a_reading_step_over(job, flow, bell, at_once):
    handed = run(job, lane=Lane.QUICK)
    assert flow.ran == []
    assert (handed.state, handed.lane, handed.step) == (State.QUEUED, Lane.READING, 0)
    assert (handed.attempts, handed.token, handed.lease_until) == (0, None, None)
    assert bell() == [(Lane.READING, {"job_id": str(job.pk)})]


@pytest.mark.parametrize("lane", [Lane.READING, None])
def test_a_worker_that_reads_does_the_other_steps_too(job, flow, lane):
    assert run(job, lane=lane).state == State.SUCCEEDED
    assert flow.ran == ["read", "ask", "deliver"]


def test_a_quick_worker_does_quick_steps(job, flow):
    Job.objects.filter(pk=job.pk).update(step=1)
    assert run(job, lane=Lane.QUICK).state == State.SUCCEEDED
    assert flow.ran == ["ask", "deliver"]


def test_a_job_that_waited_for_people_goes_on_in_the_quick_lane(job, flow):
    flow.acts["ask"] = lambda _: WAIT
    assert run(job, lane=Lane.READING).lane == Lane.QUICK
