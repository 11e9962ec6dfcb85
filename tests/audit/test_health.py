"""How sealing does is told, and what is missing from the trail is noticed."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from apps.audit import canonical, health
from apps.audit import services as audit
from apps.audit.health import Gap, Missing
from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.types import Actor
from tests.audit.test_forged_trail import rewritten, unguarded
from tests.conftest import _owner


def happen(organisation, count=1):
    with transaction.atomic():
        return [
            audit.record(
                Tag.KEY_MADE, actor=Actor("system:test"), subject="x", organisation=organisation
            )
            for _ in range(count)
        ]


@pytest.fixture
def halden(real_house):
    return real_house.halden.pk


def asked(organisation, later=timedelta()):
    return health.health(organisation, now=timezone.now() + later)


def test_what_waits_is_counted_and_the_oldest_is_told(halden, sealing):
    sealing.drain()
    [oldest, *_] = happen(halden, 3)
    said = asked(halden)
    assert said.waiting == 3
    assert abs(said.oldest_at - oldest.at) < timedelta(seconds=1)
    assert not said.stalled
    assert asked(halden, later=health.STALLED * 2).stalled


def test_nothing_waits_where_everything_is_sealed(halden, sealing):
    happen(halden)
    sealing.drain()
    said = asked(halden, later=timedelta(hours=1))
    assert (said.waiting, said.lag, said.stalled) == (0, timedelta(), False)
    assert said.checkpoint.size == Event.objects.filter(organisation_id=halden).count()
    assert (said.anchored_at, said.asked_in_vain) == (None, 0)


def test_a_whole_trail_has_no_gaps(halden, sealing):
    happen(halden, 4)
    with pytest.raises(LookupError), transaction.atomic():
        happen(halden, 2)
        raise LookupError
    happen(halden)
    sealing.drain()
    assert asked(halden, later=timedelta(hours=1)).gaps == []


def test_an_event_whose_row_is_gone_is_missed(halden, sealing):
    _, gone, _ = happen(halden, 3)
    sealing.drain()
    rewritten("DELETE FROM audit_event WHERE id = %s", gone.pk)
    gaps = asked(halden).gaps
    assert Missing.EVENT in {gap.what for gap in gaps}
    assert Missing.NUMBER in {gap.what for gap in gaps}


def test_an_event_that_was_rewritten_is_noticed(halden, sealing):
    _, event, _ = happen(halden, 3)
    sealing.drain()
    body = {**canonical.decode(bytes(event.body)), "actor": "user:nobody"}
    rewritten("UPDATE audit_event SET body = %s WHERE id = %s", canonical.encode(body), event.pk)
    assert [gap.what for gap in asked(halden).gaps] == [Missing.CONTENT]


def test_an_event_that_was_deleted_before_it_had_a_place_is_missed(halden, sealing):
    _, gone, _ = happen(halden, 3)
    rewritten("DELETE FROM audit_event WHERE id = %s", gone.pk)
    with _owner() as db:
        db.execute("DELETE FROM audit_pending WHERE event_id = %s", [gone.pk])
    sealing.drain()
    body = canonical.decode(bytes(gone.body))
    assert asked(halden).gaps == [Gap(Missing.NUMBER, f"{body['writer']} {body['number']}")]


def test_an_event_whose_place_in_the_queue_was_taken_is_noticed(halden, sealing):
    [event] = happen(halden)
    with unguarded() as db:
        db.execute("DELETE FROM audit_pending WHERE event_id = %s", [event.pk])
    sealing.drain()
    assert asked(halden).gaps == []  # it might be about to get one
    assert asked(halden, later=health.SETTLED * 2).gaps == [Gap(Missing.PLACE, str(event.pk))]
