"""A bag: files with a list of their digests, packed while they are written.

Nothing is written twice and nothing is held: a file goes into the archive piece by piece, its
digest is taken on the way, and the lists come last. Whoever receives it needs no program of ours
to see that nothing was changed, added or lost.

Source: RFC 8493, BagIt 1.0.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Protocol, cast

DECLARATION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
PAYLOAD = "data/"
LEVEL = 6  # of compression
PIECE = 1 << 18  # bytes


class Sink(Protocol):
    """Where the archive goes: it is written from beginning to end, and never read back."""

    def write(self, data: bytes | memoryview, /) -> object: ...


@dataclass(slots=True)
class Written:
    """A file of the bag on its way."""

    file: IO[bytes]
    digest: hashlib._Hash = field(default_factory=hashlib.sha256)
    size: int = 0  # bytes

    def write(self, data: bytes) -> None:
        self.digest.update(data)
        self.size += len(data)
        self.file.write(data)


class Bag:
    """Writes one bag under a folder of its name; `close` ends it."""

    def __init__(self, sink: Sink, *, name: str, now: datetime) -> None:
        self.name, self._when = name, now.timetuple()[:6]
        self._zip = zipfile.ZipFile(
            cast(IO[bytes], Forward(sink)),  # of which a writer asks no more than is there
            "w",
            zipfile.ZIP_DEFLATED,
            compresslevel=LEVEL,
        )
        self.digests: dict[str, str] = {}  # by name inside the bag
        self.payload_size = 0  # bytes

    @contextmanager
    def file(self, name: str) -> Iterator[Written]:
        """A file to be written piece by piece; one at a time."""
        info = zipfile.ZipInfo(f"{self.name}/{name}", self._when)
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = 0o644 << 16
        with self._zip.open(info, "w", force_zip64=True) as opened:
            written = Written(opened)
            yield written
        self.digests[name] = written.digest.hexdigest()
        if name.startswith(PAYLOAD):
            self.payload_size += written.size

    def add(self, name: str, content: bytes | str) -> None:
        with self.file(name) as file:
            file.write(content.encode() if isinstance(content, str) else content)

    def add_lines(self, name: str, lines: Iterable[bytes]) -> None:
        with self.file(name) as file:
            for line in lines:
                file.write(line)

    def add_from(self, name: str, source: IO[bytes]) -> None:
        """A file that was written elsewhere, from its beginning."""
        source.seek(0)
        with self.file(name) as file:
            while piece := source.read(PIECE):
                file.write(piece)

    def close(self, about: Mapping[str, str]) -> None:
        """Write the lists, and what the bag says of itself."""
        payload = {name: one for name, one in self.digests.items() if name.startswith(PAYLOAD)}
        info = {**about, "Payload-Oxum": f"{self.payload_size}.{len(payload)}"}
        self.add("bagit.txt", DECLARATION)
        self.add("bag-info.txt", "".join(f"{key}: {value}\n" for key, value in info.items()))
        self.add("manifest-sha256.txt", _list(payload))
        tags = {name: one for name, one in self.digests.items() if name not in payload}
        self.add("tagmanifest-sha256.txt", _list(tags))
        self._zip.close()


class Forward:
    """A sink as the archive wants one: it says how far it is, and cannot go back."""

    def __init__(self, sink: Sink) -> None:
        self._sink, self._at = sink, 0

    def write(self, data: bytes | memoryview) -> int:
        self._sink.write(data)
        self._at += len(data)
        return len(data)

    def tell(self) -> int:
        return self._at

    def flush(self) -> None:
        """Nothing waits here."""

    def seekable(self) -> bool:
        return False


def _list(digests: Mapping[str, str]) -> str:
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items()))
