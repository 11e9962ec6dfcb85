"""What the trail is told of a reading: counts, codes and digests, no content."""

from typing import Any

from apps.audit import services as audit
from apps.audit.tags import Tag
from apps.base.types import Actor
from apps.extraction import kept
from apps.extraction.models import Reading
from apps.extraction.transcript import Written
from apps.extraction.understanding import Understood
from apps.intake.models import Document
from apps.jobs import services as jobs
from apps.jobs.models import Job
from apps.vault.models import Artifact

SYSTEM = Actor("system:reader")


def read(reading: Reading, job: Job) -> None:
    event = audit.record(
        Tag.DOCUMENT_READ,
        **_about(reading.document),
        engine=reading.engine,
        pages=reading.document.pages,
        words=reading.words,
        milliseconds=reading.milliseconds,
    )
    jobs.prove(job, event=str(event.pk), engine=reading.engine)


def classified(reading: Reading, understood: Understood) -> str:
    """Gives the event's id."""
    about = _about(reading.document)
    event = audit.record(
        Tag.DOCUMENT_CLASSIFIED,
        **about,
        doctype=reading.doctype,
        per_mille=round(reading.doctype_confidence * 1000),
        by=reading.decided_by.value,
        fields=len(understood.fields),
    )
    if flags := kept.flags(understood):
        audit.record(Tag.DOCUMENT_FLAGGED, **about, flags=flags)
    return str(event.pk)


def transcribed(document: Document, written: Written, artifact: Artifact) -> None:
    audit.record(
        Tag.TRANSCRIPT_MADE,
        **_about(document),
        digest=artifact.digest,
        characters=written.characters,
        cut=written.cut,
        hidden=[kind.value for kind in written.hidden],
        flags=[flag.value for flag in written.flags],
    )


def _about(document: Document) -> dict[str, Any]:
    return {
        "actor": SYSTEM,
        "subject": document.reference,
        "organisation": document.organisation_id,
        "document": document.pk,
        "workspace": document.workspace_id,
    }
