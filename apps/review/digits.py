"""Alike digits of many fields, looked at together: which fields, and in which groups.

A person who sees thirty sevens side by side finds the one that is a one faster than by reading
thirty numbers, and sees nothing of the numbers. It settles a field only if its characters are all
that is in doubt: that they are read right, not that they are the value meant.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from apps.review.rules import Reason

FEW = 3  # doubtful digits of one field
MOST_TILES = 30  # of one group
FEWEST_TILES = 4  # fewer are read as fast one by one
MOST_OF_ONE = 3  # tiles of one document in all
SURELY_MEANT = 0.9  # 0 to 1; below, the doubt is whether this is the value at all
READ_ONLY = frozenset({Reason.LOW_CONFIDENCE, Reason.AUDIT})  # nothing else speaks against it


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is doubtful of a field, as far as it decides how to look at it."""

    value: str  # as printed
    doubtful: Sequence[int]  # positions in the value
    placed: bool  # it is known where each character stands
    chosen: float  # 0 to 1: that it is the value meant
    reason: Reason
    passes: bool  # its checks
    blind: bool  # its reader must not see what the machine read


@dataclass(frozen=True, slots=True)
class Tile:
    """One doubtful character of one task."""

    task: UUID
    document: UUID
    position: int  # in the value
    character: str


def is_few_digits(doubt: Doubt) -> bool:
    """Whether a few digits are all that is in doubt, so that seeing them settles the field."""
    signs = [doubt.value[at] for at in doubt.doubtful]
    return (
        0 < len(signs) <= FEW
        and all(sign in "0123456789" for sign in signs)
        and doubt.placed
        and doubt.passes
        and doubt.reason in READ_ONLY
        and doubt.chosen >= SURELY_MEANT
        and not doubt.blind
    )


def grouped(tiles: Sequence[Tile]) -> list[list[Tile]]:
    """Groups of one character each, the largest first; a task is in with all its tiles or not.

    A digit that too few tiles show is left to reading one by one, and its tasks with it.
    """
    kept = _limited(tiles)
    while True:
        counted = Counter(one.character for one in kept)
        rare = {one.task for one in kept if counted[one.character] < FEWEST_TILES}
        if not rare:
            break
        kept = [one for one in kept if one.task not in rare]
    groups = [[one for one in kept if one.character == sign] for sign in sorted(counted)]
    return sorted(groups, key=lambda group: (-len(group), group[0].character))


def _limited(tiles: Sequence[Tile]) -> list[Tile]:
    """Tasks in their order, as long as no group and no document gets too many tiles."""
    kept: list[Tile] = []
    shown: Counter[str] = Counter()
    seen: Counter[UUID] = Counter()
    for task in dict.fromkeys(one.task for one in tiles):
        own = [one for one in tiles if one.task == task]
        signs = shown + Counter(one.character for one in own)
        documents = seen + Counter(one.document for one in own)
        if _most(signs.values()) <= MOST_TILES and _most(documents.values()) <= MOST_OF_ONE:
            kept.extend(own)
            shown, seen = signs, documents
    return kept


def _most(counts: Collection[int]) -> int:
    return max(counts, default=0)
