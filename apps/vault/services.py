"""Seal, open, shred: the only way to content.

Nobody reads plain bytes without a name and a purpose, and every reading is an event.
"""

from datetime import timedelta
from typing import BinaryIO, cast
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.audit import services as audit
from apps.audit.tags import Tag
from apps.base.errors import Gone, Unavailable, Unreadable
from apps.base.ids import uuid7
from apps.base.types import Actor
from apps.vault import keys
from apps.vault.classes import KINDS, ArtifactClass, Family
from apps.vault.envelope import OpenedStream
from apps.vault.families import family_key, roots
from apps.vault.keys import ValueCipher
from apps.vault.models import Artifact, ArtifactKey
from apps.vault.sealing import Sealing
from apps.vault.shelves import store
from apps.vault.shredding import finish_shredding, let_go, shred, shred_each, together

LONGEST = timedelta(hours=12)  # from the first byte to a row; half of what orphans are left
TOO_LONG = "This took too long and could not be kept. Send it again."
ERASED = "This content no longer exists. It was erased, as promised when it was sent."

__all__ = [
    "LONGEST",
    "begin",
    "finish_shredding",
    "keep",
    "let_go",
    "lock",
    "open",
    "open_values",
    "prepare",
    "seal",
    "shred",
    "shred_each",
    "store",
    "together",
]


def begin(kind: ArtifactClass, *, organisation: UUID, document: UUID) -> Sealing:
    """Start to seal bytes that arrive piece by piece."""
    return Sealing(
        kind,
        organisation=organisation,
        document=document,
        store=store(),
        family_key=family_key(organisation, KINDS[kind].family),
    )


@transaction.atomic
def keep(sealing: Sealing, *, actor: Actor) -> Artifact:
    """Give finished bytes their row, in the transaction of whoever needs them.

    Raises:
        Unavailable: they are so old that they may be taken for an orphan.
    """
    artifact = sealing.artifact
    if timezone.now() - artifact.created_at > LONGEST:
        raise Unavailable(TOO_LONG)
    sealing.kept = True
    artifact.due_at = artifact.created_at + artifact.about.longest
    artifact.save(force_insert=True)
    sealing.key_row().save(force_insert=True)
    _record_sealed(artifact, actor)
    return artifact


def prepare(content: bytes, *, kind: ArtifactClass, organisation: UUID, document: UUID) -> Sealing:
    """Seal bytes that are in memory; whoever called keeps or aborts them."""
    sealing = begin(kind, organisation=organisation, document=document)
    try:
        sealing.write(content)
        sealing.finish()
    except BaseException:
        sealing.abort()
        raise
    return sealing


def seal(
    content: bytes, *, kind: ArtifactClass, organisation: UUID, document: UUID, actor: Actor
) -> Artifact:
    """Seal bytes and keep them at once."""
    sealing = prepare(content, kind=kind, organisation=organisation, document=document)
    try:
        return keep(sealing, actor=actor)
    except BaseException:
        sealing.abort()
        raise


def open(artifact: Artifact, *, actor: Actor, purpose: str) -> BinaryIO:
    """The plain bytes of an artifact, seekable; `purpose` is a code, not a sentence.

    Raises:
        Gone: the artifact was shredded.
        Unreadable: the stored bytes were changed or lost.
    """
    key = _artifact_key(artifact)
    with transaction.atomic():
        audit.record(
            Tag.ARTIFACT_OPENED,
            actor=actor,
            subject=artifact.pk,
            organisation=artifact.organisation_id,
            document=artifact.document,
            kind=artifact.kind,
            purpose=purpose,
        )
    return _stream(artifact, key)


def lock(artifact: Artifact) -> None:
    """Let nobody write over the bytes, as far as the store can. Twice is once."""
    store().lock(artifact.store_name, days=settings.BUCKET_LOCK_DAYS)


def open_values(document: UUID, *, organisation: UUID, actor: Actor) -> ValueCipher:
    """The cipher for a document's values in the database; makes its key the first time.

    Raises:
        Gone: the values were shredded.
    """
    of_values = Artifact.objects.of_document(document).filter(kind=ArtifactClass.FIELDS)
    fields = of_values.select_related("key__by").first()
    if fields is None:
        return _new_values(document, organisation, actor)
    return ValueCipher(_unwrapped(fields, getattr(fields, "key", None)), organisation=organisation)


@transaction.atomic
def _new_values(document: UUID, organisation: UUID, actor: Actor) -> ValueCipher:
    by, wrapping = family_key(organisation, Family.FIELDS)
    fields = Artifact(
        id=uuid7(),
        organisation_id=organisation,
        document=document,
        kind=ArtifactClass.FIELDS,
        size=0,
        digest="",
    )
    fields.due_at = fields.created_at + fields.about.longest
    key = keys.new_key()
    fields.save(force_insert=True)
    wrapped = keys.wrap(key, by=wrapping, context=fields.context)
    ArtifactKey.objects.create(
        artifact=fields, organisation_id=organisation, by=by, wrapped=wrapped
    )
    _record_sealed(fields, actor)
    return ValueCipher(key, organisation=organisation)


def _artifact_key(artifact: Artifact) -> bytes:
    rows = ArtifactKey.objects.select_related("by").filter(artifact_id=artifact.pk)
    return _unwrapped(artifact, rows.first())


def _unwrapped(artifact: Artifact, row: ArtifactKey | None) -> bytes:
    if row is None or artifact.shredded_at:
        raise Gone(ERASED)
    wrapping = roots().unwrap(bytes(row.by.wrapped), context=row.by.context)
    return keys.unwrap(bytes(row.wrapped), by=wrapping, context=artifact.context)


def _stream(artifact: Artifact, key: bytes) -> BinaryIO:
    try:
        source = store().open(artifact.store_name)
    except FileNotFoundError as error:
        raise Unreadable("The stored content is missing.") from error
    return cast(BinaryIO, OpenedStream(source, key=key, context=artifact.context))


def _record_sealed(artifact: Artifact, actor: Actor) -> None:
    audit.record(
        Tag.ARTIFACT_SEALED,
        actor=actor,
        subject=artifact.pk,
        organisation=artifact.organisation_id,
        document=artifact.document,
        kind=artifact.kind,
        digest=artifact.digest,
        size=artifact.size,
    )
