"""Our own PostgreSQL: running as long as anybody uses it, and no longer.

Whoever needs the database holds a shared lock on one file (`held`). The first one starts a
keeper process, which starts the server and stops it once nobody holds the lock. The system
gives locks back when a process dies, however it dies, so nothing is ever left running.
"""

import fcntl
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from portal.embedded.places import Places, given

PATIENCE = 180.0  # seconds for a first start, which makes the cluster
POLL = 0.03  # seconds
PAUSE = 5.0  # seconds between two starts of a server that does not start
ROOT = Path(__file__).resolve().parents[2]


class NoDatabase(RuntimeError):
    """The server did not start; the message says where its log is."""


@contextmanager
def held(places: Places) -> Iterator[None]:
    """Have the database running for as long as this block lasts."""
    places.postgres.mkdir(parents=True, exist_ok=True, mode=0o755)
    with in_use(places).open("a") as use:
        fcntl.flock(use, fcntl.LOCK_SH)  # waits while a keeper is stopping the server
        _start(places)
        yield


def in_use(places: Places) -> Path:
    """The file whose shared lock says that somebody needs the server."""
    return places.postgres / "in-use.lock"


def ready(places: Places) -> Path:
    """A file that is there while the server runs and its roles exist."""
    return places.postgres / "ready"


def at_work(places: Places) -> Path:
    """A file whose lock a keeper holds as long as it lives."""
    return places.postgres / "at-work.lock"


def kept(places: Places) -> bool:
    """Whether a keeper is alive. Costs two calls to the system and no connection."""
    with at_work(places).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def answers(places: Places) -> bool:
    """Whether the server runs and lets the portal in."""
    if not ready(places).exists():
        return False
    try:
        with psycopg.connect(places.database_url("app"), connect_timeout=3):
            return True
    except psycopg.OperationalError:
        return False


class Watched:
    """Our server under the eyes of a supervisor that holds it: started again if it ended."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.not_before = 0.0  # monotonic seconds

    def look(self) -> str:
        """Start it again if it ended; what to tell a person, empty if all is well."""
        if time.monotonic() < self.not_before or kept(self.places):
            return ""
        try:
            _start(self.places)
        except NoDatabase as error:
            self.not_before = time.monotonic() + PAUSE
            return f"{error} Trying again in {PAUSE:.0f} s."
        return "PostgreSQL ended and was started again; what was committed is there."


def is_ours() -> bool:
    """Whether we bring the server; not if the environment names another one."""
    return not given("DATABASE_URL")


def _start(places: Places) -> None:
    """Start a keeper unless the server answers. Of two who start, one does and both wait."""
    with (places.postgres / "start.lock").open("a") as start:
        fcntl.flock(start, fcntl.LOCK_EX)
        if answers(places):
            return
        keeper = _spawn_keeper(places)
        patience = time.monotonic() + PATIENCE
        while not answers(places):
            if _ended(keeper) or time.monotonic() > patience:
                raise NoDatabase(f"PostgreSQL did not start; see {_log(places)}.")
            time.sleep(POLL)


def _spawn_keeper(places: Places) -> int:
    """Start a process that outlives us; its number."""
    log = os.open(_log(places), os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
    try:
        return os.posix_spawn(
            sys.executable,
            [sys.executable, "-m", "portal.embedded.keeper", str(places.var)],
            {**os.environ, "PYTHONPATH": str(ROOT)},
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_DUP2, log, 1),
                (os.POSIX_SPAWN_DUP2, log, 2),
            ],
            setsid=True,
        )
    finally:
        os.close(log)


def _ended(process: int) -> bool:
    try:
        return os.waitpid(process, os.WNOHANG)[0] == process
    except ChildProcessError:
        return True


def _log(places: Places) -> Path:
    places.logs.mkdir(parents=True, exist_ok=True, mode=0o700)
    return places.logs / "postgres.log"
