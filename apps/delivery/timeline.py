"""The way of a document as a page tells it: steps taken, the one it stands at, those to come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.jobs.flow import ENDS, State
from apps.jobs.models import Job, StepRun

# The steps of a document's way: name in the timeline, title, what it means.
STEPS: dict[str, tuple[str, str]] = {
    "authenticated": ("Authenticated", "The sender was signed in."),
    "policy": ("Policy checked", "The purpose allows this legal basis."),
    "consent": ("Consent recorded", "With purpose, basis and what may be done."),
    "sealed": ("Encrypted", "Own key, AES-256-GCM, while it arrived."),
    "read": ("Read", "Behind a wall, without a network."),
    "classified": ("Classified", "Which kind of document it is."),
    "typed": ("Fields typed", "Only those that were asked for."),
    "review": ("In review", "Doubtful fields before people, through slits."),
    "preserve": ("Preserved", "A signed original: its record is made."),
    "deliver": ("Delivered", "One typed result, masked by default."),
}

PRESERVE = "preserve"

# Who said the class, as its step proves it.
CLASSIFIED: dict[str, str] = {
    "sender": "The sender said which kind of document it is.",
    "machine": "By the machine, from the words of its first pages.",
    "person": "By a reviewer, who saw a slit of its header.",
}
ASKED = "The machine is not sure. A reviewer is asked, and sees a slit of its header."

# Of a step that the work did not finish before it ended.
BROKEN_OFF: dict[State, str] = {
    State.STOPPED: "Not finished: a person stopped the work.",
    State.FAILED: "Not finished: this is where it failed.",
    State.SUCCEEDED: "Not needed in the end.",
}


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was taken, or is being taken."""

    name: str
    title: str
    note: str
    at: datetime
    ended_at: datetime | None
    broken_off: bool  # it will not be finished: the work ended before
    proof: dict[str, str]

    @property
    def before_people(self) -> bool:
        return not self.ended_at and not self.broken_off and self.name in ("classified", "review")


def taken(job: Job) -> list[Taken]:
    """The steps that were taken, in order."""
    found = [run for run in StepRun.objects.filter(job=job) if not _says_nothing(run)]
    runs = sorted(found, key=lambda run: _order(run.name))
    return [
        Taken(
            name=run.name,
            title=STEPS[run.name][0],
            note=_note(run, job),
            at=run.ended_at or (job.moved_at if job.state in ENDS else run.began_at),
            ended_at=run.ended_at,
            broken_off=_is_broken_off(run, job),
            proof=run.proof,
        )
        for run in runs
    ]


def ahead(job: Job, taken: Sequence[Taken]) -> list[str]:
    """Titles of the steps still to come; none once the work has ended."""
    if job.state in ENDS:
        return []
    names = {step.name for step in taken} | {PRESERVE}  # most documents are not signed
    return [title for name, (title, _) in STEPS.items() if name not in names]


def _note(run: StepRun, job: Job) -> str:
    """What a step means; of the class also who said it, or that somebody is asked."""
    if _is_broken_off(run, job):
        return BROKEN_OFF[State(job.state)]
    if run.name == "classified" and "by" in run.proof:
        return CLASSIFIED[run.proof["by"]]
    if run.name == "classified" and run.ended_at is None:
        return ASKED
    return STEPS[run.name][1]


def _says_nothing(run: StepRun) -> bool:
    """Of a document that is not signed there is nothing to preserve, and nothing to tell."""
    return run.name == PRESERVE and "record" not in run.proof


def _is_broken_off(run: StepRun, job: Job) -> bool:
    return run.ended_at is None and job.state in ENDS


def _order(name: str) -> int:
    return list(STEPS).index(name)
