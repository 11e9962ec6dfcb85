"""Files of a request, sealed while they stream in; no plain byte touches the disk."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest

from apps.base.errors import PortalError
from apps.intake.arrival import Arrival
from apps.intake.screening import Refusal, Refused
from apps.vault.envelope import CHUNK


class SealingHandler(FileUploadHandler):
    """Turns every file of a form into an `Arrival`, in the order they came.

    The person must be signed in before the request's body is read. A refused file is read to
    its end and dropped, so that the others still arrive.
    """

    chunk_size = CHUNK

    def __init__(self, request: HttpRequest, organisation: UUID) -> None:
        super().__init__(request)
        self.organisation = organisation
        self.arrivals: list[Arrival] = []

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._now = Arrival(
            name=self.file_name or "",
            organisation=self.organisation,
            largest=settings.LARGEST_FILE,
        )
        self.arrivals.append(self._now)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        try:
            self._now.write(raw_data)
        except Refused as refused:
            self._now.refusal = refused.refusal
            raise SkipFile from refused
        except PortalError as error:  # no room, or no store
            self._now.abort()
            self._now.trouble = error
            raise SkipFile from error

    def file_complete(self, file_size: int) -> None:
        """Nothing for `request.FILES`: the arrivals are what came."""

    def upload_interrupted(self) -> None:
        """The last file did not come to its end: the bytes broke off, or it was refused before."""
        self._now.abort(Refusal.DAMAGED)

    def taken(self) -> Iterator[Arrival]:
        """What arrived, file by file; whoever takes one makes a document of it or aborts it."""
        while self.arrivals:
            yield self.arrivals.pop(0)

    def abort(self) -> None:
        """Leave nothing behind of what was not taken."""
        for arrival in self.arrivals:
            arrival.abort()
