"""Processes of the portal under one supervisor: started, watched, started again, stopped."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

PR_SET_PDEATHSIG = 1
ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 10.0  # seconds to stop in order before it is ended
LONGEST_PAUSE = 30.0  # seconds between two starts of something that keeps ending


@dataclass(slots=True)
class Child:
    """One process and how to keep it running."""

    name: str
    command: Sequence[str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    ended: int = 0  # times it ended by itself, soon after its start
    began: float = 0.0  # monotonic seconds
    not_before: float = 0.0  # monotonic seconds
    environment: dict[str, str] = field(default_factory=dict)

    def start(self) -> None:
        self.began = time.monotonic()
        self.log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for the supervisor alone
                preexec_fn=partial(end_with, os.getpid()),
            )

    def look(self) -> str:
        """Start it again if it ended; what to tell a person, empty if all is well."""
        if self.process is None:
            if time.monotonic() >= self.not_before:
                self.start()
            return ""
        status = self.process.poll()
        if status is None:
            return ""
        lived = time.monotonic() - self.began
        self.process, self.ended = None, 1 if lived > LONGEST_PAUSE else self.ended + 1
        pause = min(LONGEST_PAUSE, 2.0 ** (self.ended - 1))
        self.not_before = time.monotonic() + pause
        return f"{self.name} ended ({status}); starting it again in {pause:.0f} s, see {self.log}"

    def ask_to_end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def stop(self) -> None:
        """Wait until it has ended, or end it with all it started."""
        if self.process is None or self.process.poll() is not None:
            return
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def end_with(parent: int, how: signal.Signals = signal.SIGKILL) -> None:
    """Let the system end this process when its parent is killed; its own children watch it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, how)
        if os.getppid() != parent:  # killed before the system was asked: it would never be told
            os.kill(os.getpid(), signal.SIGKILL)
