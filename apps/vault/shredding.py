"""Destroy keys, then bytes, then prove that nothing can be read.

Many at a time cost little more than one: a statement for all rows, one for all keys, one for all
events, and the folders that lost a name are synced once. What is promised of each stays the same.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.audit import services as audit
from apps.audit.tags import Tag
from apps.base.errors import Held
from apps.base.types import Actor
from apps.vault.families import SYSTEM
from apps.vault.models import Artifact, ArtifactKey
from apps.vault.shelves import stores

HELD = "This is under a legal hold and cannot be erased."
PRESERVED = "A record keeps this original. It goes when its clock runs out, or with its document."
PAGE = 500  # artifacts that are proven gone in one transaction

_gathered: ContextVar[list[UUID] | None] = ContextVar("shredded together", default=None)


def shred(artifact: Artifact, *, actor: Actor, reason: str) -> None:
    """Destroy the key of an artifact, then its bytes; see `shred_each`."""
    shred_each([artifact], actor=actor, reason=reason)


@transaction.atomic(savepoint=False)
def shred_each(artifacts: Sequence[Artifact], *, actor: Actor, reason: str) -> int:
    """Destroy keys, then bytes, then prove that reading fails; how many had not been before.

    All are of one organisation. Keys go with the caller's transaction; bytes after it commits.
    Doing it twice is doing it once, and what a crash or a store that is down left half done
    `finish_shredding` ends.

    Raises:
        Held: the database keeps one of them, because of a legal hold or a record; all of them stay.
    """
    now = timezone.now()
    mine = _mark_shredded([artifact.pk for artifact in artifacts], now, reason)
    for artifact in artifacts:
        if artifact.pk in mine:
            artifact.shredded_at, artifact.reason = now, reason
    if not mine:
        return 0
    ArtifactKey.objects.filter(artifact_id__in=mine).delete()
    _record(Tag.ARTIFACT_SHREDDED, mine.values(), actor, reason=reason)
    _remove_later(list(mine))
    return len(mine)


def let_go(artifact: Artifact, *, actor: Actor, reason: str) -> bool:
    """Shred, or leave to its clock what a legal hold keeps; whether it was shredded."""
    try:
        with transaction.atomic():
            shred(artifact, actor=actor, reason=reason)
    except Held:
        return False
    return True


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
        transaction.on_commit(lambda: _remove_all(gathered), robust=True)


def finish_shredding(*, now: datetime) -> int:
    """Delete bytes whose key is already gone; how many artifacts are now proven gone."""
    half = Artifact.objects.filter(shredded_at__lte=now, gone_at=None).order_by("pk")
    return _remove_page(list(half.values_list("pk", flat=True)[:PAGE]))


def _mark_shredded(pks: list[UUID], now: datetime, reason: str) -> dict[UUID, Artifact]:
    """Of two who shred, one marks; a hold is known to the database alone."""
    alive = Artifact.objects.alive().filter(pk__in=pks).order_by("pk")
    mine = {artifact.pk: artifact for artifact in alive.select_for_update()}
    try:
        Artifact.objects.filter(pk__in=mine).update(shredded_at=now, reason=reason)
    except IntegrityError as error:
        raise Held(PRESERVED if "record keeps" in str(error) else HELD) from error
    return mine


def _remove_later(pks: list[UUID]) -> None:
    if (gathered := _gathered.get()) is not None:
        gathered += pks
    else:
        transaction.on_commit(lambda: _remove_all(pks), robust=True)


def _remove_all(pks: Sequence[UUID]) -> int:
    """Delete the bytes of what has no key, and say which are gone; what was put back stays."""
    return sum(_remove_page(pks[at : at + PAGE]) for at in range(0, len(pks), PAGE))


def _remove_page(pks: Sequence[UUID]) -> int:
    half = Artifact.objects.filter(pk__in=pks, shredded_at__isnull=False, gone_at=None)
    artifacts = list(half)
    names = [one.store_name for one in artifacts if one.about.in_store]
    for place in stores():
        place.remove(*names)
    with transaction.atomic():
        return _say_gone(artifacts)


def _say_gone(artifacts: Sequence[Artifact]) -> int:
    """Of two who say it, one does. No key, and no bytes: nothing else is gone."""
    keyed = set(
        ArtifactKey.objects.filter(artifact_id__in=[one.pk for one in artifacts]).values_list(
            "artifact_id", flat=True
        )
    )
    gone = [one.pk for one in artifacts if one.pk not in keyed and not _is_stored(one)]
    silent = Artifact.objects.filter(pk__in=gone, gone_at=None).order_by("pk")
    mine = {one.pk: one for one in silent.select_for_update(skip_locked=True)}
    Artifact.objects.filter(pk__in=mine).update(gone_at=timezone.now())
    _record(Tag.ARTIFACT_GONE, mine.values(), SYSTEM)
    return len(mine)


def _is_stored(artifact: Artifact) -> bool:
    named = artifact.store_name if artifact.about.in_store else ""
    return bool(named) and any(place.exists(named) for place in stores())


def _record(tag: Tag, artifacts: Iterable[Artifact], actor: Actor, **facts: str) -> None:
    """An event for each; what was shredded is named by its digest as well."""
    several = list(artifacts)
    if not several:
        return
    named = tag is Tag.ARTIFACT_SHREDDED
    audit.record_each(
        tag,
        [
            {
                "subject": artifact.pk,
                "document": artifact.document,
                "workspace": None,
                "kind": artifact.kind,
                **({"digest": artifact.digest} if named else {}),
            }
            for artifact in several
        ],
        actor=actor,
        organisation=several[0].organisation_id,
        **facts,
    )
