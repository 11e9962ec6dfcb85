"""The portal's side of a reader process: start it, speak to it, start it again.

One reader a worker process, loaded on the first page and kept: loading costs seconds, and a
process that only ever sees pixels has nothing to leak from one document to the next. It is
replaced when it dies, hangs, or has grown beyond its cap.
"""

from __future__ import annotations

import io
import json
import select
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import numpy as np
from django.conf import settings

from apps.base.errors import Unavailable
from apps.extraction.engines import PageText, Pixels, wire
from apps.intake import jail
from apps.intake.jail import Limits

LIMITS = Limits(memory=4 << 30, cpu=1_000_000, wall=0, files=128)
FATTEST = 1_400  # MB of resident memory after which a reader is replaced
LOADING = 60.0  # seconds
PER_PAGE = 120.0  # seconds
LONGEST_ANSWER = 64 << 20  # bytes
LONGEST_NAME = 60  # characters of engine and version


class ReaderDied(Unavailable):
    """The reader broke on a page; another one is started for the next attempt."""

    attempts = 3  # it may be the page that breaks readers


class Reader:
    """One process with one engine. Not for two threads at once; `current` sees to that."""

    def __init__(self, engine: str, threads: int) -> None:
        module = settings.READER_COMMAND[0]
        self._process = subprocess.Popen(
            jail.command(module, engine, str(threads), limits=LIMITS),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=jail.environment(),
            start_new_session=True,
        )
        try:
            said = self._answer(LOADING)
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
                raise ReaderDied("The reader broke on this page. We try once more.") from error
            raise

    @property
    def usable(self) -> bool:
        return self._process.poll() is None and self.megabytes < FATTEST

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


class _Current:
    """The reader of this process, made when it is first needed."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.reader: Reader | None = None

    def get(self) -> Reader:
        if self.reader is not None and not self.reader.usable:
            self.reader.close()
            self.reader = None
        if self.reader is None:
            try:
                self.reader = Reader(settings.READER_COMMAND[1], settings.READER_THREADS)
            except (OSError, ValueError) as error:
                raise Unavailable("The reader did not start. We try again soon.") from error
        return self.reader


_current = _Current()


def read_page(pixels: Pixels, number: int) -> tuple[PageText, str]:
    """Read one page with this process's reader: the text, and engine/version.

    Raises:
        Unavailable: the reader could not start, or broke on this page.
    """
    with _current.lock:
        reader = _current.get()
        return reader.read(pixels, number), reader.engine


def megabytes() -> int:
    """Resident memory of this process's reader; 0 if it has none. Waits for nobody."""
    current = _current.reader
    return current.megabytes if current else 0


def close() -> None:
    """End this process's reader, if it has one."""
    with _current.lock:
        if _current.reader is not None:
            _current.reader.close()
            _current.reader = None


def _family(pid: int) -> list[int]:
    """A process and its descendants."""
    family = [pid]
    for parent in family:
        for children in Path(f"/proc/{parent}/task").glob("*/children"):
            with suppress(OSError):
                family += [int(child) for child in children.read_text().split()]
    return family


def _resident(pid: int) -> int:
    """Bytes, 0 for a process that is gone."""
    with suppress(OSError, ValueError, IndexError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096
    return 0
