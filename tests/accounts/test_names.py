"""The trail holds ids; pages show names."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.accounts.roles import TOLD, Role
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


def test_who_may_not_read_the_trail_is_told_the_roles_of_others(house):
    people = (house.clara, house.rita, house.lena, house.carl)
    events = by(*[person.actor for person in people], organisation=house.halden)
    told = names_of(events, house.halden.pk, house.clara)
    assert [told[one.actor] for one in people] == [
        "Clara",
        "Reviewer",
        "Lead",
        "Compliance officer",
    ]
    told = names_of(events, house.halden.pk, house.carl)
    assert [told[one.actor] for one in people] == ["Clara", "Rita", "Lena", "Carl"]


def test_who_lost_every_role_is_somebody(house):
    house.rita.groups.clear()
    events = by(house.rita.actor, organisation=house.halden)
    assert names_of(events, house.halden.pk, house.clara) == {house.rita.actor: "Somebody"}


def test_every_role_is_called_something():
    assert set(TOLD) == set(Role)


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
