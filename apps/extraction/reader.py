"""The portal's side of reader processes: start one, speak to it, start it again.

A worker process has one reader for each engine that it asks, loaded on the first page and kept:
loading costs seconds, and a process that only ever sees pixels has nothing to leak from one
document to the next. It is replaced when it dies, hangs, or has grown beyond its cap, and ended
when nobody has asked it for a while. `rooms` says how each engine is run.
"""

from __future__ import annotations

import io
import json
import select
import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from django.conf import settings

from apps.base.errors import Unavailable
from apps.extraction import rooms
from apps.extraction.engines import PageText, Pixels, wire
from apps.intake import jail

IDLE = 600.0  # seconds after which a reader that another engine is asked beside is ended
PER_PAGE = 120.0  # seconds
LONGEST_ANSWER = 64 << 20  # bytes
LONGEST_NAME = 60  # characters of engine and version


BROKE = "A page of it broke the reader. Save or scan it anew, with less on a page, and resend."
NOT_STARTED = "The reader did not start. Tell whoever runs the portal, and send it again later."


class ReaderDied(Unavailable):
    """The reader broke on a page; another one is started for the next attempt."""

    attempts = 3  # it may be the page that breaks readers


class Reader:
    """One process with one engine. Not for two threads at once; `_readers` sees to that."""

    def __init__(self, engine: str, threads: int) -> None:
        room = rooms.room(engine)
        self.fattest, self.asked_at = room.fattest, time.monotonic()
        module, more = settings.READER_COMMAND[0], (engine, str(threads), *room.arguments)
        self._process = subprocess.Popen(
            jail.command(module, *more, limits=room.limits, place=room.place),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=jail.environment(),
            start_new_session=True,
        )
        try:
            said = self._answer(room.loading)
            self.engine = f"{said['engine']}/{said['version']}"[:LONGEST_NAME]
        except BaseException as error:
            self.close()
            if isinstance(error, KeyError | TypeError | RecursionError):
                raise ValueError("The reader does not say what it is.") from error
            raise

    def read(self, pixels: Pixels, number: int) -> PageText:
        """Read one page.

        Raises:
            ReaderDied: the process ended, hung, or spoke nonsense.
        """
        self.asked_at = time.monotonic()
        height, width = pixels.shape[:2]
        head = json.dumps({"number": number, "width": width, "height": height}).encode()
        pipe = self._process.stdin
        assert pipe is not None
        try:
            pipe.write(head + b"\n")
            pipe.write(np.ascontiguousarray(pixels).data)
            pipe.flush()
            page = wire.page_from_json(self._answer(PER_PAGE))
            if page.number != number:
                raise ValueError("The reader speaks of another page.")
            return page
        except BaseException as error:
            self.close()  # what it may still say belongs to no other page
            if isinstance(error, OSError | ValueError | RecursionError):
                raise ReaderDied(BROKE) from error
            raise

    @property
    def usable(self) -> bool:
        return self._process.poll() is None and self.megabytes < self.fattest

    @property
    def megabytes(self) -> int:
        """Resident memory of the process and those inside its wall."""
        return sum(_resident(pid) for pid in _family(self._process.pid)) >> 20

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                if pipe is not None:
                    pipe.close()

    def _answer(self, patience: float) -> Any:
        """One line of JSON, or ValueError if it does not come in time."""
        pipe = cast(io.BufferedReader, self._process.stdout)
        deadline, line = time.monotonic() + patience, b""
        while not line.endswith(b"\n"):
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([pipe], [], [], left)[0]:
                raise ValueError("The reader is silent.")
            piece = pipe.read1(1 << 20)
            if not piece or len(line) > LONGEST_ANSWER:
                raise ValueError("The reader ended.")
            line += piece
        return json.loads(line)


class _Readers:
    """The readers of this process by engine, each made when it is first needed."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.by_engine: dict[str, Reader] = {}
        self.replaced = 0  # readers that had died or grown too fat

    def get(self, engine: str) -> Reader:
        self._end_idle(but=engine)
        if engine in self.by_engine and not self.by_engine[engine].usable:
            self.by_engine.pop(engine).close()
            self.replaced += 1
        if engine not in self.by_engine:
            try:
                self.by_engine[engine] = Reader(engine, settings.READER_THREADS)
            except (OSError, ValueError) as error:
                raise Unavailable(NOT_STARTED) from error
        return self.by_engine[engine]

    def close(self) -> None:
        for engine in list(self.by_engine):
            self.by_engine.pop(engine).close()

    def _end_idle(self, *, but: str) -> None:
        long_ago = time.monotonic() - IDLE
        for engine, reader in list(self.by_engine.items()):
            if engine != but and reader.asked_at < long_ago:
                self.by_engine.pop(engine).close()


_readers = _Readers()


@dataclass(frozen=True, slots=True)
class Health:
    """What can be said of this process's readers without asking them."""

    engines: tuple[str, ...]  # engine/version of each that runs
    megabytes: int
    replaced: int  # readers so far that had died or grown too fat


def read_page(pixels: Pixels, number: int, engine: str | None = None) -> tuple[PageText, str]:
    """Read one page with this process's reader of an engine, the usual one if none is named.

    Gives the text, and engine/version.

    Raises:
        Unavailable: the reader could not start, or broke on this page.
    """
    with _readers.lock:
        reader = _readers.get(engine or settings.READER_COMMAND[1])
        return reader.read(pixels, number), reader.engine


def health() -> Health:
    """How this process's readers are. Waits for nobody."""
    running = list(_readers.by_engine.values())
    names = tuple(sorted(reader.engine for reader in running))
    return Health(names, sum(reader.megabytes for reader in running), _readers.replaced)


def megabytes() -> int:
    """Resident memory of this process's readers; 0 if it has none. Waits for nobody."""
    return health().megabytes


def close() -> None:
    """End this process's readers, if it has any."""
    with _readers.lock:
        _readers.close()


def _family(pid: int) -> list[int]:
    """A process and its descendants."""
    family = [pid]
    for parent in family:
        with suppress(OSError):  # it, or one of its threads, may end while we look
            for children in Path(f"/proc/{parent}/task").glob("*/children"):
                with suppress(OSError):
                    family += [int(child) for child in children.read_text().split()]
    return family


def _resident(pid: int) -> int:
    """Bytes, 0 for a process that is gone."""
    with suppress(OSError, ValueError, IndexError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096
    return 0
