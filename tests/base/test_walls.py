"""Every table that holds something of an organisation stands behind the wall."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection

from apps.base.scope import SETTING

# Read before it is known for whom: at the door, and by a worker that looks for work.
BEFORE_ANY_SCOPE = {"accounts_user", "accounts_workspace", "jobs_job"}
THE_TRAIL = "audit_event"


def tables() -> Iterator[str]:
    """Tables of the ladder whose rows name an organisation."""
    for floor in settings.LADDER:
        for model in apps.get_app_config(floor.rpartition(".")[2]).get_models(True):
            if any(field.column == "organisation_id" for field in model._meta.local_fields):
                yield model._meta.db_table


WALLED = sorted({*tables()} - BEFORE_ANY_SCOPE - {THE_TRAIL})


def policies(table: str) -> list[tuple[str, str, str, str]]:
    """Command, kind, what is seen and what is written, of each policy of a table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT cmd, permissive, coalesce(qual, ''), coalesce(with_check, '') FROM pg_policies"
            " WHERE schemaname = 'public' AND tablename = %s AND roles = '{public}' ORDER BY cmd",
            [table],
        )
        return cursor.fetchall()


def secured(table: str) -> tuple[bool, bool]:
    """Whether row-level security is on, and binds the owner too."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = %s::regclass",
            [table],
        )
        return cursor.fetchone()


def test_there_are_tables_to_wall():
    assert {"vault_artifact", "vault_artifactkey", "intake_document", "jobs_steprun"} <= set(WALLED)
    assert set(tables()) >= {*BEFORE_ANY_SCOPE, THE_TRAIL}


@pytest.mark.django_db
@pytest.mark.parametrize("table", WALLED)
def test_a_table_stands_behind_the_wall(table):
    assert secured(table) == (True, True), "row-level security is not forced"
    [(command, kind, visible, writable)] = policies(table)
    assert (command, kind) == ("ALL", "PERMISSIVE")
    assert visible == writable
    assert visible.startswith("(organisation_id = ( SELECT ")
    assert f"current_setting('{SETTING}'::text, true)" in visible


@pytest.mark.django_db
def test_the_trail_takes_any_event_and_shows_its_own_organisation_only():
    assert secured(THE_TRAIL)[0]
    (insert, _, _, writable), (select, _, visible, _) = policies(THE_TRAIL)
    assert (insert, writable) == ("INSERT", "true")
    assert select == "SELECT"
    assert f"current_setting('{SETTING}'::text, true)" in visible


@pytest.mark.django_db
@pytest.mark.parametrize("table", sorted({*tables()}))
def test_the_portals_role_owns_no_table_and_so_obeys_its_policies(table):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tableowner = current_user FROM pg_tables WHERE tablename=%s", [table]
        )
        assert cursor.fetchone() == (False,)
