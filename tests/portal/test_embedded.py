"""Everything on one machine: started, used, stopped, killed. Nothing may be left behind."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from apps.extraction.synthetic import draw as draw_document
from portal.embedded import postgres
from portal.embedded.places import Places

ROOT = Path(__file__).parents[2]
PEOPLE = ("clara", "rita", "lena", "rosa", "carl", "otto", "ida", "mallory")
PATIENCE = 300.0  # seconds, on a busy machine; a first start makes everything


@pytest.fixture(scope="module")
def var() -> Iterator[Path]:
    """A fresh installation without demo documents, which would need the readers for a minute.

    Run as root, the database's own account must reach it, so it is not in pytest's closed folder.
    """
    with tempfile.TemporaryDirectory(prefix="arrowslit-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "seeded").touch()
        yield folder
        until(lambda: left_behind(folder) == [])


@pytest.fixture
def environment(var: Path) -> dict[str, str]:
    kept = {
        key: value
        for key, value in os.environ.items()
        if key not in ("DATABASE_URL", "BROKER_URL", "DATABASE_ROLE")
    }
    return {**kept, "VAR_DIR": str(var), "PORT": str(_free_port())}


@contextmanager
def running(environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    with (Path(environment["VAR_DIR"]) / "said").open("ab") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "portal.embedded.supervisor"],
            cwd=ROOT,
            env=environment,
            stdout=said,
            stderr=said,
        )
    try:
        until(lambda: get(environment, "/healthz") == 200 or process.poll() is not None)
        assert process.poll() is None, (Path(environment["VAR_DIR"]) / "said").read_text()
        yield process
    finally:
        process.kill()
        process.wait()


def test_it_starts_answers_and_stops_in_order(var, environment):
    with running(environment) as supervisor:
        assert get(environment, "/readyz") == 200
        assert get(environment, "/sign-in/") == 200
        told = [f"127.0.0.1:{environment['PORT']}", *(f"{name}@" for name in PEOPLE)]
        until(lambda: all(word in (var / "said").read_text() for word in told))
        supervisor.send_signal(signal.SIGINT)
        assert supervisor.wait(PATIENCE) == 0
    until(lambda: left_behind(var) == [])
    said = (var / "said").read_text()
    assert said.index("Stopped beat") < said.index("Stopped worker") < said.index("Stopped web")


def test_killing_the_supervisor_leaves_no_process_behind(var, environment):
    with running(environment) as supervisor:
        assert len(left_behind(var)) > 4
        supervisor.kill()
        supervisor.wait()
        until(lambda: left_behind(var) == [])


def test_a_second_start_refuses_to_share(var, environment):
    with running(environment):
        second = subprocess.run(
            [sys.executable, "-m", "portal.embedded.supervisor"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            check=False,
            text=True,
        )
        assert second.returncode == 1
        assert "running already" in second.stderr


def test_a_taken_port_is_said_at_once(environment):
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", int(environment["PORT"])))
        somebody.listen()
        tried = subprocess.run(
            [sys.executable, "-m", "portal.embedded.supervisor"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            check=False,
            text=True,
        )
    assert tried.returncode == 1
    assert f"PORT={int(environment['PORT']) + 1} make run" in tried.stderr


def test_commands_work_while_it_runs_and_while_it_does_not(var, environment):
    until(lambda: left_behind(var) == [])
    alone = process(environment, var)
    assert alone["class"]
    until(lambda: left_behind(var) == [])
    with running(environment):
        beside = process(environment, var)
        assert beside["class"] == alone["class"]
        assert beside["document"] != alone["document"]


def test_something_that_dies_is_started_again(var, environment):
    with running(environment):
        [web] = [pid for pid in left_behind(var) if "gunicorn" in command(pid) and is_leader(pid)]
        os.kill(web, signal.SIGKILL)
        until(lambda: get(environment, "/healthz") != 200)
        until(lambda: get(environment, "/healthz") == 200)
        assert "web ended" in (var / "said").read_text()


def test_the_running_role_is_nobody_special(var):
    places = Places(var)
    with postgres.held(places), psycopg.connect(places.database_url("app")) as db:
        row = db.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, "
            "(SELECT count(*) FROM pg_tables WHERE tableowner = current_user) "
            "FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    assert row == (False, False, False, False, 0)


def test_secrets_are_for_their_owner_only(var):
    secrets = var / "secrets"
    assert secrets.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in secrets.iterdir())
    assert (var / "people.txt").stat().st_mode & 0o077 == 0


def process(environment: dict[str, str], var: Path) -> dict[str, object]:
    drawn = subprocess.run(
        [sys.executable, "manage.py", "process", str(draw(var)), "--json"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        check=False,
        text=True,
    )
    assert drawn.returncode == 0, drawn.stderr
    said: dict[str, object] = json.loads(drawn.stdout.splitlines()[-1])
    return said


def draw(var: Path) -> Path:
    drawn = draw_document("receipt", seed=5, form="png")
    path = var / "receipt.png"
    path.write_bytes(drawn.content)
    return path


def left_behind(var: Path) -> list[int]:
    """Processes of the installation: by their environment, or by what their command names."""
    mark = f"VAR_DIR={var}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = command(int(folder.name))
            inside = mark in (folder / "environ").read_bytes().split(b"\0")
            if line and (inside or str(var) in line):
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def is_leader(pid: int) -> bool:
    return os.getpgid(pid) == pid


def get(environment: dict[str, str], address: str) -> int:
    url = f"http://127.0.0.1:{environment['PORT']}{address}"
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return int(answer.status)
    except OSError:
        return 0


def until(true: Callable[[], bool]) -> None:
    patience = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < patience, "It did not happen in time."
        time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
