"""Which organisation the database may show: the second wall behind every queryset.

Each content-bearing table has a row-level policy that compares its `organisation_id` with a
setting of the connection. Nothing set, nothing seen. Two places enter a scope: the web
middleware for the person who signed in, and the job runner for the job it took.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.backends.signals import connection_created

SETTING = "arrowslit.organisation"

_current: ContextVar[str] = ContextVar("organisation in scope", default="")


@contextmanager
def acting_for(organisation_id: UUID | None) -> Iterator[None]:
    """Let the connection see one organisation's rows, and restore what it saw before.

    None closes the connection's eyes: no row of any organisation is visible or writable.
    """
    token = _current.set(str(organisation_id or ""))
    _tell(connection)
    try:
        yield
    finally:
        _current.reset(token)
        if connection.connection is not None and not connection.needs_rollback:
            _tell(connection)  # a failed transaction takes the setting back by itself


def _tell(to: Any) -> None:
    with to.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, false)", [SETTING, _current.get()])


def _tell_new_connection(connection: Any, **_: object) -> None:
    """A connection opened in mid-request must see what the one before it saw."""
    if _current.get():
        _tell(connection)


connection_created.connect(_tell_new_connection, dispatch_uid="organisation in scope")


def wall(table: str) -> tuple[str, str]:
    """SQL that raises the wall around a table, and SQL that takes it down, for a migration.

    The comparison stands in a sub-select so that PostgreSQL evaluates the setting once a
    statement and not once a row. FORCE binds the owner too.
    """
    visible = f"organisation_id = (SELECT NULLIF(current_setting('{SETTING}', true), '')::uuid)"
    up = (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY;"
        f"CREATE POLICY one_organisation ON {table} USING ({visible}) WITH CHECK ({visible});"
    )
    down = (
        f"DROP POLICY one_organisation ON {table};"
        f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;"
        f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;"
    )
    return up, down
