"""Meet another thread where it waits for a lock, without a clock."""

from tests.conftest import _owner

WAITING = """
    SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE datname = current_database() AND NOT granted
"""
PATIENCE = 60  # seconds; only a broken portal lets a test wait so long
QUESTIONS = 50_000  # to the server; some seconds at the least


def until_waiting(count: int = 1) -> None:
    """Ask the server until so many connections wait for a lock."""
    with _owner() as db:
        for _ in range(QUESTIONS):
            if db.execute(WAITING).fetchone()[0] >= count:
                return
    raise AssertionError("Nobody waits for a lock.")
