"""Everywhere a document could leave a trace: what is looked through, and how it is gathered."""

import io
import logging
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from django.core import mail
from django.core.cache import caches
from django.db import connection

from apps.jobs import services as jobs
from portal.embedded import postgres
from portal.logs import Lines
from tests import server
from tests.canary.birds import Birds

Gather = Callable[[], Iterator[bytes]]


class Ground:
    """The places of one installation, each looked through anew when asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.logged = io.StringIO()
        self.answers: list[bytes] = []  # what people were shown who may not see content

    @property
    def places(self) -> dict[str, Gather]:
        return {
            "logs": lambda: iter([self.logged.getvalue().encode()]),
            "queue": lambda: files(self.folder / "bell"),
            "temporary files": lambda: files(self.folder / "temporary"),
            "vault": lambda: files(self.folder / "vault"),
            "vault's names": lambda: names(self.folder / "vault"),
            "cache": lambda: (repr(vars(cache)).encode() for cache in caches.all()),
            "e-mail": lambda: (message.message().as_bytes() for message in mail.outbox),
            "pages": lambda: iter(self.answers),
            "database dump": dumped,
            "database files": heap,
        }

    def look(self, birds: Birds) -> dict[str, set[str]]:
        """Where which birds are; nothing for a place without any."""
        seen = {
            place: {bird for content in gather() for bird in birds.found_in(content)}
            for place, gather in self.places.items()
        }
        return {place: found for place, found in seen.items() if found}


def files(folder: Path) -> Iterator[bytes]:
    return (path.read_bytes() for path in folder.rglob("*") if path.is_file())


def names(folder: Path) -> Iterator[bytes]:
    return (str(path).encode() for path in folder.rglob("*"))


def dumped() -> Iterator[bytes]:
    """Every row of every table as COPY writes it, read by the server's owner past every wall."""
    with server.admin(str(connection.settings_dict["NAME"])) as db:
        tables = db.execute(
            "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables "
            "WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        assert len(tables) > 20  # a dump of nothing would prove nothing
        for (table,) in tables:
            with db.cursor().copy(f"COPY (SELECT * FROM {table}) TO STDOUT") as rows:  # type: ignore[arg-type]
                yield b"".join(bytes(piece) for piece in rows)


def heap() -> Iterator[bytes]:
    """The files of the database itself, with rows that were deleted but not yet swept."""
    if not postgres.is_ours():
        return
    with server.admin(str(connection.settings_dict["NAME"])) as db:
        db.execute("CHECKPOINT")
        row = db.execute(
            "SELECT current_setting('data_directory'), oid FROM pg_database "
            "WHERE datname = current_database()"
        ).fetchone()
    assert row is not None
    folder = Path(row[0]) / "base" / str(row[1])
    assert any(folder.iterdir())
    yield from files(folder)


@pytest.fixture
def ground(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ground]:
    """Logs as production writes them but of every level, a queue and a vault of files."""
    found = Ground(tmp_path)
    for folder in ("temporary", "bell", "vault"):
        (tmp_path / folder).mkdir(exist_ok=True)
    settings.VAULT_DIR = tmp_path / "vault"
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    monkeypatch.setattr(jobs, "current_app", _queue(tmp_path / "bell"))
    handler = logging.StreamHandler(found.logged)
    handler.setFormatter(Lines(as_json=True))
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    _all_speak(monkeypatch)
    yield found
    root.removeHandler(handler)
    root.setLevel(level)


def _all_speak(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loggers that some other library has switched off would make silence look like secrecy."""
    for logger in logging.root.manager.loggerDict.values():
        if isinstance(logger, logging.Logger):
            monkeypatch.setattr(logger, "disabled", False)


def _queue(folder: Path) -> Celery:
    options = {
        "data_folder_in": str(folder),
        "data_folder_out": str(folder),
        "control_folder": str(folder),
    }
    queue = Celery("canary", broker="filesystem://", set_as_current=False)
    queue.conf.broker_transport_options = options
    return queue
