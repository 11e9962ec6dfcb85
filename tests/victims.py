"""Programs behind the wall, found and killed as a machine does that runs out of memory."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PATIENCE = 20.0  # seconds


def kill_when_seen(module: str, *, under: int | None = None) -> None:
    """Wait until a process that runs a module is there, and kill -9 it."""
    last = time.monotonic() + PATIENCE
    while time.monotonic() < last:
        if found := [pid for pid in family(under or os.getpid()) if runs(pid, module)]:
            os.kill(found[0], signal.SIGKILL)
            return
        time.sleep(0.005)
    raise AssertionError(f"Nobody ran {module}.")


@contextmanager
def doomed(module: str) -> Iterator[None]:
    """Whatever this block starts of a module is killed, once."""
    killer = threading.Thread(target=kill_when_seen, args=[module])
    killer.start()
    try:
        yield
    finally:
        killer.join()


def family(pid: int) -> list[int]:
    """Everything a process has started, and what that has started, outermost first."""
    found = [pid]
    for parent in found:
        with suppress(OSError):  # it, or one of its threads, may end while we look
            for children in Path(f"/proc/{parent}/task").glob("*/children"):
                with suppress(OSError):
                    found += [int(child) for child in children.read_text().split()]
    return found[1:]


def runs(pid: int, module: str) -> bool:
    """Whether a process runs a module itself, and is not the wall around it."""
    with suppress(OSError):
        program, *arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        return module.encode() in arguments and not program.endswith(b"bwrap")
    return False
