"""Celery's queue in a folder: a message is whole when it is seen, and so is a table of queues.

kombu's own transport opens a file under its final name and writes it then. A worker that looks in
between takes an empty message, which is no message of any kind it knows: it ends, and the message
is lost. Tables of queues are emptied before they are locked, with the same effect.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic_ns
from typing import Any
from uuid import uuid4

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """A folder that several processes write to and take from at once."""

    def _put(self, queue: str, payload: Any, **_: Any) -> None:  # type: ignore[override]
        name = f"{monotonic_ns():020}_{uuid4()}"  # the oldest sorts first
        part = Path(self.data_folder_out, f"{name}.part")  # a name that nobody takes
        try:
            part.write_bytes(dumps(payload).encode())  # type: ignore[no-untyped-call]
            part.rename(part.with_name(f"{name}.{queue}.msg"))
        except OSError as error:
            part.unlink(missing_ok=True)
            raise ChannelError("The queue's folder cannot be written.") from error

    def get_table(self, exchange: str) -> Any:
        with self._alone():
            return super().get_table(exchange)  # type: ignore[no-untyped-call]

    def _queue_bind(self, *about: Any) -> None:
        with self._alone():
            super()._queue_bind(*about)  # type: ignore[no-untyped-call]

    def _delete(self, *about: Any, **more: Any) -> None:
        with self._alone():
            super()._delete(*about, **more)  # type: ignore[no-untyped-call]

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let no other process use the tables; the system lets go of them if this one is killed."""
        self.control_folder.mkdir(exist_ok=True)
        with (self.control_folder / "tables.lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


class Transport(filesystem.Transport):
    """What `filesystem://` means here."""

    Channel = Channel
