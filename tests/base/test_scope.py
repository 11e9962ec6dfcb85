"""The wall between organisations, as the database keeps it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from apps.accounts.models import Organisation
from apps.base.ids import uuid7
from apps.base.scope import SETTING, acting_for
from apps.vault.models import Artifact

REFUSED = "row-level security"


def seen() -> set[str]:
    """The organisations whose rows raw SQL can see."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT organisation_id FROM vault_artifact")
        return {str(row[0]) for row in cursor.fetchall()}


def in_force() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s, true)", [SETTING])
        return cursor.fetchone()[0] or ""


def changed_by(statement: str, *values: object) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount


@pytest.fixture
def rows(house, owned):
    return owned(house.halden.pk), owned(house.northmere.pk)


def test_a_scope_shows_its_own_rows_and_no_others(house, rows):
    own, foreign = rows
    assert list(Artifact.objects.all()) == [own]
    with acting_for(house.northmere.pk):
        assert list(Artifact.objects.all()) == [foreign]


def test_raw_sql_sees_no_more(house, rows):
    assert seen() == {str(house.halden.pk)}


def test_knowing_the_key_shows_no_more(rows):
    assert not Artifact.objects.filter(pk=rows[1].pk).exists()
    assert changed_by("SELECT 1 FROM vault_artifact WHERE id = %s", rows[1].pk) == 0


def test_without_a_scope_nothing_is_seen(rows):
    with acting_for(None):
        assert seen() == set()
        assert not Artifact.objects.exists()


def test_without_a_scope_nothing_is_written(house, owned, rows):
    with acting_for(None):
        assert changed_by("UPDATE vault_artifact SET size = 9") == 0
        assert changed_by("DELETE FROM vault_artifact") == 0
        with pytest.raises(ProgrammingError, match=REFUSED), transaction.atomic():
            Artifact(id=uuid7(), organisation_id=house.halden.pk, **_rest(rows[0])).save(
                force_insert=True
            )


def test_a_row_for_another_organisation_is_refused(house, rows):
    with pytest.raises(ProgrammingError, match=REFUSED), transaction.atomic():
        Artifact(id=uuid7(), organisation_id=house.northmere.pk, **_rest(rows[0])).save(
            force_insert=True
        )


def test_a_row_cannot_be_given_to_another_organisation(house, rows):
    with pytest.raises(ProgrammingError, match=REFUSED), transaction.atomic():
        changed_by("UPDATE vault_artifact SET organisation_id = %s", house.northmere.pk)


def test_rows_of_others_are_neither_changed_nor_deleted(house, rows):
    assert changed_by("UPDATE vault_artifact SET size = 9 WHERE id = %s", rows[1].pk) == 0
    assert changed_by("DELETE FROM vault_artifact WHERE id = %s", rows[1].pk) == 0
    with acting_for(house.northmere.pk):
        assert Artifact.objects.get().size == 0


def test_nested_scopes_end_one_by_one(house):
    with acting_for(house.northmere.pk):
        with acting_for(None):
            assert in_force() == ""
        assert in_force() == str(house.northmere.pk)
    assert in_force() == str(house.halden.pk)


def test_an_exception_ends_a_scope(house):
    with pytest.raises(LookupError), acting_for(house.northmere.pk):
        raise LookupError
    assert in_force() == str(house.halden.pk)


def test_a_failed_transaction_around_a_scope_ends_it(house):
    with pytest.raises(IntegrityError), transaction.atomic(), acting_for(house.northmere.pk):
        Organisation.objects.create(name="Another", slug=house.halden.slug)
    assert in_force() == str(house.halden.pk)


def test_a_failed_transaction_inside_a_scope_leaves_it(house):
    with acting_for(house.northmere.pk):
        with pytest.raises(IntegrityError), transaction.atomic():
            Organisation.objects.create(name="Another", slug=house.halden.slug)
        assert in_force() == str(house.northmere.pk)


def test_a_connection_opened_in_mid_scope_sees_what_the_one_before_saw(real_house, owned):
    own = owned(real_house.halden.pk)
    connection.close()
    assert list(Artifact.objects.all()) == [own]


def test_a_connection_lost_in_a_scope_comes_back_without_it(real_house, owned):
    owned(real_house.northmere.pk)
    with acting_for(real_house.northmere.pk):
        connection.close()
    assert not Artifact.objects.exists()


def test_another_thread_has_no_scope(real_house, owned):
    owned(real_house.halden.pk)

    def look() -> set[str]:
        try:
            return seen()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(look).result() == set()


def _rest(row: Artifact) -> dict[str, object]:
    return {name: getattr(row, name) for name in ("document", "kind", "size", "digest", "due_at")}
