"""Bytes on their way into the vault, before a row speaks of them."""

import hashlib
from typing import BinaryIO, cast
from uuid import UUID

from apps.base.ids import uuid7
from apps.vault import keys
from apps.vault.classes import ArtifactClass
from apps.vault.envelope import OpenedStream, SealingStream
from apps.vault.models import Artifact, ArtifactKey, OrganisationKey
from apps.vault.stores import Store


class Sealing:
    """Hashes and seals what is written; no plain byte reaches the store.

    Write, then `finish` and let a service `keep` it, or `abort`. Until it is kept there is no
    row; what is left behind by a crash is found by its name and removed.
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
        """Leave nothing behind. Works before and after `finish`, and twice."""
        self._receiving.abort()
        self._store.remove(self.artifact.store_name)

    def key_row(self) -> ArtifactKey:
        return ArtifactKey(
            artifact=self.artifact,
            organisation_id=self.artifact.organisation_id,
            by=self._by,
            wrapped=self._wrapped,
        )
