"""A message wakes a worker; the queue it came through says which kind."""

import pytest
from celery import current_app
from django.utils import timezone

from apps.jobs import tasks
from apps.jobs.flow import Lane, State
from apps.jobs.models import Job
from apps.jobs.services import RUN
from apps.jobs.sweep import UNHEARD


def deliver(job, route: str, **more: object) -> Job:
    tasks.run.apply(kwargs={"job_id": str(job.pk), **more}, routing_key=route, throw=True)
    return Job.objects.get(pk=job.pk)


@pytest.mark.parametrize(
    ("route", "state"),
    [(Lane.READING, State.SUCCEEDED), (Lane.QUICK, State.QUEUED), ("other", State.SUCCEEDED)],
)
def test_the_lane_of_a_message_is_the_lane_of_its_worker(job, route, state):
    assert deliver(job, route).state == state


def test_a_message_of_another_version_does_not_crash_a_worker(job):
    assert deliver(job, Lane.READING, colour="blue").state == State.SUCCEEDED


def test_a_message_that_comes_twice_is_heard_once(job, flow):
    deliver(job, Lane.READING)
    deliver(job, Lane.READING)
    assert flow.ran == ["read", "ask", "deliver"]


def test_what_is_sent_by_name_is_a_task_and_the_clock_sweeps(job, bell, at_once):
    assert {RUN, "jobs.sweep"} <= set(current_app.tasks)
    assert "jobs.sweep" in {beat["task"] for beat in current_app.conf.beat_schedule.values()}
    Job.objects.filter(pk=job.pk).update(moved_at=timezone.now() - 2 * UNHEARD)
    tasks.sweep.apply(throw=True)
    assert len(bell()) == 1


def test_a_round_that_found_no_worker_is_not_made_up_for():
    """Else a worker that was away for an hour comes to what is asked now an hour later."""
    rounds = current_app.conf.beat_schedule.values()
    assert all(one["options"]["expires"] == max(one["schedule"], 60.0) for one in rounds)
