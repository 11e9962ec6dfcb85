"""What the places of an installation tell others."""

from apps.vault.services import LONGEST
from portal.embedded.places import Places


def test_redis_takes_nothing_back_from_a_worker_that_still_works(tmp_path):
    options = Places(tmp_path).broker_options("redis://127.0.0.1:6379/0")
    assert options["visibility_timeout"] >= LONGEST.total_seconds()
    assert options["unacked_restore_throttle"] == 1
