"""What a certificate of destruction says, as one JSON object that is signed as it stands.

Digests are salted: a certificate names what was destroyed to whoever is told the salt, and tells
everybody else nothing about contents that could be guessed.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

VERSION = 1  # of the body's shape
BACKUPS = (
    "Backups taken before may hold sealed bytes and values until this date. Their keys were "
    "destroyed here; keys are in no backup but one copy, which the next backup overwrites."
)
COPIES = "Results that were downloaded are copies outside the portal; this does not cover them."


@dataclass(frozen=True, slots=True)
class Destroyed:
    """One artifact, and what proves that it is gone."""

    artifact: UUID  # also names the key that was destroyed
    kind: str
    size: int  # plain bytes
    digest: str  # SHA-256 of the plain bytes; empty: values in the database
    policy: str
    due_at: datetime
    shredded_at: datetime  # key destroyed
    gone_at: datetime  # re-read failed
    events: tuple[str, ...]  # on the trail

    @property
    def began_at(self) -> datetime:
        """When it had to go, or was made to before."""
        return min(self.due_at, self.shredded_at)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What is outside our reach."""

    deliveries: int
    downloads: int
    backups_until: datetime


def body(
    *,
    number: str,
    organisation: UUID,
    document: UUID | None,
    cause: str,
    issued_at: datetime,
    key: str,
    public: str,
    salt: bytes,
    items: Sequence[Destroyed],
    policies: Sequence[Mapping[str, str]],
    elsewhere: Elsewhere,
) -> dict[str, Any]:
    return {
        "v": VERSION,
        "number": number,
        "organisation": str(organisation),
        "document": str(document) if document else None,
        "cause": cause,
        "issued_at": _time(issued_at),
        "key": key,
        "public_key": public,
        "policies": [dict(policy) for policy in policies],
        "items": [_item(item, salt) for item in items],
        "elsewhere": {
            "deliveries": elsewhere.deliveries,
            "downloads": elsewhere.downloads,
            "copies": COPIES,
            "backups": BACKUPS,
            "backups_until": _time(elsewhere.backups_until),
        },
    }


def salted(digest: str, *, artifact: UUID, salt: bytes) -> str:
    """What stands for a digest in a certificate."""
    return hashlib.sha256(salt + artifact.bytes + digest.encode()).hexdigest() if digest else ""


def digest(statement: bytes) -> str:
    return hashlib.sha256(statement).hexdigest()


def envelope(statement: bytes, *, signature: bytes, key: str) -> dict[str, str]:
    """A certificate as it is handed out; the statement is text, so that no byte of it changes."""
    return {"statement": statement.decode(), "signature": signature.hex(), "key": key}


def _item(item: Destroyed, salt: bytes) -> dict[str, Any]:
    return {
        "artifact": str(item.artifact),
        "kind": item.kind,
        "size": item.size,
        "digest": salted(item.digest, artifact=item.artifact, salt=salt),
        "policy": item.policy,
        "due_at": _time(item.due_at),
        "key_destroyed_at": _time(item.shredded_at),
        "reread_failed_at": _time(item.gone_at),
        "events": list(item.events),
    }


def _time(at: datetime) -> str:
    return at.isoformat(timespec="microseconds")
