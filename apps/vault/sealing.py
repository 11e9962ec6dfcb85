"""Bytes on their way into the vault, before a row speaks of them."""

import hashlib
from typing import BinaryIO, cast
from uuid import UUID

from django.db import Error as DatabaseError

from apps.base.ids import uuid7
from apps.vault import keys
from apps.vault.classes import ArtifactClass
from apps.vault.envelope import OpenedStream, SealingStream
from apps.vault.models import Artifact, ArtifactKey, OrganisationKey
from apps.vault.stores import Store


class Sealing:
    """Hashes and seals what is written; no plain byte reaches the store.

    Write, then `finish` and let a service `keep` it, or `abort`. Until it is kept there is no
    row; what a crash leaves behind `apps.vault.orphans` finds by its name and removes.
    """

    def __init__(
        self,
        kind: ArtifactClass,
        *,
        organisation: UUID,
        document: UUID,
        store: Store,
        family_key: tuple[OrganisationKey, bytes],
    ) -> None:
        self.artifact = Artifact(
            id=uuid7(), organisation_id=organisation, document=document, kind=kind
        )
        self._by, wrapping = family_key
        self._key = keys.new_key()
        self._wrapped = keys.wrap(self._key, by=wrapping, context=self.artifact.context)
        self._store = store
        self._receiving = store.create(self.artifact.store_name)
        self._stream = SealingStream(self._receiving, key=self._key, context=self.artifact.context)
        self._hash = hashlib.sha256()
        self.size = 0  # plain bytes so far
        self.kept = False  # a row was written, in a transaction that may or may not commit

    def write(self, data: bytes | memoryview) -> None:
        self._hash.update(data)
        self._stream.write(data)
        self.size += len(data)

    def finish(self) -> None:
        """Commit the bytes to the store."""
        self._stream.close()
        self._receiving.commit()
        self.artifact.size, self.artifact.digest = self.size, self._hash.hexdigest()

    def reopen(self) -> BinaryIO:
        """Read back what was finished, to screen it before anything is registered."""
        source = self._store.open(self.artifact.store_name)
        return cast(BinaryIO, OpenedStream(source, key=self._key, context=self.artifact.context))

    def abort(self) -> None:
        """Leave nothing behind. Works before and after `finish`, and twice.

        Bytes that a row may speak of stay. If the database died while it committed, nobody can
        say whether it did: a row without bytes is a lost document, bytes without a row are an
        orphan that is removed later.
        """
        self._receiving.abort()
        if not self._may_have_a_row():
            self._store.remove(self.artifact.store_name)

    def key_row(self) -> ArtifactKey:
        return ArtifactKey(
            artifact=self.artifact,
            organisation_id=self.artifact.organisation_id,
            by=self._by,
            wrapped=self._wrapped,
        )

    def _may_have_a_row(self) -> bool:
        if not self.kept:
            return False
        try:
            return Artifact.objects.filter(pk=self.artifact.pk).exists()
        except DatabaseError:
            return True
