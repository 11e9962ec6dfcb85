"""What goes wrong in a step, and what people are told of it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from apps.audit import services as audit
from apps.audit.models import Event
from apps.audit.tags import Outcome, Tag
from apps.base.errors import Gone, NotPossible, Unavailable, Unreadable
from apps.extraction.reader import ReaderDied
from apps.jobs import runner
from apps.jobs.flow import DONE, State, backoff
from apps.jobs.models import Job
from apps.jobs.runner import MOST_ATTEMPTS, UNFORESEEN
from portal import logs

SECRET = "DE89 3704 0044 0532 0130 00"


def raising(error):
    def step(_):
        raise error

    return step


def run(job, *, due=True) -> Job:
    if due:
        Job.objects.filter(pk=job.pk).update(due_at=timezone.now())
    runner.run(job.pk)
    return Job.objects.get(pk=job.pk)


def failures() -> list[Event]:
    return list(Event.objects.filter(tag=Tag.JOB_FAILED))


@pytest.mark.parametrize("family", [NotPossible, Unreadable, Gone])
def test_an_anticipated_failure_ends_the_job_with_its_sentence(job, flow, family):
    flow.acts["ask"] = raising(family("The file is locked with a password."))
    failed = run(job)
    assert (failed.state, failed.step, failed.token) == (State.FAILED, 1, None)
    assert (failed.problem, failed.explanation) == (
        family.__name__,
        "The file is locked with a password.",
    )
    assert flow.ran == ["read", "ask"]


def test_a_failure_is_on_the_trail_by_its_code_only(job, flow):
    flow.acts["read"] = raising(NotPossible("A sentence."))
    run(job)
    [event] = failures()
    assert (event.outcome, event.actor) == (Outcome.FAILED, "system:jobs")
    assert audit.facts_of(event) == {"problem": "NotPossible"}


def test_an_anticipated_failure_is_not_tried_again(job, flow):
    flow.acts["read"] = raising(NotPossible("A sentence."))
    run(job)
    assert run(job).state == State.FAILED
    assert flow.ran == ["read"]


@pytest.mark.parametrize("error", [Unavailable("The store does not answer."), ValueError(SECRET)])
def test_what_may_pass_is_tried_again_later(job, flow, error):
    flow.acts["read"] = raising(error)
    for attempts in range(1, MOST_ATTEMPTS):
        before = timezone.now()
        waiting = run(job)
        assert (waiting.state, waiting.attempts, waiting.token) == (State.QUEUED, attempts, None)
        assert waiting.due_at >= before + timedelta(seconds=backoff(attempts))
        assert (waiting.problem, failures()) == ("", [])


def test_it_is_not_tried_again_before_its_time(job, flow):
    flow.acts["read"] = raising(Unavailable("The store does not answer."))
    run(job)
    run(job, due=False)
    assert flow.ran == ["read"]


@pytest.mark.parametrize(
    ("error", "tries", "problem", "explanation"),
    [
        (Unavailable("The store is down."), 12, "Unavailable", "The store is down."),
        (ReaderDied("The reader broke."), 3, "ReaderDied", "The reader broke."),
        (ValueError(SECRET), 3, "Unforeseen", UNFORESEEN),
    ],
)
def test_what_does_not_pass_ends_the_job_with_a_sentence(
    job, flow, error, tries, problem, explanation
):
    flow.acts["read"] = raising(error)
    for _ in range(tries):
        failed = run(job)
    assert (failed.state, failed.problem, failed.explanation) == (
        State.FAILED,
        problem,
        explanation,
    )
    assert [audit.facts_of(event) for event in failures()] == [{"problem": problem}]
    assert flow.ran == ["read"] * tries


def test_what_passes_goes_on_where_it_failed(job, flow):
    flow.acts["ask"] = raising(Unavailable("The store does not answer."))
    run(job)
    flow.acts["ask"] = lambda _: DONE
    assert run(job).state == State.SUCCEEDED
    assert flow.ran == ["read", "ask", "ask", "deliver"]


def test_attempts_are_counted_for_each_step(job, flow):
    flow.acts["read"] = raising(ValueError())
    for _ in range(MOST_ATTEMPTS - 1):
        run(job)
    flow.acts["read"] = lambda _: DONE
    flow.acts["ask"] = raising(ValueError())
    states = [run(job).state for _ in range(MOST_ATTEMPTS)]
    assert states == [State.QUEUED] * (MOST_ATTEMPTS - 1) + [State.FAILED]
    assert flow.ran.count("ask") == MOST_ATTEMPTS


def test_the_message_of_an_unforeseen_exception_is_written_nowhere(job, flow, caplog):
    flow.acts["read"] = raising(ValueError(SECRET))
    for _ in range(MOST_ATTEMPTS):
        failed = run(job)
    written = [logs.Lines(as_json=True).format(line) for line in caplog.records]
    assert written
    assert all('"kind":"ValueError"' in line and "runner.py" in line for line in written)
    assert not any(SECRET in line for line in written)
    assert SECRET not in str(vars(failed))
    assert not any(SECRET.encode() in bytes(event.body) for event in Event.objects.all())


def test_a_broken_transaction_of_a_step_breaks_nothing_else(real_job, flow):
    def read(job):
        with transaction.atomic():
            Job.objects.create(
                flow=job.flow,
                subject_id=job.subject_id,
                organisation_id=job.organisation_id,
                actor=job.actor,
            )

    flow.acts["read"] = read
    waiting = run(real_job)
    assert (waiting.state, waiting.attempts) == (State.QUEUED, 1)
    flow.acts["read"] = lambda _: DONE
    assert run(real_job).state == State.SUCCEEDED


def test_a_connection_that_a_step_lost_is_made_anew(real_job, flow):
    def read(_):
        connection.close()
        raise IntegrityError

    flow.acts["read"] = read
    assert run(real_job).state == State.QUEUED


def test_a_worker_that_is_told_to_end_leaves_the_job_to_the_sweep(job, flow):
    flow.acts["read"] = raising(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        run(job)
    assert Job.objects.get(pk=job.pk).state == State.RUNNING
