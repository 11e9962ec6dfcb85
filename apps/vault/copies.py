"""Copies of sealed bytes in both stores: what their plain bytes hash to, and how one is damaged.

Nothing that is read here is handed to anybody: it is hashed and forgotten, so no event says that
an artifact was opened. Whoever asks records what was found.
"""

from __future__ import annotations

import hashlib
import io
import threading
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, BinaryIO
from uuid import UUID

from django.conf import settings

from apps.base.errors import NotPossible, PortalError, Unreadable
from apps.vault import envelope, keys, shelves
from apps.vault.envelope import CHUNK, Foreign, OpenedStream
from apps.vault.families import roots
from apps.vault.models import Artifact, ArtifactKey
from apps.vault.stores import Store

PIECE = 2**20  # bytes; few large reads, because each comes back to Python for the next
_buffers = threading.local()


class Place(StrEnum):
    FIRST = "first"
    SECOND = "second"


class Damage(StrEnum):
    """How stored bytes are not those that were sealed."""

    MISSING = "missing"
    TRUNCATED = "truncated"
    SWAPPED = "swapped"  # other bytes, or those of another artifact, under this name
    CHANGED = "changed"


class Damaged(PortalError):
    status = 422

    def __init__(self, damage: Damage) -> None:
        super().__init__(f"The stored copy is {damage}.")
        self.damage = damage


def places() -> list[Place]:
    """Where copies can be: in one place, or in two if the settings name a second."""
    return [Place.FIRST] if shelves.second_store() is None else [Place.FIRST, Place.SECOND]


def keys_of(artifacts: Iterable[Artifact]) -> dict[UUID, bytes]:
    """The keys of many artifacts, each key of an organisation unwrapped once."""
    contexts = {artifact.pk: artifact.context for artifact in artifacts}
    families: dict[UUID, bytes] = {}
    found = {}
    for row in ArtifactKey.objects.filter(artifact_id__in=contexts).select_related("by"):
        if row.by_id not in families:
            by = row.by
            families[row.by_id] = roots().unwrap(bytes(by.wrapped), context=by.context)
        found[row.artifact_id] = keys.unwrap(
            bytes(row.wrapped), by=families[row.by_id], context=contexts[row.artifact_id]
        )
    return found


def have_keys(artifacts: Iterable[Artifact]) -> set[UUID]:
    """Which of some artifacts could be deciphered still."""
    ids = [artifact.pk for artifact in artifacts]
    found = ArtifactKey.objects.filter(artifact_id__in=ids)
    return set(found.values_list("artifact_id", flat=True))


def sealed_digest(artifact: Artifact, place: Place) -> str:
    """SHA-256 of one copy as it rests, which needs no key.

    Raises:
        Damaged: there are no bytes.
        Unavailable: the store does not answer, which says nothing of the copy.
    """
    with _opened(artifact, place) as source:
        return _hashed(source)


def digest(artifact: Artifact, place: Place, *, key: bytes) -> str:
    """SHA-256 of the plain bytes of one copy; nothing but the digest leaves.

    Raises:
        Damaged: they cannot be read back whole.
        Unavailable: the store does not answer, which says nothing of the copy.
    """
    with _opened(artifact, place) as source:
        return _digest(source, artifact, key)


def copy(artifact: Artifact, *, source: Place, to: Place) -> None:
    """Put the sealed bytes of one place into the other, over whatever is there, and lock them.

    They stay sealed on the way. A second call does the same again.
    """
    target = _store(to)
    with _store(source).open(artifact.store_name) as sealed:
        target.remove(artifact.store_name)
        receiving = target.create(artifact.store_name)
        try:
            while piece := sealed.read(CHUNK):
                receiving.write(piece)
            receiving.commit()
        except BaseException:
            receiving.abort()
            raise
    target.lock(artifact.store_name, days=settings.BUCKET_LOCK_DAYS)


def _opened(artifact: Artifact, place: Place) -> BinaryIO:
    try:
        return _store(place).open(artifact.store_name)
    except FileNotFoundError as error:
        raise Damaged(Damage.MISSING) from error


def _digest(source: BinaryIO, artifact: Artifact, key: bytes) -> str:
    stored, context = source.seek(0, io.SEEK_END), artifact.context
    source.seek(0)
    try:
        hashed = _hashed(OpenedStream(source, key=key, context=context))
    except Foreign as error:
        cut = stored < envelope.head_size(context)
        raise Damaged(Damage.TRUNCATED if cut else Damage.SWAPPED) from error
    except Unreadable as error:
        raise Damaged(_damage(stored, artifact.size, context)) from error
    if stored != envelope.sealed_size(artifact.size, context):
        raise Damaged(Damage.SWAPPED)  # well sealed, and by our keys: somebody had them
    return hashed


def _damage(stored: int, size: int, context: Mapping[str, str]) -> Damage:
    return Damage.TRUNCATED if stored < envelope.sealed_size(size, context) else Damage.CHANGED


def _hashed(stream: Any) -> str:
    """Piece by piece into one buffer of this thread; hashing leaves Python meanwhile."""
    if not hasattr(_buffers, "piece"):
        _buffers.piece = memoryview(bytearray(PIECE))
    hashing, buffer = hashlib.sha256(), _buffers.piece
    while got := stream.readinto(buffer):
        hashing.update(buffer[:got])
    return hashing.hexdigest()


def _store(place: Place) -> Store:
    if place is Place.FIRST:
        return shelves.store()
    second = shelves.second_store()
    if second is None:
        raise NotPossible("No second store is configured.")
    return second
