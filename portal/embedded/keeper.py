"""Keeps our PostgreSQL while somebody uses it: `python -m portal.embedded.keeper VAR_DIR`."""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType

import psycopg

from portal.embedded import secrets
from portal.embedded.binaries import Binaries
from portal.embedded.places import Places
from portal.embedded.postgres import at_work, in_use, ready
from portal.embedded.provision import provision
from portal.embedded.unprivileged import Unprivileged

GRACE = 1.0  # seconds without a user before the server is stopped
POLL = 0.1  # seconds
LEFT_OVER = 20.0  # seconds for a server that lost its keeper to end
TUNING = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "64MB",
    "max_connections": "60",
    "wal_compression": "on",
    "log_min_messages": "warning",
    "log_min_error_statement": "panic",  # statements carry values; they stay out of the log
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
SUPERUSER = "postgres"


class Keeper:
    def __init__(self, places: Places) -> None:
        self.places = places
        self.data = places.postgres / "data"
        self.binaries = Binaries.find()
        self.account = Unprivileged.for_folder(self.data, self.binaries.folder)
        self.told_to_stop = False

    def keep(self) -> int:
        """Run the server until nobody needs it; its exit status."""
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._told)
        self._make_cluster()
        with in_use(self.places).open("a") as use, at_work(self.places).open("a") as keeping:
            fcntl.flock(keeping, fcntl.LOCK_EX)  # the system lets go of it when we die
            server = self._serve()
            try:
                self._provision(server)
                ready(self.places).touch()
                self._wait(server, use.fileno())
            finally:
                ready(self.places).unlink(missing_ok=True)
                return self._stop(server)  # noqa: B012 - the status is the answer

    def _told(self, number: int, frame: FrameType | None) -> None:
        self.told_to_stop = True

    def _make_cluster(self) -> None:
        if (self.data / "PG_VERSION").exists():
            return
        shutil.rmtree(self.data, ignore_errors=True)  # half made by a start that was killed
        self.data.mkdir(parents=True, mode=0o700)
        password = secrets.kept(self.places.secrets, "database-superuser", secrets.token)
        with tempfile.TemporaryDirectory(dir=self.data.parent) as folder:
            file = Path(folder) / "password"
            file.write_text(password)
            self.account.own(self.data, Path(folder), file)
            self.account.run(self.binaries.initdb(self.data, file, SUPERUSER))

    def _serve(self) -> subprocess.Popen[bytes]:
        socket = self.places.socket
        socket.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.account.own(socket)
        self._wait_for_the_last_one()
        (self.data / "postmaster.pid").unlink(missing_ok=True)  # we hold the start lock
        return self.account.start(self.binaries.postgres(self.data, socket, TUNING))

    def _wait_for_the_last_one(self) -> None:
        """After a kill -9 of keeper or server, what is left of it must not share the data."""
        patience = time.monotonic() + LEFT_OVER
        while _works_in(self.data):
            if time.monotonic() > patience:
                raise SystemExit("PostgreSQL of an earlier run still works in its data.")
            time.sleep(POLL)

    def _provision(self, server: subprocess.Popen[bytes]) -> None:
        password = secrets.kept(self.places.secrets, "database-superuser", secrets.token)
        admin = self.places.socket_url(SUPERUSER, password, "postgres")
        while server.poll() is None:
            with suppress(psycopg.OperationalError), psycopg.connect(admin, autocommit=True) as db:
                return provision(db, self.places)
            time.sleep(POLL / 4)
        raise SystemExit("PostgreSQL ended before it answered.")

    def _wait(self, server: subprocess.Popen[bytes], use: int) -> None:
        quiet_since = None
        while server.poll() is None and not self.told_to_stop:
            now = time.monotonic()
            quiet_since = None if _somebody_uses(use) else quiet_since or now
            if quiet_since and now - quiet_since > GRACE and _last_one_out(use):
                return
            time.sleep(POLL)

    def _stop(self, server: subprocess.Popen[bytes]) -> int:
        if server.poll() is None:
            server.send_signal(signal.SIGINT)  # fast: end sessions, write a checkpoint
        try:
            return server.wait(30)
        except subprocess.TimeoutExpired:
            server.send_signal(signal.SIGQUIT)  # immediate: the log is replayed next time
            return server.wait()


def _works_in(folder: Path) -> bool:
    """Whether any process works in a folder, as PostgreSQL's do in their data."""
    for place in Path("/proc").glob("[0-9]*/cwd"):
        with suppress(OSError):
            if place.readlink() == folder.resolve():
                return True
    return False


def _somebody_uses(use: int) -> bool:
    if not _last_one_out(use):
        return True
    fcntl.flock(use, fcntl.LOCK_UN)
    return False


def _last_one_out(use: int) -> bool:
    """Take the lock for us alone; a newcomer then waits until the server has stopped."""
    try:
        fcntl.flock(use, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


if __name__ == "__main__":
    os.umask(0o077)
    sys.exit(Keeper(Places(Path(sys.argv[1]))).keep())
