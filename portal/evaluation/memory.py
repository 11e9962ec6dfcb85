"""Resident memory of processes, as the kernel counts it."""

import ctypes
import gc
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

MEGABYTE = 1 << 20
PEAK, NOW = "VmHWM", "VmRSS"
FORGET_THE_PEAK = "5"  # what the kernel wants to read for it
POLL = 0.1  # seconds between two looks


def resident_mb(process: int | str = "self") -> float:
    """Megabytes now; 0 for a process that is gone."""
    return _status(process, NOW)


def peak_mb(process: int | str = "self") -> float:
    """The most megabytes since the process began, or since `forget_peak`."""
    return _status(process, PEAK)


def settle() -> None:
    """Give back what nobody holds any more; given back later, it would hide as much growth."""
    gc.collect()
    if sys.platform == "linux":
        ctypes.CDLL(None).malloc_trim(0)


def forget_peak(process: int | str = "self") -> None:
    if process == "self":
        settle()
    Path(f"/proc/{process}/clear_refs").write_text(FORGET_THE_PEAK)


@contextmanager
def highest(megabytes: Callable[[], int]) -> Iterator[list[int]]:
    """The most that a look ever gave, in the one place of a list."""
    peak, over = [0], threading.Event()

    def look() -> None:
        while not over.wait(POLL):
            peak[0] = max(peak[0], megabytes())

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    try:
        yield peak
    finally:
        over.set()
        looking.join()


def family(process: int) -> list[int]:
    """A process and all that descend from it."""
    found = [process]
    for parent in found:
        found += _children(parent)
    return found


def _children(process: int) -> list[int]:
    """What is left of them, if the process or one of its threads ends while we look."""
    found: list[int] = []
    with suppress(OSError):
        for children in Path(f"/proc/{process}/task").glob("*/children"):
            with suppress(OSError):
                found += [int(child) for child in children.read_text().split()]
    return found


def parsed(status: str, key: str) -> float:
    """Megabytes of one line of a process's status file, which counts in kibibytes."""
    for line in status.splitlines():
        name, _, rest = line.partition(":")
        if name == key:
            return int(rest.split()[0]) * 1024 / MEGABYTE
    return 0.0


def _status(process: int | str, key: str) -> float:
    with suppress(OSError):
        return parsed(Path(f"/proc/{process}/status").read_text(), key)
    return 0.0
