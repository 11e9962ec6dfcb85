"""A sequencer for as long as a command needs one; beside one that runs it only stands by."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from portal.embedded.children import ROOT, end_with

COMMAND = (sys.executable, "-m", "django", "sequence")


@contextmanager
def at_hand() -> Iterator[None]:
    about = {"DJANGO_SETTINGS_MODULE": "portal.settings", "DATABASE_ROLE": "sequencer"}
    child = subprocess.Popen(
        COMMAND,
        cwd=ROOT,
        env={**os.environ, **about},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        preexec_fn=partial(end_with, os.getpid()),
    )
    try:
        yield
    finally:
        child.terminate()
        child.wait()
