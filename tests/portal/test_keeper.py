"""Who keeps our PostgreSQL, and what a new keeper waits for."""

import fcntl
import subprocess
import sys
import threading

import pytest

from portal.embedded import postgres
from portal.embedded.keeper import Keeper
from portal.embedded.places import Places


@pytest.fixture
def places(tmp_path) -> Places:
    places = Places(tmp_path)
    (places.postgres / "data").mkdir(parents=True)
    return places


def test_a_new_server_waits_until_nothing_of_the_last_one_works_on_its_data(places):
    keeper = Keeper(places)
    waits = threading.Thread(target=keeper._wait_for_the_last_one, daemon=True)
    with subprocess.Popen(
        [sys.executable, "-c", "print(flush=True); input()"],
        cwd=keeper.data,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as left_over:
        left_over.stdout.readline()
        waits.start()
        waits.join(0.5)
        assert waits.is_alive()
        left_over.communicate(b"\n")
    waits.join(10)
    assert not waits.is_alive()


def test_no_server_is_started_beside_one_that_does_not_end(places, monkeypatch):
    monkeypatch.setattr("portal.embedded.keeper._works_in", lambda folder: True)
    monkeypatch.setattr("portal.embedded.keeper.LEFT_OVER", 0.1)
    (places.postgres / "data" / "postmaster.pid").touch()
    with pytest.raises(SystemExit, match="still works"):
        Keeper(places)._serve()
    assert (places.postgres / "data" / "postmaster.pid").exists()


def test_a_keeper_is_known_by_its_lock(places):
    assert not postgres.kept(places)
    with postgres.at_work(places).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert postgres.kept(places)
    assert not postgres.kept(places)


def test_a_server_that_does_not_start_is_tried_again_after_a_pause(places, monkeypatch):
    tried = []

    def start(places: Places) -> None:
        tried.append(places)
        raise postgres.NoDatabase("PostgreSQL did not start.")

    monkeypatch.setattr(postgres, "_start", start)
    watched = postgres.Watched(places)
    assert watched.look() == "PostgreSQL did not start. Trying again in 5 s."
    assert watched.look() == ""
    assert len(tried) == 1
