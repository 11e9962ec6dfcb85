"""The oldest PostgreSQL we promise: every migration and the whole flow, on Debian's 15."""

import os
import subprocess
import sys
from collections.abc import Iterator

import psycopg
import pytest

from portal.embedded import postgres
from portal.embedded.binaries import Binaries
from portal.embedded.places import Places
from tests.crash.installation import ROOT
from tests.servers.conftest import running15
from tests.servers.postgres15 import Postgres15


@pytest.fixture
def alone(programs, folder) -> Iterator[Postgres15]:
    """A server for this test, which makes the portal's roles anew, with passwords of its own."""
    with running15(programs, folder / "alone") as server:
        yield server


def test_the_flow_from_upload_to_erasure(alone, folder):
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "tests/test_flow.py"],
        cwd=ROOT,
        env={
            **os.environ,
            "DATABASE_URL": alone.url("postgres"),
            "TEST_VAR_DIR": str(folder / "flow"),
        },
        capture_output=True,
        check=False,
        text=True,
        timeout=240,
    )
    assert ran.returncode == 0, ran.stdout
    assert " passed" in ran.stdout
    assert "skipped" not in ran.stdout


@pytest.fixture
def places(programs, folder, monkeypatch) -> Places:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("PORTAL_PG_BIN", str(programs))
    var = folder / "embedded15"
    var.mkdir(mode=0o755)
    return Places(var)


def test_our_own_server_runs_with_other_programs(places, programs):
    assert Binaries.find() == Binaries(programs)
    with postgres.held(places), psycopg.connect(places.database_url("app")) as db:
        assert db.info.server_version // 10000 == 15
        row = db.execute("SELECT current_setting('data_checksums'), current_user").fetchone()
    assert row == ("on", "portal_app")
