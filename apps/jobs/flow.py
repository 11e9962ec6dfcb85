"""The states of a job, the moves between them, and what a step is and may answer."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Any


class State(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    PARKED = "parked"  # waiting for people
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    STOPPED = "stopped"  # by a person: deleted, or consent withdrawn


MOVES: dict[State, frozenset[State]] = {
    State.QUEUED: frozenset({State.RUNNING, State.FAILED, State.STOPPED}),
    State.RUNNING: frozenset(
        {State.QUEUED, State.PARKED, State.SUCCEEDED, State.FAILED, State.STOPPED}
    ),
    State.PARKED: frozenset({State.QUEUED, State.STOPPED}),
    State.SUCCEEDED: frozenset(),
    State.FAILED: frozenset({State.QUEUED, State.STOPPED}),
    State.STOPPED: frozenset(),
}
ENDS = frozenset({State.SUCCEEDED, State.FAILED, State.STOPPED})


class Outcome(Enum):
    DONE = "done"
    WAIT = "wait"


DONE, WAIT = Outcome.DONE, Outcome.WAIT


class Lane(StrEnum):
    """Which workers a step needs: those that read pages, or any."""

    READING = "reading"
    QUICK = "quick"


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of a flow. It may run twice, so it does nothing the second time."""

    name: str
    run: Callable[[Any], Outcome]
    lane: Lane = Lane.QUICK


def backoff(attempts: int) -> int:
    """Seconds before a failed attempt is tried again: 10, 40, 90 …"""
    return 10 * attempts**2
