"""People are added by their organisation, with roles and workspaces."""

import pytest
from django.db import IntegrityError, transaction

from apps.accounts import services as accounts
from apps.accounts.models import Membership, Organisation, User, Workspace
from apps.accounts.roles import Role
from apps.audit import services as audit
from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.errors import NotPossible
from apps.base.types import Actor
from portal import settings as real

ADMIN = Actor("user:admin")


@pytest.fixture
def add(house):
    def add(email="nora@halden.example", *, roles=(Role.SENDER,), **more):
        about = {"name": "Nora", "organisation": house.halden, "actor": ADMIN, **more}
        return accounts.add_person(email, roles=roles, **about)

    return add


def events_of(person) -> list[Event]:
    return list(Event.objects.filter(subject=str(person.pk)).order_by("id"))


def test_an_address_is_kept_in_lower_case(add):
    assert add("  Nora.N@Halden.Example ").email == "nora.n@halden.example"


def test_the_database_keeps_addresses_in_lower_case_too(house):
    with pytest.raises(IntegrityError, match="email_names_one_person"), transaction.atomic():
        User.objects.filter(pk=house.clara.pk).update(email="Clara@halden.example")


@pytest.mark.parametrize("address", ["clara@halden.example", " CLARA@Halden.example "])
def test_an_address_that_is_taken_is_refused(add, address):
    with pytest.raises(NotPossible, match="already signs in"):
        add(address)
    assert User.objects.filter(email="clara@halden.example").count() == 1


def test_the_address_of_another_organisation_is_taken_too(add):
    with pytest.raises(NotPossible, match="already signs in"):
        add("mallory@north.example")


def test_a_person_has_the_roles_and_workspaces_that_were_given(house, add):
    person = add(roles=[Role.REVIEWER, Role.SENDER], workspaces=[house.payable, house.people])
    assert set(person.groups.values_list("name", flat=True)) == {"reviewer", "sender"}
    assert set(person.workspaces.all()) == {house.payable, house.people}


def test_a_workspace_of_another_organisation_is_refused_and_nobody_is_added(house, add):
    with pytest.raises(NotPossible, match="own organisation only"):
        add(workspaces=[house.payable, house.elsewhere])
    assert not User.objects.filter(email="nora@halden.example").exists()


def test_joining_twice_is_joining_once(house):
    accounts.join(house.clara, workspace=house.people)
    accounts.join(house.clara, workspace=house.people)
    assert Membership.objects.filter(user=house.clara, workspace=house.people).count() == 1


def test_adding_a_person_is_recorded_without_name_and_address(house, add):
    person = add()
    roles, added = events_of(person)
    assert (roles.tag, added.tag) == (Tag.ROLES_CHANGED, Tag.PERSON_ADDED)
    assert {event.actor for event in (roles, added)} == {ADMIN}
    assert {event.organisation_id for event in (roles, added)} == {house.halden.pk}
    assert audit.facts_of(roles) == {"roles": ["sender"]}
    for event in (roles, added):
        assert b"nora" not in bytes(event.body).lower()


def test_new_roles_replace_the_old_ones_and_the_trail_keeps_them(house):
    accounts.set_roles(house.clara, roles=[Role.REVIEW_LEAD, Role.REVIEWER], actor=ADMIN)
    person = User.objects.get(pk=house.clara.pk)
    assert not person.has_perm("intake.add_document")
    assert person.has_perm("review.decide_escalated")
    assert audit.facts_of(events_of(person)[-1]) == {"roles": ["review lead", "reviewer"]}


def test_without_a_password_nobody_signs_in(add):
    assert not add().has_usable_password()


def test_passwords_are_kept_as_the_real_settings_say(add, settings):
    settings.PASSWORD_HASHERS = real.PASSWORD_HASHERS
    person = add(password="a long enough sentence")
    assert person.password.startswith("argon2$argon2id$")
    assert person.check_password("a long enough sentence")
    assert not person.check_password("A long enough sentence")


def test_two_teams_of_one_organisation_have_two_names(house):
    Workspace.objects.create(organisation=house.northmere, name="People")
    with pytest.raises(IntegrityError, match="workspace_name_once"), transaction.atomic():
        Workspace.objects.create(organisation=house.halden, name="People")


def test_an_organisation_with_people_cannot_be_deleted(house):
    with pytest.raises(IntegrityError, match="protected"):
        Organisation.objects.get(pk=house.halden.pk).delete()


@pytest.mark.parametrize(
    ("name", "initials"),
    [("Clara", "CC"), ("Clara von Halden", "CH"), (" clara  halden ", "CH"), ("", "?")],
)
def test_initials_are_those_of_first_and_last_name(name, initials):
    assert User(name=name).initials == initials
