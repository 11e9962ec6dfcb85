"""Every command works on a clone in which nothing was set up, or says in a sentence why not."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import DatabaseError

import manage
from portal.embedded import preparing
from portal.embedded.places import Places
from tests import server
from tests.papers import invoice_png
from tests.portal.production import ROOT, environment, our_database
from tests.portal.test_embedded import left_behind, until

FIRST = "Preparing the tables"
PATIENCE = 200  # seconds
SMALL = ("--megabytes=1", "--large-megabytes=1", "--rounds=1")
EMPTY = f"test_empty_{os.getpid()}"


@pytest.fixture
def var() -> Iterator[Path]:
    """A folder that nobody has used; as root, the database's own account must reach it."""
    with tempfile.TemporaryDirectory(prefix="arrowslit-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
        until(lambda: left_behind(folder) == [])


@pytest.fixture
def given(var: Path) -> dict[str, str]:
    left_out = ("DATABASE_URL", "BROKER_URL", "DATABASE_ROLE")
    kept = {key: value for key, value in os.environ.items() if key not in left_out}
    return {**kept, "VAR_DIR": str(var)}


def begun(given: dict[str, str], *command: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "manage.py", *command],
        cwd=ROOT, env=given, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def run(given: dict[str, str], *command: str) -> tuple[int, str, str]:
    process = begun(given, *command)
    said = process.communicate(timeout=PATIENCE)
    return process.returncode, *said


def manifest(folder: Path) -> Path:
    """One upload with known truth."""
    (folder / "paper.png").write_bytes(invoice_png(31))
    expected = {"acceptable_dispositions": ["accepted"], "must": []}
    line = {"id": "1", "file": "paper.png", "kind": "upload_benign", "expected": expected}
    path = folder / "manifest.jsonl"
    path.write_text(json.dumps(line))
    return path


def test_what_measures_prepares_a_fresh_clone_once_and_works(var, given, tmp_path):
    both = [begun(given, "bench", "vault", "--json", *SMALL) for _ in range(2)]
    ended = [(one.communicate(timeout=PATIENCE), one.returncode) for one in both]
    assert [code for _, code in ended] == [0, 0], ended
    for (out, _), _ in ended:
        assert json.loads(out)["figures"]["seal_ratio"] > 0  # and nothing beside the object
    assert sum(err.count(FIRST) for (_, err), _ in ended) == 1
    assert "clara@halden.example" in (var / "people.txt").read_text()

    code, out, err = run(given, "evaluate", "--kind=upload", f"--manifest={manifest(tmp_path)}")
    assert (code, json.loads(out)["figures"]["benign_accepted_share"]) == (0, 1.0)
    assert FIRST not in err


def test_a_person_can_be_added_to_a_fresh_clone(var, given):
    code, out, _ = run(
        given, "addperson", "ada@acme.example", "--name=Ada", "--organisation=acme",
        "--called=Acme", "--region=EU", "--role=organisation admin",
    )  # fmt: skip
    assert (code, out.split(" with ")[0]) == (0, "ada@acme.example signs in")


@pytest.mark.parametrize("command", [("process", "--help"), ("diagrams",), ("check",)])
def test_what_only_tells_of_itself_starts_nothing(var, given, command):
    code, out, _ = run(given, *command)
    assert (code, bool(out)) == (0, True)
    assert not (var / "postgres").exists()


def test_a_folder_is_meant_from_where_the_command_is_given(var, given):
    said = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "showmigrations", "accounts"],
        cwd=var, env=given | {"VAR_DIR": "inner"}, capture_output=True, check=False, text=True,
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    assert (var / "inner" / "postgres").is_dir()


def test_what_cannot_be_prepared_is_a_sentence(var, monkeypatch):
    """The step has said why on standard error; it is tried again by the next command."""
    monkeypatch.setattr(preparing, "STEPS", (("Trying", "app", ("no_such_command",)),))
    said: list[str] = []
    with pytest.raises(preparing.NotPrepared, match="no_such_command did not end well"):
        preparing.prepare(Places(var), said.append)
    assert said == ["Trying"]
    assert not (var / "prepared").exists()


@pytest.mark.parametrize(
    "change", [{"DATABASE_URL": "postgresql://a:b@elsewhere/portal"}, {"DATABASE_URL": ""}]
)
def test_another_database_is_prepared_anew(monkeypatch, change):
    monkeypatch.setenv("DATABASE_URL", "postgresql://a:b@here/portal")
    before = preparing._fingerprint()
    monkeypatch.setenv("DATABASE_URL", change["DATABASE_URL"])
    assert preparing._fingerprint() != before


# Production brings its own, so there is nothing to prepare, and something to say


@pytest.fixture
def production(tmp_path: Path, django_db_setup: None, db: None) -> dict[str, str]:
    return environment(tmp_path) | {"DATABASE_URL": our_database(*server.role("app"))}


@pytest.fixture
def unprepared(production: dict[str, str]) -> Iterator[dict[str, str]]:
    """A database of production that nobody migrated."""
    server.make_empty(EMPTY)
    url = production["DATABASE_URL"]
    yield production | {"DATABASE_URL": url.replace(url.split("/")[-1].split("?")[0], EMPTY)}
    with server.admin() as db:
        db.execute(f'DROP DATABASE "{EMPTY}" WITH (FORCE)')


COMMANDS = [
    ("process", "paper.png"),
    ("bench", "vault", "--json"),
    ("addperson", "a@b.example", "--name=A", "--organisation=b", "--role=sender"),
    ("axes_reset",),
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_tables_that_are_not_there_are_a_sentence(unprepared, command):
    code, out, err = run(unprepared, *command)
    assert (code, out) == (1, "")
    assert "run `manage.py migrate` first" in err
    assert "Traceback" not in err


def test_demo_people_that_are_not_there_are_a_sentence(production):
    code, out, err = run(production, "bench", "vault", "--json")
    assert (code, out) == (1, "")
    assert (
        err == "There is no such person here. The demo people exist only in the embedded profile.\n"
    )


def test_a_database_that_does_not_answer_is_a_sentence(production):
    nowhere = {"DATABASE_URL": "postgresql://portal_app:q7Zt2mX9vL4cR8sB1nK6@127.0.0.1:9/portal"}
    code, _, err = run(production | nowhere, "axes_reset")
    assert code == 1
    assert "The database does not answer" in err
    assert "Traceback" not in err


def test_what_nobody_can_explain_keeps_its_trace():
    error = DatabaseError()
    error.__cause__ = psycopg.errors.DivisionByZero()
    assert manage.trouble(error) == ""


@pytest.mark.parametrize(
    ("arguments", "waits"),
    [
        (["manage.py", "evaluate", "--kind", "upload"], True),
        (["manage.py", "evaluate", "--kind=upload"], True),
        (["manage.py", "evaluate", "--kind", "receipt"], False),
        (["manage.py", "bench", "pipeline", "--pages", "20"], True),
        (["manage.py", "bench", "queue"], False),
        (["manage.py", "process", "upload"], False),
    ],
)
def test_a_command_that_erases_brings_a_sequencer(arguments, waits):
    assert manage.deletes(arguments[1], arguments) is waits
