"""Which slits stand side by side in the grid: one field, many documents."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

MOST_CELLS = 12
MOST_OF_ONE = 3  # slits of one document before one person, so that nobody rebuilds a record


@dataclass(frozen=True, slots=True)
class Candidate:
    """A task that could stand in a grid."""

    task: UUID
    field: str
    document: UUID


def columns(candidates: Collection[Candidate]) -> list[tuple[str, int]]:
    """The fields there are with how many slits each has, most first."""
    counted = Counter(one.field for one in candidates)
    return sorted(counted.items(), key=lambda one: (-one[1], one[0]))


def laid_out(
    candidates: Sequence[Candidate], *, field: str, seen: Mapping[UUID, int]
) -> list[UUID]:
    """The tasks of a grid in their order.

    `seen` says how many other slits of each document the person has seen under this claim.
    """
    of = Counter(dict(seen))
    chosen: list[UUID] = []
    for one in candidates:
        if one.field == field and of[one.document] < MOST_OF_ONE and len(chosen) < MOST_CELLS:
            of[one.document] += 1
            chosen.append(one.task)
    return chosen
