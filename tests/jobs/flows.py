"""A flow of three steps; what a step does is up to the test."""

from collections.abc import Callable

from apps.jobs.flow import DONE, Lane, Outcome, Step
from apps.jobs.models import Job

NAME = "test"
WHERE = {NAME: "tests.jobs.flows.FLOW"}  # for settings.JOB_FLOWS

Act = Callable[[Job], Outcome]

acts: dict[str, Act] = {}  # by step; a step without an act is done at once
ran: list[str] = []  # steps, as they ran


def _acting(name: str) -> Act:
    def run(job: Job) -> Outcome:
        ran.append(name)
        return acts[name](job) if name in acts else DONE

    return run


FLOW = (
    Step("read", _acting("read"), Lane.READING),
    Step("ask", _acting("ask")),
    Step("deliver", _acting("deliver")),
)
