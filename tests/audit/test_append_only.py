"""Nobody changes what is on the trail: not the portal, not the owner of the table."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import ProgrammingError, connection, transaction

from apps.audit.models import Event
from tests import server
from tests.conftest import _owner

CHANGES = [
    "UPDATE audit_event SET actor = 'user:nobody'",
    "UPDATE audit_event SET body = '{}'",
    "DELETE FROM audit_event",
    "TRUNCATE audit_event",
    "TRUNCATE audit_event CASCADE",
    "INSERT INTO audit_event SELECT * FROM audit_event ON CONFLICT (id) DO UPDATE SET actor = ''",
]
NO_PRIVILEGE = "permission denied for table audit_event"
NO_CHANGE = "append-only"


@pytest.fixture
def trail(real_house) -> Iterator[None]:
    """Committed events, and the proof that they are what they were."""
    before = list(Event.objects.order_by("pk").values())
    assert before
    yield
    assert list(Event.objects.order_by("pk").values()) == before


@pytest.fixture
def owner(trail) -> Iterator[Any]:
    with _owner() as db:
        yield db


@pytest.fixture
def superuser(trail) -> Iterator[Any]:
    with server.admin(connection.settings_dict["NAME"]) as db:
        yield db


def try_here(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_portals_role_may_not_change_the_trail(trail):
    for change in CHANGES:
        with pytest.raises(ProgrammingError, match=NO_PRIVILEGE):
            try_here(change)


def test_the_owner_cannot_change_the_trail(owner):
    for change in CHANGES:
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match=NO_CHANGE):
            owner.execute(change)


def test_the_owner_cannot_play_a_replica(owner):
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="session_replication_role"):
        owner.execute("SET session_replication_role = replica")


def test_who_may_play_a_replica_cannot_change_the_trail_either(superuser):
    superuser.execute("SET session_replication_role = replica")
    for change in CHANGES:
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match=NO_CHANGE):
            superuser.execute(change)


# The trees over it, and what vouches for them

KEPT = [
    "audit_leaf", "audit_tile", "audit_checkpoint", "audit_logged", "audit_signingkey",
    "audit_anchor",
]  # fmt: skip
ROWS = {
    "audit_leaf": "gen_random_uuid(), 7, gen_random_uuid(), ''",
    "audit_tile": "gen_random_uuid(), 0, 7, '', ''",
    "audit_checkpoint": "gen_random_uuid(), 7, '', '', now()",
    "audit_logged": "gen_random_uuid(), gen_random_uuid(), 7, ''",
    "audit_signingkey": "'name+id+key', now()",
    "audit_anchor": "gen_random_uuid(), 7, 'an authority', now(), ''",
    "audit_pending": "gen_random_uuid(), gen_random_uuid(), ''",
    "audit_detail": "gen_random_uuid(), gen_random_uuid(), '', '{}'",
}
NEVER = [(table, change) for table in KEPT for change in ("UPDATE", "DELETE", "TRUNCATE")]
NEVER += [(table, change) for table in ("audit_pending", "audit_detail")
          for change in ("UPDATE", "TRUNCATE")]  # fmt: skip
SOLE = {"audit_signingkey": "since = now()", "audit_detail": "salt = ''"}


@pytest.mark.parametrize(("table", "change"), NEVER)
def test_whoever_plays_a_replica_cannot_change_a_tree_either(committed, table, change):
    statement = {
        "UPDATE": f"UPDATE {table} SET {SOLE.get(table, 'tree = gen_random_uuid()')}",
        "DELETE": f"DELETE FROM {table}",
        "TRUNCATE": f"TRUNCATE {table}",
    }[change]
    if table == "audit_anchor":
        statement = statement.replace("tree = gen_random_uuid()", "token = ''")
    with server.admin(connection.settings_dict["NAME"]) as db, db.transaction(force_rollback=True):
        db.execute(f"INSERT INTO {table} VALUES ({ROWS[table]})")
        db.execute("SET LOCAL session_replication_role = replica")
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match=NO_CHANGE):
            db.execute(statement)


def test_an_event_that_a_replica_writes_waits_for_its_place_too(real_house):
    with server.admin(connection.settings_dict["NAME"]) as db, db.transaction(force_rollback=True):
        db.execute("SET LOCAL session_replication_role = replica")
        [before] = db.execute("SELECT count(*) FROM audit_pending").fetchone()
        db.execute(
            "INSERT INTO audit_event (id, organisation_id, at, tag, outcome, actor, subject, body)"
            " SELECT audit_key_at(now()), organisation_id, at, tag, outcome, actor, subject, body"
            " FROM audit_event LIMIT 1"
        )
        [after] = db.execute("SELECT count(*) FROM audit_pending").fetchone()
        assert after == before + 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "call", ["audit_make_partitions()", "audit_close_partition('audit_event_ahead')"]
)
def test_the_portals_role_divides_nothing(call):
    with pytest.raises(ProgrammingError, match="permission denied for function"):
        try_here(f"SELECT {call}")


@pytest.mark.django_db
def test_the_portals_role_has_no_power_beyond_its_tables():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication"
            " FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (False, False, False, False, False)
        cursor.execute("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole")
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT count(*) FROM pg_auth_members WHERE member = current_user::regrole")
        assert cursor.fetchone() == (0,)


@pytest.mark.django_db
def test_the_portals_role_can_make_nothing_in_the_schema():
    with pytest.raises(ProgrammingError, match="permission denied for schema"):
        try_here("CREATE TABLE a_table_of_its_own (id int)")


@pytest.mark.django_db
def test_the_portals_role_cannot_switch_the_guard_off():
    for guard in ("DISABLE TRIGGER ALL", "DISABLE ROW LEVEL SECURITY"):
        with pytest.raises(ProgrammingError, match="must be owner"):
            try_here(f"ALTER TABLE audit_event {guard}")
