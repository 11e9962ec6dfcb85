"""A file on its way in: sealed while it arrives, not yet a document."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from apps.base.errors import PortalError
from apps.base.ids import uuid7
from apps.intake.screening import ENOUGH, Refusal, Refused, media_type
from apps.vault import services as vault
from apps.vault.classes import ArtifactClass
from apps.vault.sealing import Sealing

LONGEST_NAME = 180  # characters kept of a file name


@dataclass(slots=True)
class Arrival:
    """Give it the bytes as they come; it seals them, or remembers why it will not.

    A refused file takes no more bytes and has left none.
    """

    name: str
    organisation: UUID
    largest: int  # bytes
    document: UUID = field(default_factory=uuid7)
    media_type: str = ""
    refusal: Refusal | None = None
    trouble: PortalError | None = None  # why it could not be sealed, if not the file's fault
    sealing: Sealing | None = None
    _head: bytes = b""
    _sha512: Any = field(default_factory=hashlib.sha512)

    def write(self, data: bytes) -> None:
        """Raises Refused as soon as the bytes show that the file is not taken."""
        if self.sealing is None:
            self._head += data
            if len(self._head) < ENOUGH:
                return
            data = self._begin()
        if self.sealing is not None:
            self._check_size(len(data))
            self._take(data)

    @property
    def sha512(self) -> str:
        """Of the bytes that came so far; the sealing takes their SHA-256."""
        return str(self._sha512.hexdigest())

    def finish(self) -> Sealing:
        """The sealed bytes.

        Raises:
            Refused: the file was refused on its way, or too little came to be a document.
            Unavailable: it could not be stored on its way.
        """
        if self.trouble is not None:
            raise self.trouble
        if self.refusal is not None:
            raise Refused(self.refusal)
        if self.sealing is None:
            data = self._begin()
            self._take(data)
        assert self.sealing is not None
        self.sealing.finish()
        return self.sealing

    def abort(self, refusal: Refusal | None = None) -> None:
        """Leave nothing behind. Doing it twice is doing it once."""
        self.refusal = self.refusal or refusal
        if self.sealing is not None:
            self.sealing.abort()

    def _begin(self) -> bytes:
        """Screen the first bytes and start to seal; the bytes that wait to be written."""
        try:
            self.media_type = media_type(self._head)
        except Refused as refused:
            self.refusal = refused.refusal
            raise
        self.sealing = vault.begin(
            ArtifactClass.ORIGINAL, organisation=self.organisation, document=self.document
        )
        waiting, self._head = self._head, b""
        return waiting

    def _take(self, data: bytes) -> None:
        assert self.sealing is not None
        self._sha512.update(data)
        self.sealing.write(data)

    def _check_size(self, coming: int) -> None:
        assert self.sealing is not None
        if self.sealing.size + coming > self.largest:
            self.abort(Refusal.TOO_LARGE)
            raise Refused(Refusal.TOO_LARGE)


def plain_name(name: str) -> str:
    """A file name without folders, control characters and tricks of direction."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(c for c in last if c.isprintable()).strip()[:LONGEST_NAME] or "document"
