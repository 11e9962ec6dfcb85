"""Events on their way out, in the order of their tree, and the forms they are written in.

`docs/audit-export.md` is the contract of the first two forms with whoever checks them.
"""

from __future__ import annotations

import base64
import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from uuid import UUID

from apps.assurance.exports import ocsf
from apps.audit import tree
from apps.audit.models import Detail, Event, Leaf

CHUNK = 2_000  # events fetched at once
COLUMNS = ("index", "at", "actor", "tag", "outcome", "subject", "document", "workspace", "reason")
FORMULA = tuple("=+-@\t\r")


@dataclass(slots=True)
class Line:
    """One event as an export has it."""

    index: int
    event: UUID
    hash: bytes  # of the leaf
    body: bytes | None  # None where its month was retired
    proof: list[bytes] | None = None
    words: Detail | None = None
    said: dict[str, Any] = field(default_factory=dict)  # the body, read

    def __post_init__(self) -> None:
        self.said = json.loads(self.body) if self.body is not None else {}


def in_range(organisation: UUID, first: int, after: int) -> Iterator[Line]:
    """Every leaf from one to before another."""
    for entry in tree.entries(organisation, first, after):
        yield Line(entry.index, entry.event, entry.hash, entry.body)


def selected(organisation: UUID, indexes: Sequence[int], *, size: int) -> Iterator[Line]:
    """Single leaves, each with the path to the root of a size."""
    paths = tree.inclusions(organisation, iter(indexes), size=size)
    for chunk in _chunks(indexes):
        for line, path in zip(_leaves(organisation, chunk), paths, strict=False):
            line.proof = path
            yield line


def with_words(lines: Iterable[Line]) -> Iterator[Line]:
    """The same, with what people wrote where it was not erased."""
    for chunk in _chunks(lines):
        bound = [line.event for line in chunk if line.said.get("detail")]
        words = {one.event_id: one for one in Detail.objects.filter(event_id__in=bound)}
        for line in chunk:
            line.words = words.get(line.event)
            yield line


def as_json(line: Line) -> bytes:
    """A line of `events.jsonl`."""
    told: dict[str, Any] = {"index": line.index}
    if line.body is None:
        told["hash"] = line.hash.hex()
    else:
        told["body"] = line.body.decode()
    if line.proof is not None:
        told["proof"] = [base64.b64encode(one).decode() for one in line.proof]
    if line.words is not None:
        told |= {"detail": line.words.words, "salt": bytes(line.words.salt).hex()}
    return _json(told)


def as_ocsf(line: Line) -> bytes:
    """A line of `ocsf.jsonl`; nothing of an event whose month was retired."""
    return _json(ocsf.event(line.said, index=line.index)) if line.said else b""


class Table:
    """The rows of `events.csv`, one at a time; the header comes before the first."""

    def __init__(self) -> None:
        self._text = io.StringIO()
        self._rows = csv.writer(self._text)
        self._rows.writerow([*COLUMNS, "leaf_hash"])

    def row(self, line: Line) -> bytes:
        self._rows.writerow([*_cells(line), line.hash.hex()])
        return self.taken()

    def taken(self) -> bytes:
        """What was written since the last time."""
        text = self._text.getvalue()
        self._text.seek(0)
        self._text.truncate()
        return text.encode()


def harmless(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _chunks(many: Iterable[Any]) -> Iterator[list[Any]]:
    rest = iter(many)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk


def _cells(line: Line) -> list[str]:
    said = {**line.said, "reason": line.said.get("facts", {}).get("reason")}
    cells = [said.get(name) for name in COLUMNS[1:]]
    return [str(line.index), *(harmless("" if one is None else str(one)) for one in cells)]


def _leaves(organisation: UUID, indexes: Sequence[int]) -> list[Line]:
    leaves = list(Leaf.objects.filter(tree=organisation, index__in=indexes).order_by("index"))
    keys = [leaf.event_id for leaf in leaves]
    events = Event.objects.filter(id__in=keys, id__gte=min(keys), id__lte=max(keys))
    bodies = dict(events.values_list("id", "body"))
    return [
        Line(leaf.index, leaf.event_id, bytes(leaf.hash), _bytes(bodies.get(leaf.event_id)))
        for leaf in leaves
    ]


def _bytes(body: Any) -> bytes | None:
    return None if body is None else bytes(body)


def _json(told: dict[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
