"""Where sealed bytes rest. A store knows names and bytes, and nothing of keys or documents."""

from collections.abc import Iterator
from typing import BinaryIO, Protocol


class Receiving(Protocol):
    """Bytes on their way in: they are there only after `commit`, and never after `abort`."""

    def write(self, data: bytes | memoryview, /) -> object: ...
    def commit(self) -> None: ...
    def abort(self) -> None: ...


class Store(Protocol):
    def create(self, name: str) -> Receiving: ...

    def open(self, name: str) -> BinaryIO:
        """A seekable source of the bytes.

        Raises:
            FileNotFoundError: nothing is stored under this name.
            Unavailable: the store does not answer.
        """
        ...

    def remove(self, *names: str) -> None:
        """Delete every version of the bytes of some names. Deleting twice is deleting once."""
        ...

    def lock(self, name: str, *, days: int) -> None:
        """Keep the bytes from being written over, for some days where a store counts them."""
        ...

    def exists(self, name: str) -> bool: ...

    def names(self, prefix: str) -> Iterator[str]:
        """Names under a prefix, each once, those of unfinished bytes among them."""
        ...

    def folders(self, prefix: str) -> Iterator[str]:
        """The names' next parts under a prefix, whole and each once: `a/b` gives `a/b/c`."""
        ...
