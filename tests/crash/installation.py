"""A running installation, the person who uses it, and what its database and store hold."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import requests

from apps.vault.classes import KINDS, ArtifactClass
from portal.embedded import secrets
from portal.embedded.places import Places
from tests.crash import gates

ROOT = Path(__file__).parents[2]
PATIENCE = 120.0  # seconds, on a busy machine; a test that waits longer has failed
INSTALLING = 300.0  # seconds for a first start on a busy machine: tables, files, people
SENDER = "clara@halden.example"
REVIEWER = "rita@halden.example"
POOL = (
    "-m", "celery", "--app=portal", "worker", "--pool=prefork", "--concurrency=1",
    "--loglevel=WARNING", "--without-gossip", "--without-mingle", "--queues=reading",
    "--hostname=reading-pool@%h",
)  # fmt: skip
LEFT_OUT = ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_ROLE", "BROKER_URL", "BUCKET")


def until(
    true: Callable[[], object],
    what: str = "It did not happen in time.",
    patience: float = PATIENCE,
) -> None:
    last = time.monotonic() + patience
    while not true():
        assert time.monotonic() < last, what
        time.sleep(0.05)


class Installation:
    """`make run` with the gates of `tests.crash.gates`, on a port and in a folder of its own."""

    def __init__(self, var: Path, **environment: str) -> None:
        self.var, self.places, self.port = var, Places(var), free_port()
        kept = {key: value for key, value in os.environ.items() if key not in LEFT_OUT}
        self.environment = {
            **kept,
            "VAR_DIR": str(var),
            "PORT": str(self.port),
            "DJANGO_SETTINGS_MODULE": "tests.crash.settings",
            "READER_THREADS": "1",
            "TMPDIR": str(var / "temporary"),
            **environment,
        }
        self.supervisor: subprocess.Popen[bytes] | None = None
        var.chmod(0o755)  # as root, the database's own account must pass through
        (var / "seeded").touch()  # demo documents would need the readers
        for folder in ("gates", "temporary"):
            (var / folder).mkdir(exist_ok=True)

    @contextmanager
    def running(self) -> Iterator["Installation"]:
        """Started and, whatever happens, killed; what is left in its store is looked at last."""
        self.start()
        try:
            yield self
            self.until_it_answers()
            until(lambda: self.stored() == self.expected(), "Something was left over.")
        finally:
            self.kill()

    def start(self) -> None:
        with (self.var / "said").open("ab") as said:
            self.supervisor = subprocess.Popen(
                [sys.executable, "-m", "portal.embedded.supervisor"],
                cwd=ROOT,
                env=self.environment,
                stdout=said,
                stderr=said,
            )
        try:
            self.until_it_answers()
        except AssertionError as error:
            logs = "".join(path.read_text()[-2000:] for path in self.places.logs.glob("*.log"))
            self.kill()
            raise AssertionError(f"{self.said}\n{logs}") from error

    @contextmanager
    def unattended(self) -> Iterator[None]:
        """Nobody starts again what ends, for as long as this block lasts."""
        assert self.supervisor is not None
        self.supervisor.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.supervisor.send_signal(signal.SIGCONT)

    @contextmanager
    def pooled(self) -> Iterator[None]:
        """What reads is a pool that forks, as an operator may choose, instead of our workers."""
        with self.unattended(), (self.var / "said").open("ab") as said:
            for worker in self.processes("--queues=reading"):
                os.kill(worker, signal.SIGKILL)
            pool = subprocess.Popen([sys.executable, *POOL], cwd=ROOT, env=self.environment,
                                    stdout=said, stderr=said)  # fmt: skip
            try:
                yield
            finally:
                pool.kill()
                pool.wait()
                until(lambda: not self.processes("--pool=prefork"), "The pool was left behind.")

    def until_it_answers(self) -> None:
        assert self.supervisor is not None
        until(
            lambda: self.status("/readyz") == 200 or self.supervisor.poll() is not None,
            "The portal does not answer.",
            INSTALLING,
        )
        assert self.supervisor.poll() is None, self.said

    @property
    def said(self) -> str:
        return (self.var / "said").read_text()

    def kill(self) -> None:
        """End the supervisor without a word, and wait until nothing of it is left."""
        assert self.supervisor is not None
        self.supervisor.kill()
        self.supervisor.wait()
        until(lambda: not self.processes(""), "Something was left running.")

    def status(self, address: str) -> int:
        with suppress(requests.RequestException):
            return requests.get(self.url(address), timeout=5, allow_redirects=False).status_code
        return 0

    def url(self, address: str) -> str:
        return f"http://127.0.0.1:{self.port}{address}"

    def processes(self, name: str) -> list[int]:
        """Processes of this installation whose command line has a word in it, oldest first."""
        mark = f"VAR_DIR={self.var}".encode()
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                ours = mark in (folder / "environ").read_bytes().split(b"\0")
                line = command(int(folder.name))
                if line and name in line and (ours or str(self.var) in line):
                    found.append(int(folder.name))
        return sorted(found)

    def leader(self, name: str) -> int:
        """The one among the processes with a name that the others are children of."""
        return next(pid for pid in self.processes(name) if os.getpgid(pid) == pid)

    def kill_process(self, name: str) -> None:
        """Kill a leader, and wait until nobody of its family answers any more."""
        family = self.processes(name)
        os.kill(self.leader(name), signal.SIGKILL)
        until(lambda: not any(command(pid) for pid in family), "It outlived its leader.")

    @contextmanager
    def held_at(self, gate: str) -> Iterator[Callable[[], int]]:
        """Close a gate; what is given waits until a process stands before it, and names it."""
        gates.reached(self.var, gate).unlink(missing_ok=True)  # of who came last time
        gates.closed(self.var, gate).touch()
        try:
            yield lambda: self._whoever_comes(gates.reached(self.var, gate))
        finally:
            gates.closed(self.var, gate).unlink()
            gates.reached(self.var, gate).unlink(missing_ok=True)

    def _whoever_comes(self, sign: Path) -> int:
        until(sign.exists, f"Nobody came: {sign.name}.")
        return int(sign.read_text())

    def ask(self, question: str, *values: object) -> list[Any]:
        """What the database says, past every wall."""
        with psycopg.connect(self.as_superuser(), connect_timeout=5) as db:
            return db.execute(question, values).fetchall()  # type: ignore[arg-type]

    def as_superuser(self) -> str:
        if url := self.environment.get("DATABASE_URL"):
            return url
        password = secrets.kept(self.places.secrets, "database-superuser", secrets.token)
        return self.places.socket_url("postgres", password, "portal")

    def stored(self) -> list[str]:
        """Names of what lies in the vault's folder."""
        files = [path for path in self.places.vault.rglob("*") if path.is_file()]
        return sorted(path.relative_to(self.places.vault).as_posix() for path in files)

    def expected(self) -> list[str]:
        """Names of what rows speak of."""
        rows = self.ask(
            "SELECT kind, organisation_id, id FROM vault_artifact "
            "WHERE gone_at IS NULL AND kind <> 'fields'"
        )
        return sorted(
            f"{KINDS[ArtifactClass(kind)].prefix}/{organisation}/{one.hex[:6]}/{one}"
            for kind, organisation, one in rows
        )


