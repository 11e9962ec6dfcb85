"""Make records of signed originals, show them, and hand originals out."""

import hashlib
from typing import Any, BinaryIO

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.audit import services as audit
from apps.audit.tags import Tag
from apps.base.errors import NotFound, Unreadable
from apps.base.types import Actor
from apps.intake.models import Document
from apps.jobs import services as jobs
from apps.jobs.models import Job
from apps.preservation import permissions, standing
from apps.preservation.models import Found, Record
from apps.preservation.reasons import Why
from apps.vault import services as vault

SYSTEM = Actor("system:preservation")
PIECE = 1 << 20  # bytes hashed at once
CHANGED = "The stored original is not what was received. Tell your records manager now."


def preserve(document: Document, *, job: Job) -> Record | None:
    """Make the record of a signed original; None where nothing is signed.

    The stored bytes are read back first and must have both hashes that were taken while they
    came. A second call returns the first record.

    Raises:
        Unreadable: what is stored is not what was received.
        Gone: it was erased.
        Fenced: the job was taken over or stopped.
    """
    if not document.signed:
        return None
    if record := Record.objects.filter(document=document).first():
        return record
    with vault.open(document.original, actor=SYSTEM, purpose="preserve") as source:
        sha256, sha512 = digests(source)
    if sha256 != document.received_digest or document.received_sha512 not in ("", sha512):
        raise Unreadable(CHANGED)
    vault.lock(document.original)
    with jobs.fenced(job):
        return _kept(document, sha512)


def named(reference: str, *, user: User) -> Record:
    """The record of that name.

    Raises:
        NotFound: there is no such record for this person.
    """
    visible = Record.objects.visible_to(user).select_related(
        "document", "artifact", "sent_by", "workspace"
    )
    record = visible.filter(reference=reference).first()
    if record is None:
        raise NotFound
    return record


@transaction.atomic
def shown(record: Record, *, user: User, evidence: bool) -> None:
    """Put on the trail that somebody looked at a record, and whether at its evidence too."""
    permissions.check_can_see(user, record)
    note(Tag.RECORD_SHOWN, record, actor=user.actor, evidence=evidence)


@transaction.atomic
def download(record: Record, *, reason: Why, user: User) -> BinaryIO:
    """The original, byte for byte; who takes it and why is recorded first.

    Raises:
        NotFound, NotAllowed: see `permissions.check_can_download`.
        NotPossible: its stored copy is in quarantine.
        Gone: it was disposed of.
        Unreadable: the stored bytes are not those of the record.
    """
    permissions.check_can_download(user, record)
    source = opened(record, actor=user.actor, purpose="original")
    note(
        Tag.ORIGINAL_DOWNLOADED,
        record,
        actor=user.actor,
        reason=reason.value,
        sha256=record.sha256,
    )
    return source


def opened(record: Record, *, actor: Actor, purpose: str) -> BinaryIO:
    """The stored bytes, once they are found to be those of the record.

    Raises:
        NotPossible, Gone, Unreadable: as `download` does.
    """
    standing.check_readable(record)
    source = vault.open(record.artifact, actor=actor, purpose=purpose)
    if digests(source) != (record.sha256, record.sha512):
        source.close()
        raise Unreadable(CHANGED)
    source.seek(0)
    return source


def digests(source: BinaryIO) -> tuple[str, str]:
    """SHA-256 and SHA-512 of all that a source still gives."""
    sha256, sha512 = hashlib.sha256(), hashlib.sha512()
    while piece := source.read(PIECE):
        sha256.update(piece)
        sha512.update(piece)
    return sha256.hexdigest(), sha512.hexdigest()


def note(tag: Tag, record: Record, *, actor: Actor, **facts: Any) -> None:
    """One event about a record, which is also one about its document."""
    audit.record(
        tag,
        actor=actor,
        subject=record.reference,
        organisation=record.organisation_id,
        document=record.document_id,
        workspace=record.workspace_id,
        **facts,
    )


def _kept(document: Document, sha512: str) -> Record:
    """Of two workers one makes it; the fence lets only one come here."""
    record = Record.objects.create(
        organisation_id=document.organisation_id,
        workspace_id=document.workspace_id,
        document=document,
        artifact=document.original,
        sha256=document.received_digest,
        sha512=sha512,
        size=document.size,
        pages=document.pages,
        media_type=document.media_type,
        received_at=document.created_at,
        sent_by_id=document.sender_id,
        channel=document.submission.channel,
        declared=document.submission.declared or document.found == Found.DECLARED,
        found=document.found or Found.REMNANT,  # of a document that came before this was told
        sealed_at=timezone.now(),
    )
    note(
        Tag.RECORD_SEALED,
        record,
        actor=SYSTEM,
        artifact=str(record.artifact_id),
        sha256=record.sha256,
        sha512=record.sha512,
        size=record.size,
        received=record.received_at.isoformat(timespec="microseconds"),
        sender=document.sender.actor,
        channel=record.channel,
        found=record.found,
    )
    return record
