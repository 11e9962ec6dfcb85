"""The trail holds ids; pages show names."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.accounts.templatetags.people import named, names_of
from apps.audit import services as audit
from apps.audit.tags import Tag


def by(*actors, organisation):
    with transaction.atomic():
        return [
            audit.record(Tag.KEY_MADE, actor=actor, subject="x", organisation=organisation.pk)
            for actor in actors
        ]


def test_people_of_the_organisation_are_named(house):
    events = by(house.clara.actor, house.rita.actor, house.clara.actor, organisation=house.halden)
    names = names_of(events, house.halden.pk)
    assert names == {house.clara.actor: "Clara", house.rita.actor: "Rita"}


def test_people_of_another_organisation_stay_unknown(house):
    events = by(house.mallory.actor, organisation=house.halden)
    names = names_of(events, house.halden.pk)
    assert named(house.mallory.actor, names) == "Unknown"


@pytest.mark.parametrize(
    ("actor", "name"),
    [("user:1", "Clara"), ("user:2", "Unknown"), ("system:jobs", "Jobs"), ("", "Unknown")],
)
def test_an_actor_has_a_name(actor, name):
    assert named(actor, {"user:1": "Clara"}) == name


def test_many_events_cost_one_query(house):
    events = by(*[house.clara.actor] * 5, house.rita.actor, organisation=house.halden)
    with CaptureQueriesContext(connection) as asked:
        names_of(events, house.halden.pk)
    assert len(asked) == 1