class Person:
    """Somebody in front of a browser."""

    def __init__(self, arrowslit: Installation, email: str = SENDER) -> None:
        self.arrowslit, self.session = arrowslit, requests.Session()
        self.session.headers["Accept"] = "application/json"
        self.session.headers["Connection"] = "close"  # the server ends idle ones in its own time
        password = (arrowslit.places.secrets / "demo-password").read_text().strip()
        self.session.get(arrowslit.url("/sign-in/"), timeout=10)
        signed_in = self.post("/sign-in/", data={"login": email, "password": password})
        assert signed_in.ok, signed_in.text

    def get(self, address: str, **given: Any) -> requests.Response:
        return self.session.get(self.arrowslit.url(address), timeout=20, **given)

    def post(self, address: str, **given: Any) -> requests.Response:
        token = self.session.cookies["arrowslit-csrf"]
        given["headers"] = {"X-CSRFToken": token, **given.get("headers", {})}
        return self.session.post(self.arrowslit.url(address), timeout=20, **given)

    def form(self) -> dict[str, str]:
        """An invoice on which no person is needed."""
        page = self.session.get(
            self.arrowslit.url("/upload/"), timeout=20, headers={"Accept": "text/html"}
        ).text
        select = page.split('name="workspace"')[1]
        workspace = re.search(r'value="([0-9a-f-]{36})"', select)
        assert workspace
        return {
            "token": str(uuid.uuid4()),
            "workspace": workspace[1],
            "purpose": "pay-invoices",
            "basis": "contract",
            "doctype": "invoice",
        }

    def send(self, content: bytes, form: dict[str, str] | None = None) -> requests.Response:
        files = {"files": ("paper.png", content, "image/png")}
        return self.post("/upload/", data=form or self.form(), files=files)

    def close(self) -> None:
        self.session.close()


def command(pid: int) -> str:
    """The command line of a process; empty for one that ended and was not buried yet."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    return ""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
