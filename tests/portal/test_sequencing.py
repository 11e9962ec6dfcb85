"""The sequencer that a command brings along does not outlive it."""

import subprocess
import sys
from pathlib import Path

from tests.crash.installation import ROOT, until
from tests.crash.installation import command as called

BRINGS = """
import time
from portal.embedded import sequencing
sequencing.COMMAND = ("sleep", "600")
with sequencing.at_hand():
    time.sleep(600)
"""


def started_by(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_it_ends_with_whoever_brought_it():
    command = subprocess.Popen([sys.executable, "-c", BRINGS], cwd=ROOT)
    until(lambda: [called(child) for child in started_by(command.pid)] == ["sleep 600 "])
    (brought,) = started_by(command.pid)
    command.kill()
    command.wait()
    until(lambda: not called(brought), "It was left behind.")
