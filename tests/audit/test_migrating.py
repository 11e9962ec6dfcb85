"""Events that were there before there were trees are kept, and are the first leaves."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from apps.audit import canonical
from apps.base.ids import uuid7
from tests import server
from tests.conftest import _connected_to

DATABASE = "test_migrating"


@pytest.fixture
def before(django_db_setup, django_db_blocker):
    """A database as the version before left it."""
    kept = dict(connection.settings_dict)
    with django_db_blocker.unblock():
        server.make_empty(DATABASE)
        try:
            with _connected_to(DATABASE, as_role="owner"):
                migrate("0004_words_live_in_code")
                yield
        finally:
            connection.settings_dict.update(kept)
            with server.admin() as db:
                db.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")


def migrate(name):
    MigrationExecutor(connection).migrate([("audit", name)])


def rows(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def test_no_event_is_lost_and_all_wait_for_a_place(before):
    organisation = uuid7()
    events = {uuid7(): canonical.encode({"v": 1, "subject": str(n)}) for n in range(5)}
    for number, (key, body) in enumerate(events.items()):
        rows(
            "INSERT INTO audit_event (id, organisation_id, at, tag, outcome, actor, subject, body)"
            " VALUES (%s, %s, now(), 'key.made', 'done', 'system:test', '', %s)",
            key, organisation if number else None, body,
        )  # fmt: skip
    migrate("0006_partitions")
    assert {key: bytes(body) for key, body in rows("SELECT id, body FROM audit_event")} == events
    waiting = rows("SELECT event_id, hash FROM audit_pending")
    assert {key for key, _ in waiting} == set(events)
    assert rows(
        r"SELECT count(*) FROM audit_pending p JOIN audit_event e ON e.id = p.event_id"
        r" WHERE p.hash = sha256('\x00'::bytea || e.body)"
    ) == [(5,)]


def test_what_the_version_before_writes_is_taken(before):
    migrate("0006_partitions")
    rows(
        "INSERT INTO audit_event (id, organisation_id, at, tag, outcome, actor, subject, body)"
        " VALUES (%s, NULL, now(), 'key.made', 'done', 'system:test', '', '{}')",
        uuid7(),
    )
    assert rows("SELECT reason FROM audit_event") == [("",)]
    assert rows("SELECT count(*) FROM audit_pending") == [(1,)]
