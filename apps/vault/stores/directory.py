"""A directory as a store: the embedded default."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from apps.base.errors import Unavailable

PART = ".part"  # bytes that have not been committed
LOCKED = 0o400  # the mode of a file that nobody writes to
NO_ROOM = "There is no room to store this now. Nothing was kept."


class DirectoryStore:
    def __init__(self, root: Path) -> None:
        self.root = root

    def create(self, name: str) -> "DirectoryReceiving":
        path = self._path(name)
        try:
            _make(path.parent)
            return DirectoryReceiving(path)
        except OSError as error:
            raise Unavailable(NO_ROOM) from error

    def open(self, name: str) -> BinaryIO:
        return self._path(name).open("rb", buffering=0)

    def remove(self, *names: str) -> None:
        paths = [self._path(name) for name in names]
        for path in paths:
            for there in (path, path.with_name(path.name + PART)):
                with suppress(FileNotFoundError):
                    there.unlink()
        for folder in {path.parent for path in paths}:
            _sync(folder)

    def lock(self, name: str, *, days: int) -> None:
        """Bytes are never opened for writing again; the file now says so too."""
        with suppress(FileNotFoundError):
            self._path(name).chmod(LOCKED)

    def exists(self, name: str) -> bool:
        path = self._path(name)
        return path.exists() or path.with_name(path.name + PART).exists()

    def names(self, prefix: str) -> Iterator[str]:
        """Names under a prefix, those of unfinished bytes among them."""
        root = self.root.resolve()
        for folder, _, files in os.walk(self._path(prefix)):
            for file in files:
                path = (Path(folder) / file.removesuffix(PART)).relative_to(root)
                yield path.as_posix()

    def folders(self, prefix: str) -> Iterator[str]:
        with suppress(FileNotFoundError), os.scandir(self._path(prefix)) as entries:
            yield from (f"{prefix}/{entry.name}" for entry in entries if entry.is_dir())

    def _path(self, name: str) -> Path:
        path = (self.root / name).resolve()
        if not path.is_relative_to(self.root.resolve()):
            raise ValueError("A name must stay inside the store.")
        return path


class DirectoryReceiving:
    """A file that gets its name only when it is whole and on disk."""

    def __init__(self, path: Path) -> None:
        self._path, self._part = path, path.with_name(path.name + PART)
        descriptor = os.open(self._part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        self._file = os.fdopen(descriptor, "wb", buffering=0)

    def write(self, data: bytes | memoryview) -> None:
        view = memoryview(data)
        with self._or_nothing():
            while view:
                view = view[self._file.write(view) :]

    def commit(self) -> None:
        with self._or_nothing():
            os.fsync(self._file.fileno())
            self._file.close()
            self._part.rename(self._path)
        _sync(self._path.parent)

    def abort(self) -> None:
        self._file.close()
        self._part.unlink(missing_ok=True)

    @contextmanager
    def _or_nothing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:  # a full disk, above all
            self.abort()
            raise Unavailable(NO_ROOM) from error


def _make(folder: Path) -> None:
    """Make a folder so that a power cut takes neither it nor one above it away."""
    if folder.is_dir():
        return
    _make(folder.parent)
    folder.mkdir(exist_ok=True, mode=0o700)
    _sync(folder.parent)


def _sync(folder: Path) -> None:
    """Make a name, or its absence, survive a power cut."""
    with suppress(FileNotFoundError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
