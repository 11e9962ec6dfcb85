"""A watch over one piece of work: how long, how much memory, and whether it calls anybody."""

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from portal.evaluation import memory

POLL = 0.02  # seconds between two looks at the processes that were started
TABLES = ("tcp", "tcp6", "udp", "udp6")


class Hung(BaseException):
    """The work took longer than it may. No handler of ordinary errors stops it."""


class Watch:
    """What was seen since `seen` began; the peaks are megabytes beyond what was there before."""

    def __init__(self) -> None:
        self.connections = 0
        self.own_mb = self.children_mb = 0.0
        self.seconds = 0.0


_watch: Watch | None = None
_hooked = False


@contextmanager
def watched(seconds: float) -> Iterator[Watch]:
    """Watch this process and those it starts; only in the main thread, one at a time.

    Raises:
        Hung: in the midst of the work, once the time is over.
    """
    global _watch
    _hook()
    watch, over = Watch(), threading.Event()
    memory.forget_peak()
    before, own = set(memory.family(os.getpid())), memory.resident_mb()
    looking = threading.Thread(target=_look, args=(watch, before, over), daemon=True)
    former = signal.signal(signal.SIGALRM, _ring)
    _watch, began = watch, time.monotonic()
    looking.start()
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds)
        yield watch
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)
        _watch = None
        over.set()
        looking.join()
        watch.seconds = time.monotonic() - began
        watch.own_mb = memory.peak_mb() - own


def _ring(*_: object) -> None:
    raise Hung


def _hook() -> None:
    """Hear of every connection that Python code of this process opens; a hook is for ever."""
    global _hooked
    if not _hooked:
        sys.addaudithook(_heard)
        _hooked = True


def _heard(event: str, arguments: tuple[Any, ...]) -> None:
    if _watch is None or event not in ("socket.connect", "socket.getaddrinfo"):
        return
    if event == "socket.getaddrinfo" or arguments[0].family != socket.AF_UNIX:
        _watch.connections += 1


def _look(watch: Watch, before: set[int], over: threading.Event) -> None:
    """Weigh the processes that were started, and count their sockets, until it is over."""
    heard: set[str] = set()
    while not over.wait(POLL):
        children = [pid for pid in memory.family(os.getpid()) if pid not in before]
        total = sum(memory.resident_mb(pid) for pid in children)
        watch.children_mb = max(watch.children_mb, total)
        for pid in children:
            heard |= _sockets(pid)
    watch.connections += len(heard)


def _sockets(process: int) -> set[str]:
    """Numbers of the network sockets that a process holds, in whatever network it lives."""
    with suppress(OSError):
        root = Path(f"/proc/{process}")
        links = {str(link.readlink()) for link in (root / "fd").iterdir()}
        numbers = {link[8:-1] for link in links if link.startswith("socket:[")}
        tables = "".join((root / "net" / table).read_text() for table in TABLES) if numbers else ""
        return {number for number in numbers if f" {number} " in tables}
    return set()
