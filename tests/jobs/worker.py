"""A worker process for one job, which stops in the middle of its first step until it is killed.

Run as `python -m tests.jobs.worker <job id> <where>`; it says a line when it is there.
"""

import sys
from uuid import UUID

import django


def main(job_id: UUID, where: str) -> None:
    from django.conf import settings

    from apps.jobs import runner
    from tests.jobs import effects, flows

    settings.JOB_FLOWS = flows.WHERE
    flows.acts["read"] = effects.writing(lambda now: _stop() if now == where else None)
    runner.run(job_id)


def _stop() -> None:
    print("in the middle", flush=True)  # noqa: T201 - to the test that waits for it
    sys.stdin.read()


if __name__ == "__main__":
    django.setup()
    main(UUID(sys.argv[1]), sys.argv[2])
