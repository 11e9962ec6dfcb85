"""Old months go whole, if they are sealed; what they were is still proven by their hashes."""

from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from apps.audit import retiring, tree
from apps.audit import services as audit
from apps.audit.models import Detail, Event, Leaf
from apps.audit.tags import Tag
from apps.base.errors import NotPossible
from apps.base.types import Actor
from tests import server
from tests.audit.test_forged_trail import rewritten
from tests.conftest import _connected_to

DUE = datetime(2040, 1, 1, tzinfo=UTC)


def happen(organisation, **more):
    with transaction.atomic():
        return audit.record(
            Tag.KEY_MADE, actor=Actor("system:test"), subject="x", organisation=organisation, **more
        )


@pytest.fixture
def copied(real_house, sealing):
    """A database of its own, because a month that is dropped is missed by whoever comes next."""
    happen(real_house.halden.pk, detail={"question": "Why?"})
    sealing.drain()
    kept = connection.settings_dict["NAME"]
    sealing.do(lambda: connection.close())
    connection.close()
    server.leave(kept)  # a web server that browsers used may still be there
    server.copy(kept, "test_retiring")
    yield real_house.halden.pk
    with server.admin() as db:
        db.execute("DROP DATABASE test_retiring WITH (FORCE)")


@pytest.fixture
def owner(copied):
    before = dict(connection.settings_dict)
    with _connected_to("test_retiring", as_role="owner"):
        yield copied
    connection.settings_dict.update(before)


def month_of_an_event():
    """The partition it lies in, which is not the first one if a month has ended meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM audit_event LIMIT 1")
        [partition] = cursor.fetchone()
    return partition


def test_only_whole_months_that_are_old_enough_are_due(owner):
    names = retiring.due(now=DUE, months=84)
    assert names == sorted(names, key=lambda name: name[-7:])
    assert "audit_event_ahead" not in names
    year, month = (int(part) for part in names[0].split("_")[-2:])
    soon = datetime(year + (month == 12), month % 12 + 1, 1, tzinfo=UTC)
    assert retiring.due(now=soon, months=0) == names[:1]
    assert retiring.due(now=soon, months=1) == []


def test_a_month_goes_with_its_words_and_its_leaves_stay(owner):
    size = tree.checkpoint(owner).size
    events = Event.objects.filter(organisation_id=owner).count()
    assert retiring.retire(month_of_an_event()) >= events > 0
    assert Leaf.objects.filter(tree=owner).count() == size
    assert [entry.body for entry in tree.entries(owner, 0, size)] == [None] * size
    assert not Detail.objects.exists()


def test_what_is_not_sealed_does_not_go(owner):
    happen(owner)
    with pytest.raises(NotPossible, match="not sealed"):
        retiring.retire(month_of_an_event())
    assert Event.objects.exists()


def test_what_was_changed_does_not_go(real_house, sealing):
    event = happen(real_house.halden.pk)
    sealing.drain()
    rewritten("UPDATE audit_event SET body = '{}' WHERE id = %s", event.pk)
    with connection.cursor() as cursor:
        cursor.execute(retiring.UNSEALED.format("audit_event"))
        assert cursor.fetchone() == (1,)


@pytest.mark.parametrize("name", ["audit_event_ahead", "accounts_user", "audit_event_1999_01"])
def test_nothing_else_is_dropped(real_house, name):
    with pytest.raises(NotPossible, match="no such month"):
        retiring.retire(name)


def test_the_command_names_what_is_old(real_house, capsys, settings):
    settings.TRAIL_MONTHS = 12_000
    call_command("retire_trail", "--dry-run")
    assert capsys.readouterr().out == ""
