"""Kill -9 in the middle of a step: the work is done, and done once."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import quote, urlencode

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from apps.jobs import runner
from apps.jobs.flow import State
from apps.jobs.models import Job, StepRun
from apps.jobs.sweep import sweep
from tests.jobs import effects


def address() -> str:
    """The URL of the tests' database."""
    about = connection.settings_dict
    query = urlencode({"host": about["HOST"], "port": about["PORT"]})
    password = quote(about["PASSWORD"], safe="")
    return f"postgresql://{about['USER']}:{password}@/{about['NAME']}?{query}"


@contextmanager
def worker(job, where: str) -> Iterator[subprocess.Popen[str]]:
    """A real process that works on the job and has come as far as `where`."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.jobs.worker", str(job.pk), where],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": address()},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout.readline() == "in the middle\n"
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("where", effects.PLACES)
def test_what_a_killed_worker_left_is_done_once_by_the_next(real_job, flow, where):
    with worker(real_job, where) as process:
        runner.run(real_job.pk)
        assert Job.objects.get(pk=real_job.pk).state == State.RUNNING
        assert flow.ran == []
        process.kill()
    assert effects.effects_of(real_job) == (where == "after it")

    now = timezone.now()
    Job.objects.filter(pk=real_job.pk).update(lease_until=now - timedelta(seconds=1))
    assert sweep(now=now) == 1
    flow.acts["read"] = effects.writing()
    runner.run(real_job.pk)

    job = Job.objects.get(pk=real_job.pk)
    assert (job.state, job.step) == (State.SUCCEEDED, 3)
    assert flow.ran == ["read", "ask", "deliver"]
    assert effects.effects_of(job) == 1
    assert StepRun.objects.filter(job=job, name="read").count() == 1
