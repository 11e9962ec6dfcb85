"""Seal, open, shred: the only way to content.

Nobody reads plain bytes without a name and a purpose, and every reading is an event.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import BinaryIO, cast
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.audit import services as audit
from apps.audit.tags import Tag
from apps.base.errors import Gone, Held, Unavailable, Unreadable
from apps.base.ids import uuid7
from apps.base.types import Actor
from apps.vault import keys
from apps.vault.classes import KINDS, ArtifactClass, Family
from apps.vault.envelope import OpenedStream
from apps.vault.families import SYSTEM, family_key, roots
from apps.vault.keys import ValueCipher
from apps.vault.models import Artifact, ArtifactKey
from apps.vault.sealing import Sealing
from apps.vault.shelves import store as store
from apps.vault.shelves import stores

LONGEST = timedelta(hours=12)  # from the first byte to a row; half of what orphans are left
TOO_LONG = "This took too long and could not be kept. Send it again."
ERASED = "This content no longer exists. It was erased, as promised when it was sent."
HELD = "This is under a legal hold and cannot be erased."

_gathered: ContextVar[list[UUID] | None] = ContextVar("shredded together", default=None)


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


@transaction.atomic(savepoint=False)
def shred(artifact: Artifact, *, actor: Actor, reason: str) -> None:
    """Destroy the key, then the bytes, then prove that reading fails.

    The key goes with the caller's transaction; the bytes after it commits. Doing it twice is
    doing it once, and what a crash or a store that is down left half done `finish_shredding`
    ends.

    Raises:
        Held: the database keeps it, because of a legal hold.
    """
    now = timezone.now()
    if not _mark_shredded(artifact, now, reason):
        return
    artifact.shredded_at, artifact.reason = now, reason
    ArtifactKey.objects.filter(artifact_id=artifact.pk).delete()
    audit.record(
        Tag.ARTIFACT_SHREDDED,
        actor=actor,
        subject=artifact.pk,
        organisation=artifact.organisation_id,
        document=artifact.document,
        kind=artifact.kind,
        digest=artifact.digest,
        reason=reason,
    )
    if (gathered := _gathered.get()) is not None:
        gathered.append(artifact.pk)
    else:
        transaction.on_commit(lambda: _remove_bytes(artifact), robust=True)


@contextmanager
def together() -> Iterator[None]:
    """Let what is shredded in this block, and in its transaction, be proven gone in one go."""
    gathered: list[UUID] = []
    token = _gathered.set(gathered)
    try:
        yield
    finally:
        _gathered.reset(token)
    if gathered:
        transaction.on_commit(lambda: _remove_all(pk__in=gathered), robust=True)


def let_go(artifact: Artifact, *, actor: Actor, reason: str) -> bool:
    """Shred, or leave to its clock what a legal hold keeps; whether it was shredded."""
    try:
        with transaction.atomic():
            shred(artifact, actor=actor, reason=reason)
    except Held:
        return False
    return True


def finish_shredding(*, now: datetime) -> int:
    """Delete bytes whose key is already gone; how many artifacts are now proven gone."""
    return _remove_all(shredded_at__lte=now)


def open_values(document: UUID, *, organisation: UUID, actor: Actor) -> ValueCipher:
    """The cipher for a document's values in the database; makes its key the first time.

    Raises:
        Gone: the values were shredded.
    """
    fields = Artifact.objects.of_document(document).filter(kind=ArtifactClass.FIELDS).first()
    if fields is None:
        return _new_values(document, organisation, actor)
    return ValueCipher(_artifact_key(fields), organisation=organisation)


def _mark_shredded(artifact: Artifact, now: datetime, reason: str) -> bool:
    """Of two who shred, one marks; a hold is known to the database alone."""
    alive = Artifact.objects.filter(pk=artifact.pk, shredded_at=None)
    try:
        return bool(alive.update(shredded_at=now, reason=reason))
    except IntegrityError as error:
        raise Held(HELD) from error


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
    row = ArtifactKey.objects.select_related("by").filter(artifact_id=artifact.pk).first()
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


def _remove_bytes(artifact: Artifact) -> bool:
    """Whether nothing can be read any more: no key, no bytes."""
    _remove_copies(artifact)
    return _is_gone(artifact) and _say_gone(artifact)


def _remove_all(**which: object) -> int:
    """The same for up to 500 whose key is gone, in one transaction; what was put back stays."""
    half = Artifact.objects.filter(shredded_at__isnull=False, gone_at=None, **which)
    artifacts = list(half.order_by("pk")[:500])
    for artifact in artifacts:
        _remove_copies(artifact)
    with transaction.atomic():
        return sum(_is_gone(artifact) and _say_gone(artifact) for artifact in artifacts)


def _remove_copies(artifact: Artifact) -> None:
    for place in stores() if artifact.about.in_store else ():
        place.remove(artifact.store_name)


@transaction.atomic(savepoint=False)
def _say_gone(artifact: Artifact) -> bool:
    won = Artifact.objects.filter(pk=artifact.pk, gone_at=None).update(gone_at=timezone.now())
    if won:
        audit.record(
            Tag.ARTIFACT_GONE,
            actor=SYSTEM,
            subject=artifact.pk,
            organisation=artifact.organisation_id,
            document=artifact.document,
            kind=artifact.kind,
        )
    return bool(won)


def _is_gone(artifact: Artifact) -> bool:
    keyless = not ArtifactKey.objects.filter(artifact_id=artifact.pk).exists()
    named = artifact.store_name if artifact.about.in_store else ""
    return keyless and not (named and any(place.exists(named) for place in stores()))


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
