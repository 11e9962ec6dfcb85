"""Events are counted by the hour, each once, as the tree grows."""

from collections import Counter

import pytest
from django.db.models import Sum
from django.utils import timezone

from apps.assurance import tasks
from apps.audit import tallies, tree
from apps.audit.models import Event, Facet, Tallied, Tally
from apps.audit.tags import Outcome, Tag
from apps.base.ids import uuid7
from apps.base.types import Actor
from tests.assurance.conftest import happen

RITA = Actor("user:rita")


@pytest.fixture
def halden(real_house):
    return real_house.halden.pk


def total(facet, value=""):
    found = Tally.objects.filter(facet=facet, value=value)
    return found.aggregate(all=Sum("events"))["all"] or 0


def test_what_is_sealed_is_counted_by_every_facet(halden, sealed):
    room = uuid7()
    happen(halden, 3, tag=Tag.FIELD_REVEALED, actor=RITA, workspace=room, reason="audit")
    happen(halden, 2, tag=Tag.FIELD_REVEALED, actor=RITA, outcome=Outcome.DENIED)
    sealed()
    tags = Counter(Event.objects.values_list("tag", flat=True))
    assert {tag: total(Facet.TAG, tag) for tag in tags} == tags
    assert total(Facet.ALL) == sum(tags.values()) == tree.checkpoint(halden).size
    assert total(Facet.ACTOR, RITA) == 5
    assert total(Facet.WORKSPACE, str(room)) == 3
    assert total(Facet.REASON, "audit") == 3
    counts = tallies.counted(
        {"actor": RITA, "tag": [Tag.FIELD_REVEALED], "outcome": [Outcome.DENIED], "reason": "no"},
        organisation=halden,
    )
    assert counts == {"actor": 5, "tag": 5, "outcome": 2, "reason": 0}


def test_counting_twice_counts_once(halden, sealed):
    before = list(Tally.objects.order_by("pk").values())
    sealed()
    assert list(Tally.objects.order_by("pk").values()) == before


def test_what_waits_for_its_place_is_counted_later(halden, sealed):
    counted = total(Facet.ALL)
    happen(halden, 4)
    tasks.tally()
    assert total(Facet.ALL) == counted
    sealed()
    assert total(Facet.ALL) == counted + 4
    assert Tallied.objects.get().size == tree.checkpoint(halden).size


def test_counting_goes_in_batches_and_comes_to_an_end(halden, sealing, monkeypatch):
    monkeypatch.setattr(tallies, "BATCH", 3)
    happen(halden, 5)
    sealing.drain()
    size = tree.checkpoint(halden).size
    assert tallies.catch_up(halden, now=timezone.now(), batches=2) == 6
    assert tallies.catch_up(halden, now=timezone.now(), batches=10**3) == size - 6
    assert total(Facet.ALL) == size


def test_nothing_is_counted_where_nothing_was_sealed(halden):
    assert tallies.catch_up(halden, now=timezone.now(), batches=5) == 0


def test_every_value_of_a_facet_is_listed_once(halden, sealed):
    for reason in ("audit", "question", "audit"):
        happen(halden, tag=Tag.FIELD_REVEALED, reason=reason)
    sealed()
    assert tallies.values_of(Facet.REASON, organisation=halden) == ["audit", "question"]
    assert tallies.values_of(Facet.WORKSPACE, organisation=halden) == []
