"""That a record is on the trail, as a browser recomputes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from apps.audit import tlog, tree
from apps.audit.models import Event
from apps.base.errors import NotPossible
from apps.preservation.custody import sealed_by
from apps.preservation.models import Record


@dataclass(frozen=True, slots=True)
class Inclusion:
    """From the bytes of one event, hash by hash, to a root that is signed."""

    event: Event
    leaf: str
    index: int
    size: int
    path: list[str]
    root: str
    note: str  # the checkpoint as others read it
    signed_at: Any

    @property
    def body(self) -> str:
        """The event exactly as it was hashed."""
        return bytes(self.event.body).decode()

    @property
    def as_data(self) -> dict[str, Any]:
        """What a program needs to recompute the root."""
        return {
            "body": self.body,
            "leaf": self.leaf,
            "index": self.index,
            "size": self.size,
            "path": self.path,
            "root": self.root,
            "checkpoint": self.note,
        }


def inclusion(record: Record) -> Inclusion | None:
    """The proof of a record's event; None as long as it waits for a signed checkpoint."""
    event = sealed_by(record)
    if event is None:
        return None
    try:
        proof = tree.inclusion(event)
    except NotPossible:
        return None
    return Inclusion(
        event=event,
        leaf=tlog.leaf_hash(bytes(event.body)).hex(),
        index=proof.index,
        size=proof.checkpoint.size,
        path=[one.hex() for one in proof.path],
        root=proof.checkpoint.root.hex(),
        note=proof.checkpoint.note.decode(),
        signed_at=proof.checkpoint.at,
    )
