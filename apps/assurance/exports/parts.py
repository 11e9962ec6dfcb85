"""Which leaves of the tree an export holds: all of a time, or those that match a question."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from apps.assurance import asks
from apps.assurance.exports import lines
from apps.assurance.exports.lines import Line
from apps.assurance.models import Export, Mode
from apps.audit import proving, tree
from apps.audit.explorer import Walk, Wanted
from apps.audit.models import Leaf
from apps.audit.tree import Signed
from apps.base.errors import NotPossible

MOST_SELECTED = 100_000  # events of a selection; a range has no limit
PAGE = 2_000  # events found at once


@dataclass(frozen=True, slots=True)
class Part:
    """Which leaves an export holds, and what proves them."""

    lines: Iterator[Line]
    count: int
    proof: dict[str, Any]
    left_out: int = 0  # events that match and are in no checkpoint yet


def part_of(export: Export, signed: Signed) -> Part:
    """What an export holds of the tree that a checkpoint signs.

    Raises:
        NotPossible: too much was selected.
    """
    organisation = export.organisation_id
    wanted = asks.wanted(export.asks, organisation=organisation)
    if export.mode == Mode.SELECTION:
        return _selection(organisation, wanted, signed)
    return _range(organisation, wanted, signed)


def _range(organisation: UUID, wanted: Wanted, signed: Signed) -> Part:
    first, after = 0, signed.size
    if wanted.since or wanted.until:
        first, after = tree.range_between(
            organisation,
            since=wanted.since or datetime.min.replace(tzinfo=signed.at.tzinfo),
            until=wanted.until or signed.at,
            size=signed.size,
        )
    proof = {"mode": Mode.RANGE, **proving.around(organisation, first, after, signed.size)}
    return Part(lines.in_range(organisation, first, after), after - first, proof)


def _selection(organisation: UUID, wanted: Wanted, signed: Signed) -> Part:
    found = 0
    indexes: list[int] = []
    for chunk in _matching(organisation, wanted):
        found += len(chunk)
        leaves = Leaf.objects.filter(tree=organisation, event_id__in=chunk, index__lt=signed.size)
        indexes += leaves.values_list("index", flat=True)
        if len(indexes) > MOST_SELECTED:
            raise NotPossible(
                f"More than {MOST_SELECTED:,} events match. Ask for a range of time instead."
            )
    indexes.sort()
    return Part(
        lines.selected(organisation, indexes, size=signed.size),
        len(indexes),
        {"mode": Mode.SELECTION},
        left_out=found - len(indexes),
    )


def _matching(organisation: UUID, wanted: Wanted) -> Iterator[list[UUID]]:
    """Keys of all events that match, walk by walk, back to the first."""
    before: UUID | None = None
    while True:
        walk = Walk(wanted, organisation, before)
        keys = walk.keys(PAGE)
        if keys:
            yield keys
        before = keys[-1] if len(keys) == PAGE else walk.end()
        if before is None:
            return
