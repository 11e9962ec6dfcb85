"""An authority on this machine that stamps the time, and answers at once."""

import pytest

from portal.demo import stamping


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    """One key for the demo's authority: making one takes longer than all else."""
    return tmp_path_factory.mktemp("authority")


@pytest.fixture
def stamped(settings, monkeypatch, authority):
    """Its certificates."""
    settings.TIMESTAMP_AUTHORITIES = ["local:"]
    settings.TIMESTAMPERS = {"local": "portal.demo.stamping.answer"}
    monkeypatch.setattr(stamping, "folder", lambda: authority)
    return stamping.certificate()
