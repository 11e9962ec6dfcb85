"""What proves events to a stranger: hashes around them, older checkpoints, and anchors."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from apps.audit import tree
from apps.audit.models import LOG, Anchor, Checkpoint, Event
from apps.audit.tags import Tag
from apps.audit.tree import Signed

DAYS = 400  # whose last checkpoints a tree is proven to continue
MOST_ANCHORS = 30
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Anchored:
    """A checkpoint of the log of all trees that an authority answered for, and our tree in it."""

    name: str  # of its two files
    note: bytes
    token: bytes
    at: datetime  # as the authority says
    proof: dict[str, Any]


def proofs(
    organisation: UUID, signed: Signed, anchors: list[Anchored], **about: Any
) -> dict[str, Any]:
    """The content of `proofs.json`; `about` is the format, and what that adds."""
    sizes = {one.proof["size"] for one in anchors}
    sizes |= {*daily(organisation, signed), *sent(organisation, signed)}
    return {
        "size": signed.size,
        **about,
        "consistency": [
            {"from": size, "path": texts(tree.consistency(organisation, size, signed.size))}
            for size in sorted(sizes)
            if 0 < size < signed.size
        ],
        "anchors": [one.proof for one in anchors],
    }


def around(organisation: UUID, first: int, after: int, size: int) -> dict[str, Any]:
    """What makes a range of leaves reproduce the root: the subtrees on both sides of it."""
    left, right = tree.around(organisation, first=first, after=after, size=size)
    return {"first": first, "after": after, "left": texts(left), "right": texts(right)}


def anchored(organisation: UUID, signed: Signed) -> list[Anchored]:
    """The newest anchors whose log knows a checkpoint that the signed one continues."""
    newest = Anchor.objects.order_by("-size", "id")[:MOST_ANCHORS]
    found = (_anchored(organisation, signed, anchor) for anchor in newest)
    return [one for one in found if one is not None]


def daily(organisation: UUID, signed: Signed) -> Iterator[int]:
    """The sizes of the last checkpoints of days."""
    known = Checkpoint.objects.filter(tree=organisation, size__lte=signed.size).order_by("-at")
    end = signed.at
    for _ in range(DAYS):
        last = known.filter(at__lt=end.replace(hour=0, minute=0, second=0, microsecond=0)).first()
        if last is None:
            return
        yield last.size
        end = last.at


def sent(organisation: UUID, signed: Signed) -> Iterator[int]:
    """The sizes of the checkpoints that officers were sent, and may have kept."""
    told = Event.objects.filter(organisation_id=organisation, tag=Tag.CHECKPOINT_SENT)
    for size in told.between(signed.at - DAYS * DAY, None).values_list("subject", flat=True):
        yield int(size)


def _anchored(organisation: UUID, signed: Signed, anchor: Anchor) -> Anchored | None:
    log = tree.checkpoint(LOG, at_most=anchor.size)
    entry = tree.logged(organisation, below=anchor.size)
    if log is None or log.size != anchor.size or entry is None or entry[0].size > signed.size:
        return None
    logged, index = entry
    [path] = tree.inclusions(LOG, iter([index]), size=anchor.size)
    name = f"{anchor.size}-{anchor.pk.hex[-6:]}"
    proof = {
        "file": name,
        "size": logged.size,
        "body": logged.body,
        "index": index,
        "path": texts(path),
    }
    return Anchored(name, log.note, bytes(anchor.token), anchor.at, proof)


def texts(hashes: list[bytes]) -> list[str]:
    return [base64.b64encode(one).decode() for one in hashes]
