"""What a package says of a record: gathered once, sealed by one event, and packed as it was."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from apps.accounts.models import Organisation, User
from apps.audit import services as audit
from apps.audit import tree
from apps.audit.models import Event, Leaf
from apps.audit.tags import Tag
from apps.audit.tlog import leaf_hash
from apps.audit.tree import Signed
from apps.base.errors import NotPossible
from apps.base.types import Actor
from apps.extraction.models import Reading
from apps.preservation.models import Approval, Record
from apps.preservation.packages import found
from apps.preservation.packages.found import Stamp
from apps.vault import services as vault
from apps.vault.classes import ArtifactClass
from apps.vault.models import Artifact

DERIVED = (ArtifactClass.RESULT, ArtifactClass.TRANSCRIPT)
SEALED_ON_ARRIVAL = Tag.RECORD_SEALED
SUBSTITUTE = "Derived text and fields are never a substitute for the original."


@dataclass(frozen=True, slots=True)
class Line:
    """An event of the custody log, at its place in the tree."""

    index: int
    event: UUID
    body: bytes  # canonical JSON, what the leaf is of

    @property
    def said(self) -> dict[str, Any]:
        return dict(json.loads(self.body))


@dataclass(frozen=True, slots=True)
class Gathered:
    """All that is said of a record; each text is a file of the package."""

    record: str
    signatures: str
    approvals: str
    people: str
    names: dict[str, str]  # of those who acted, by actor
    custody: Sequence[Line]
    received: UUID  # the event that sealed the hashes on arrival
    stamps: Sequence[Stamp]

    @property
    def facts(self) -> dict[str, str | int]:
        """What the commitment says: digests of the files, and of the chain of events."""
        return {
            "record": _digest(self.record),
            "signatures": _digest(self.signatures),
            "approvals": _digest(self.approvals),
            "custody": len(self.custody),
            "chain": chain(self.custody),
        }


def gather(record: Record, *, signed: Signed, actor: Actor) -> Gathered:
    """What is known of a record now, and all of its events that a checkpoint signs.

    Raises:
        NotPossible: no event tells of its arrival.
    """
    custody = custody_of(record, signed)
    sealed = [line.event for line in custody if line.said["tag"] == SEALED_ON_ARRIVAL]
    if not sealed:
        raise NotPossible("The trail does not say when this record was sealed.")
    approvals = approvals_of(record, actor)
    names = _names(record, custody)
    return Gathered(
        record=_text(record_of(record, names)),
        signatures=_text({"signatures": found.signatures(record, actor)}),
        approvals=_text({"approvals": approvals}),
        people=_text({"people": names}),
        names=names,
        custody=custody,
        received=sealed[0],
        stamps=found.stamps(record),
    )


def custody_of(record: Record, signed: Signed) -> list[Line]:
    """Every event of the record's document that is under a checkpoint, in the tree's order."""
    events = Event.objects.filter(organisation_id=record.organisation_id)
    bodies = {
        event.pk: bytes(event.body)
        for event in events.of_document(record.document_id).order_by("id")
    }
    leaves = Leaf.objects.filter(
        tree=record.organisation_id, event_id__in=bodies, index__lt=signed.size
    )
    return [
        Line(leaf.index, leaf.event_id, bodies[leaf.event_id]) for leaf in leaves.order_by("index")
    ]


def chain(custody: Sequence[Line]) -> str:
    """One digest over all events, so that none can be left out, added or moved."""
    chained = b""
    for line in custody:
        chained = hashlib.sha256(chained + leaf_hash(line.body)).digest()
    return chained.hex()


def record_of(record: Record, names: dict[str, str]) -> dict[str, Any]:
    organisation = Organisation.objects.get(pk=record.organisation_id)
    return {
        "reference": record.reference,
        "organisation": organisation.name,
        "document": str(record.document_id),
        "received_at": record.received_at.isoformat(),
        "sealed_at": record.sealed_at.isoformat(),
        "sent_by": {"id": record.sent_by.actor, "name": names.get(record.sent_by.actor, "")},
        "channel": record.channel,
        "recognised_by": record.found,
        "declared_as_signed": record.declared,
        "media_type": record.media_type,
        "pages": record.pages,
        "size": record.size,
        "sha256": record.sha256,
        "sha512": record.sha512,
        "corrections": [
            {"what": one.what, "at": one.created_at.isoformat(), "by": str(one.corrected_by_id)}
            for one in record.corrections.order_by("id")
        ],
        "derived": derived_of(record),
        "derived_note": SUBSTITUTE,
    }


def derived_of(record: Record) -> list[dict[str, Any]]:
    """What was made from the original, by which tool; the digest is of what was made."""
    reading = Reading.objects.filter(document=record.document_id).order_by("-id").first()
    made = Artifact.objects.of_document(record.document_id).filter(kind__in=DERIVED)
    return [
        {
            "id": str(one.pk),
            "kind": one.kind,
            "sha256": one.digest,
            "size": one.size,
            "made_at": one.created_at.isoformat(),
            "tool": reading.engine if reading else "",
            "from_sha256": record.sha256,
        }
        for one in made.order_by("pk")
    ]


def approvals_of(record: Record, actor: Actor) -> list[dict[str, Any]]:
    """Each step of the workflow, with what was said about it; opening that is recorded."""
    steps = Approval.objects.filter(record=record).select_related("person", "comment")
    return [
        {
            "at": one.at.isoformat(),
            "by": {"id": one.person.actor, "name": one.person.name},
            "role": one.role,
            "what": one.what,
            "comment": _words(one.comment, actor),
        }
        for one in steps.order_by("id")
    ]


def newest_event(record: Record) -> UUID | None:
    events = Event.objects.filter(organisation_id=record.organisation_id)
    return (
        events.of_document(record.document_id).order_by("-id").values_list("pk", flat=True).first()
    )


def checkpoint(record: Record, *events: UUID) -> Signed:
    """A signed checkpoint that holds some events.

    Raises:
        Unavailable: the trail is not being sealed.
        NotPossible: nothing was ever signed.
    """
    audit.covered(*events)
    signed = tree.checkpoint(record.organisation_id)
    if signed is None:
        raise NotPossible("No checkpoint was signed yet, so nothing could be proven.")
    return signed


def _words(artifact: Artifact | None, actor: Actor) -> str:
    if artifact is None or artifact.shredded_at is not None:
        return ""
    with vault.open(artifact, actor=actor, purpose="evidence") as words:
        return words.read().decode()


def _names(record: Record, custody: Sequence[Line]) -> dict[str, str]:
    """Who is who among those who acted, as far as they are people of the organisation."""
    actors = {line.said["actor"] for line in custody} | {record.sent_by.actor}
    ids = [actor.removeprefix("user:") for actor in actors if actor.startswith("user:")]
    people = User.objects.filter(organisation_id=record.organisation_id, pk__in=ids)
    return {person.actor: person.name for person in people.order_by("pk")}


def _text(said: dict[str, Any]) -> str:
    return json.dumps(said, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
