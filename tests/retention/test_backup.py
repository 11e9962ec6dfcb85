"""An older backup that is restored cannot read what was erased since, and reads everything else."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from apps.base.errors import Gone
from apps.base.scope import acting_for
from apps.delivery.settling import settled_fields
from apps.intake.models import Document
from apps.retention import services as retention
from apps.vault import services as vault
from apps.vault.models import Artifact
from portal.embedded.binaries import Binaries
from tests import server
from tests.conftest import SYSTEM
from tests.delivery.papers import clear

SCRIPTS = Path(__file__).resolve().parents[2] / "deploy" / "postgres"
RESTORED = f"test_restored_{os.getpid()}"


def url(database: str) -> str:
    """Of the role that may do everything."""
    with server.admin() as db:
        about = db.info
        where = f"host={about.host}&port={about.port}"
        return f"postgresql://{about.user}:{about.password}@/{database}?{where}"


def run(script: str, *arguments: object) -> None:
    environment = {**os.environ, "PG_BIN": str(Binaries.find().folder)}
    ended = subprocess.run(
        [SCRIPTS / script, *map(str, arguments)], env=environment, capture_output=True, text=True
    )
    assert ended.returncode == 0, ended.stderr[-2000:]


@contextmanager
def restored(data: Path, keys: Path) -> Iterator[None]:
    """Work on a restored database as on the one that was lost."""
    before = connection.settings_dict["NAME"]
    with server.admin() as db:
        db.execute(f'DROP DATABASE IF EXISTS "{RESTORED}" WITH (FORCE)')
        db.execute(f'CREATE DATABASE "{RESTORED}" TEMPLATE template0')
    run("restore.sh", url(RESTORED), data, keys)
    connection.close()
    connection.settings_dict["NAME"] = RESTORED
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before
        with server.admin() as db:
            db.execute(f'DROP DATABASE IF EXISTS "{RESTORED}" WITH (FORCE)')


@pytest.fixture
def kept(tmp_path) -> Path:
    return tmp_path / "backups"


def test_what_was_erased_since_a_backup_cannot_be_read_from_it(real_desk, kept, tmp_path):
    gone, stays = clear(real_desk), clear(real_desk)
    database = connection.settings_dict["NAME"]
    run("backup.sh", url(database), kept)
    shutil.copytree(settings.VAULT_DIR, tmp_path / "bytes")  # a copy of the store, from before
    [data] = kept.glob("data-*.dump")
    old = data.rename(tmp_path / "old.dump")
    retention.delete(gone, user=real_desk.house.clara)
    run("backup.sh", url(database), kept)
    shutil.copytree(tmp_path / "bytes", settings.VAULT_DIR, dirs_exist_ok=True)
    with restored(old, kept / "keys.dump"), acting_for(real_desk.house.halden.pk):
        artifacts = Artifact.objects.of_document(gone.pk)
        assert artifacts.alive().count() == 4  # the rows know of no erasure
        for artifact in artifacts:
            assert not artifact.about.in_store or vault.store().exists(artifact.store_name)
            with pytest.raises(Gone):
                vault.open(artifact, actor=SYSTEM, purpose="test")
        assert settled_fields(Document.objects.get(pk=gone.pk)) == []
        assert len(settled_fields(Document.objects.get(pk=stays.pk))) == 4
        with vault.open(stays.original, actor=SYSTEM, purpose="test") as source:
            assert source.read()


def test_no_backup_that_is_kept_holds_a_key(real_desk, kept):
    clear(real_desk)
    run("backup.sh", url(connection.settings_dict["NAME"]), kept)
    assert sorted(path.name[:5] for path in kept.iterdir()) == ["data-", "keys."]
    [data] = kept.glob("data-*.dump")
    asked = [Binaries.find().folder / "pg_restore", "--file=-", "--data-only", data]
    text = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    assert "COPY public.vault_artifact " in text
    assert "COPY public.vault_artifactkey " not in text
    assert data.stat().st_mode & 0o077 == 0
