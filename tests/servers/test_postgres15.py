"""The oldest PostgreSQL we promise: every migration and the whole flow, on Debian's 15."""

import os
import subprocess
import sys

import psycopg
import pytest

from portal.embedded import postgres
from portal.embedded.binaries import Binaries
from portal.embedded.places import Places
from tests.crash.installation import ROOT


def test_the_flow_from_upload_to_erasure(postgres15, folder):
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "tests/test_flow.py"],
        cwd=ROOT,
        env={
            **os.environ,
            "DATABASE_URL": postgres15.url("postgres"),
            "TEST_VAR_DIR": str(folder / "flow"),
        },
        capture_output=True,
        check=False,
        text=True,
        timeout=120,
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
