"""Everything on one machine: `python -m portal.embedded.supervisor`, or `make run`."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portal.embedded import operators, postgres, preparing
from portal.embedded.children import ROOT, Child
from portal.embedded.places import Places

WATCH = 0.5  # seconds between two looks at the children
FIRST_WATCH = 0.05  # the same, until the first page is there
PATIENCE = 180.0  # seconds for the first page
CELERY = ("--app=portal", "--quiet")


class PortTaken(RuntimeError):
    """Somebody else listens where the portal would."""


class Supervisor:
    def __init__(self, places: Places, port: int) -> None:
        self.places, self.port = places, port
        self.address = f"http://127.0.0.1:{port}"
        self.over = threading.Event()
        self.began = time.monotonic()

    def run(self) -> int:
        """Start all, say where, wait for Ctrl-C, stop all in reverse order."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self.over.set())
        with self._alone(), self._database():
            self._find_the_port_free()
            preparing.prepare(self.places, self.say)
            if self.over.is_set():
                return 0
            children = self._children()
            try:
                self._serve(children)
            finally:
                self._stop(children)
        return 0

    def setup(self) -> int:
        """Install without starting: database, tables, static files, demo people."""
        with self._alone(), self._database():
            preparing.prepare(self.places, self.say)
        self.say("Ready. `make run` starts it.")
        return 0

    def say(self, text: str) -> None:
        seconds = time.monotonic() - self.began
        sys.stdout.write(f"[{seconds:5.1f} s] {text}\n")
        sys.stdout.flush()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self.places.var.mkdir(parents=True, exist_ok=True)
        with (self.places.var / "supervisor.lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                sys.exit(f"The portal of {self.places.var} is running already.")
            yield

    def _find_the_port_free(self) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", self.port))
            except OSError as error:
                raise PortTaken(
                    f"Port {self.port} is in use by something else. "
                    f"Choose another one: PORT={self.port + 1} make run"
                ) from error

    @contextmanager
    def _database(self) -> Iterator[None]:
        if not postgres.is_ours():
            if not operators.split_roles(self.places):
                self.say("DATABASE_URL may not create roles: the portal runs as the role given.")
            yield
            return
        self.say("Starting PostgreSQL")
        with postgres.held(self.places):
            yield

    def _children(self) -> list[Child]:
        """Who seals the trail, web, one worker for what is quick, some that read, and the clock."""
        readers = max(1, (os.cpu_count() or 2) // 2)
        beat = ["beat", f"--schedule={self.places.var / 'beat'}", "--pidfile="]
        return [
            self._sequencer(),
            self._child("web", "gunicorn", "--config=python:portal.embedded.web",
                        f"--bind=127.0.0.1:{self.port}", "portal.wsgi"),
            self._child("worker", *_worker("quick", 0)),
            *(self._child(f"reader-{n}", *_worker("reading", n)) for n in range(1, readers + 1)),
            self._child("beat", "celery", *CELERY, *beat),
        ]  # fmt: skip

    def _sequencer(self) -> Child:
        """The only one with the role that writes trees."""
        child = self._child("sequencer", "django", "sequence")
        settings = os.environ.get("DJANGO_SETTINGS_MODULE", "portal.settings")
        child.environment = {"DATABASE_ROLE": "sequencer", "DJANGO_SETTINGS_MODULE": settings}
        return child

    def _child(self, name: str, module: str, *arguments: str) -> Child:
        command = [sys.executable, "-m", module, *arguments]
        return Child(name, command, self.places.logs / f"{name}.log")

    def _serve(self, children: list[Child]) -> None:
        """Keep all running; greet once the first page is there."""
        for child in children:
            child.start()
        watched: list[Child | postgres.Watched] = [*children]
        if postgres.is_ours():
            watched.insert(0, postgres.Watched(self.places))  # the others need it
        greeted, patience = False, time.monotonic() + PATIENCE
        while not self.over.wait(WATCH if greeted else FIRST_WATCH):
            for one in watched:
                if trouble := one.look():
                    self.say(trouble)
            if not greeted and self._answers():
                self._greet()
                greeted = True
            elif not greeted and time.monotonic() > patience:
                self.say(f"The web server did not answer; see {self.places.logs / 'web.log'}.")
                return

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/healthz", timeout=2):  # noqa: S310
                return True
        except OSError:
            return False

    def _greet(self) -> None:
        self._welcome()
        threading.Thread(target=self._seed_documents, daemon=True).start()

    def _welcome(self) -> None:
        self.say(f"Arrowslit is at {self.address}/  (Ctrl-C stops everything)")
        people = self.places.var / "people.txt"
        if people.exists():
            sys.stdout.write(people.read_text())
            sys.stdout.flush()

    def _seed_documents(self) -> None:
        """Demo documents go the same way as any others, so this waits for the readers."""
        stamp = self.places.var / "seeded"
        if stamp.exists():
            return
        self.say("Demo documents are on their way; you can sign in meanwhile")
        if self._manage("seed", "--documents") == 0 and not self.over.is_set():
            stamp.touch()
            self.say("Demo documents are processed")

    def _manage(self, *command: str) -> int:
        whole = [sys.executable, "manage.py", *command]
        return subprocess.run(whole, cwd=ROOT, check=False).returncode

    def _stop(self, children: list[Child]) -> None:
        """In reverse order: first what makes work, last what people look at."""
        self.say("Stopping; what is being read is read to its end, or begun anew next time")
        for child in reversed(children):
            child.ask_to_end()
        for child in reversed(children):
            child.stop()
            self.say(f"Stopped {child.name}")


def _worker(queue: str, number: int) -> list[str]:
    """One process that does one thing at a time; more of them do more."""
    return [
        "celery", *CELERY, "worker", "--pool=solo", "--loglevel=WARNING", "--without-gossip",
        "--without-mingle", f"--hostname={queue}-{number}@%h", f"--queues={queue}",
    ]  # fmt: skip


def main() -> int:
    var = Path(os.environ.get("VAR_DIR", ROOT / "var")).resolve()
    os.environ["VAR_DIR"] = str(var)
    supervisor = Supervisor(Places(var), int(os.environ.get("PORT", "8000")))
    try:
        return supervisor.setup() if "setup" in sys.argv[1:] else supervisor.run()
    except (postgres.NoDatabase, preparing.NotPrepared, PortTaken) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    sys.exit(main())
