"""Who touched an original, from receipt to disposal, and what was made from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from apps.audit import services as audit
from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.extraction.models import Reading
from apps.preservation.models import Record
from apps.vault.classes import ArtifactClass
from apps.vault.models import Artifact

COUNT = 40  # links of the chain on a page

# Events about a document that are touches of its original, or of what is said of it.
TOUCHES = frozenset(
    {
        Tag.DOCUMENT_RECEIVED,
        Tag.RECORD_SEALED,
        Tag.RECORD_CORRECTED,
        Tag.APPROVAL_RECORDED,
        Tag.ORIGINAL_DOWNLOADED,
        Tag.CONSENT_WITHDRAWN,
        Tag.DELETION_ASKED,
        Tag.DOCUMENT_ERASED,
    }
)
FROM_IT: dict[str, str] = {
    ArtifactClass.PAGE_IMAGE: "Page images",
    ArtifactClass.TRANSCRIPT: "Transcript",
    ArtifactClass.FIELDS: "Fields",
    ArtifactClass.RESULT: "Result",
}
MOST_DERIVED = 40  # things on a page


@dataclass(frozen=True, slots=True)
class Touch:
    """One link of the chain: an event, and what of it a page may say."""

    event: Event
    note: str


@dataclass(frozen=True, slots=True)
class Chain:
    touches: Sequence[Touch]
    after: UUID | None  # where the next page begins; None if there is none

    @property
    def events(self) -> list[Event]:
        return [touch.event for touch in self.touches]


@dataclass(frozen=True, slots=True)
class Derived:
    """A thing that a machine made from the original, bound to it by hash, tool and version."""

    title: str
    sha256: str  # empty: rows of the database, each sealed for itself
    tool: str
    made_at: datetime
    gone_at: datetime | None


def chain(record: Record, *, after: UUID | None = None) -> Chain:
    """A page of the chain, oldest first. Two indexes are walked, both of one document."""
    about = Q(tag__in=TOUCHES) | Q(subject=str(record.artifact_id))
    events = Event.objects.filter(about, organisation_id=record.organisation_id)
    events = events.of_document(record.document_id).order_by("id")
    found = list((events.filter(id__gt=after) if after else events)[: COUNT + 1])
    page = found[:COUNT]
    following = page[-1].pk if len(found) > COUNT else None
    return Chain([Touch(event, _note(event)) for event in page], following)


def sealed_by(record: Record) -> Event | None:
    """The event that put the record on the trail, and with it both hashes."""
    made = Event.objects.filter(organisation_id=record.organisation_id, tag=Tag.RECORD_SEALED)
    return made.filter(subject=record.reference).order_by("id").first()


def derived(record: Record) -> list[Derived]:
    """What was made from the original, in the order it was made."""
    engine = (
        Reading.objects.filter(document=record.document_id).values_list("engine", flat=True).first()
    )
    made = Artifact.objects.of_document(record.document_id).filter(kind__in=FROM_IT)
    return [
        Derived(FROM_IT[one.kind], one.digest, engine or "", one.created_at, one.shredded_at)
        for one in made.order_by("created_at", "pk")[:MOST_DERIVED]
    ]


def _note(event: Event) -> str:
    """Why, in a word: a purpose or reason is a code of ours."""
    facts = audit.facts_of(event)
    return str(facts.get("reason") or facts.get("purpose") or facts.get("what") or "")
