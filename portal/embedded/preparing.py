"""What an embedded installation needs before anything works on it: tables, styles, demo people.

`make run` and `make setup` prepare, and so does `manage.py` before a command that would otherwise
find nothing. Doing it twice is doing it once: a stamp says for which code and which database it
was done.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from portal.embedded.places import Places, given

ROOT = Path(__file__).resolve().parents[2]
STEPS = (
    ("Preparing the tables", "owner", ("migrate", "--verbosity=0")),
    ("Collecting static files", "app", ("collectstatic", "--noinput", "--verbosity=0")),
    ("Adding the demo people", "app", ("seed", "--people")),
)
DEPENDS_ON = (
    "requirements/base.txt",
    "apps/*/migrations/*.py",
    "apps/*/roles.py",
    "portal/demo/people.py",
    "static/**/*",
)

Say = Callable[[str], None]


class NotPrepared(RuntimeError):
    """A step did not come to its end; the message says which. The step said why itself."""


def prepare(places: Places, say: Say) -> None:
    """Bring everything up to date, if anything changed. Of two who prepare, one waits.

    Raises:
        NotPrepared: the installation is as far as it came, and the next call goes on from there.
    """
    places.var.mkdir(parents=True, exist_ok=True)
    stamp = places.var / "prepared"
    with (places.var / "prepare.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        now = _fingerprint()
        if stamp.exists() and stamp.read_text() == now:
            return
        for title, role, command in STEPS:
            say(title)
            _run(places, role, command)
        stamp.write_text(now)


def _run(places: Places, role: str, command: tuple[str, ...]) -> None:
    """By Django's own entrance: `manage.py` would prepare, and wait for us."""
    about = {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "DATABASE_ROLE": role,
        "VAR_DIR": str(places.var.resolve()),
    }
    ended = subprocess.run(
        [sys.executable, "-m", "django", *command],
        cwd=ROOT,
        env={**os.environ, **about},
        stdout=subprocess.DEVNULL,
        check=False,
    )
    if ended.returncode != 0:
        raise NotPrepared(f"The portal could not be prepared: {command[0]} did not end well.")


def _fingerprint() -> str:
    """Changes when something that a step depends on changes, or the database is another one."""
    digest = hashlib.sha256(given("DATABASE_URL").encode())
    for pattern in DEPENDS_ON:
        for path in sorted(ROOT.glob(pattern)):
            if path.is_file():
                digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()
