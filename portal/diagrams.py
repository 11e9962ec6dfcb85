"""The state machines of the house as diagrams, drawn from the tables that the code obeys."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import TypeVar

from apps.jobs import flow as jobs
from apps.jobs.flow import Step
from apps.review import ladder
from apps.review import rules as review
from portal.pipeline import PROCESS

S = TypeVar("S", bound=StrEnum)
HEAD = """\
# States

Drawn by `manage.py diagrams` from the tables that the code obeys; a test fails when they differ.
"""


def page() -> str:
    """`docs/states.md`, whole."""
    parts = [
        HEAD,
        _section("The steps of a document", steps(PROCESS)),
        _section("A job", machine(jobs.MOVES)),
        _section("A task", machine(review.MOVES)),
        _section("Leave to see more than a slit", machine(ladder.MOVES)),
    ]
    return "\n".join(parts)


def machine(moves: Mapping[S, Iterable[S]]) -> str:
    """A diagram of one table of moves; its first state is where everything begins."""
    first = next(iter(moves))
    lines = ["stateDiagram-v2", f"  [*] --> {first}"]
    for state, targets in moves.items():
        onward = sorted(targets)
        lines += [f"  {state} --> {target}" for target in onward] or [f"  {state} --> [*]"]
    return "\n".join(lines)


def steps(flow: Iterable[Step]) -> str:
    """A diagram of the steps in their order, with the lane that each needs."""
    names = [f'{step.name}["{step.name} · {step.lane}"]' for step in flow]
    return "\n".join(["flowchart LR", "  " + " --> ".join(["sent([sent])", *names])])


def _section(title: str, diagram: str) -> str:
    return f"## {title}\n\n```mermaid\n{diagram}\n```\n"
