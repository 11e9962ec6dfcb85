"""The first people of a production installation."""

import pytest
from django.core.management import CommandError, call_command

from apps.accounts.models import Organisation, User
from apps.accounts.roles import Role
from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.scope import acting_for

NEW = {"organisation": "acme", "called": "Acme", "region": "EU", "name": "Ada"}


def add(email: str = "ada@acme.example", **about: str | list[str]) -> None:
    said = {**NEW, "role": ["organisation admin"], **about}
    flags = [
        f"--{name}={one}"
        for name, some in said.items()
        for one in ([some] if isinstance(some, str) else some)
    ]
    call_command("addperson", email, *flags)


def test_the_first_admin_can_sign_in_with_what_is_said(db, capsys, client):
    add()
    said = capsys.readouterr().out.split()
    assert said[0] == "ada@acme.example"
    answer = client.post("/sign-in/", {"login": said[0], "password": said[-1]})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert client.get("/people/").status_code == 200


def test_the_second_person_joins_what_is_there(db, capsys):
    add()
    add("ben@acme.example", name="Ben", role=["sender", "reviewer"], workspace=["Payable"])
    organisation = Organisation.objects.get(slug="acme")
    with acting_for(organisation.pk):
        ben = User.objects.get(email="ben@acme.example")
        assert set(ben.groups.values_list("name", flat=True)) == {Role.SENDER, Role.REVIEWER}
        assert [room.name for room in ben.workspaces.all()] == ["Payable"]
        assert Event.objects.filter(tag=Tag.PERSON_ADDED).count() == 2


@pytest.mark.parametrize("about", [{"called": ""}, {"region": ""}])
def test_a_new_organisation_has_a_name_and_a_region(db, about):
    with pytest.raises(CommandError, match="--called and --region"):
        add(**about)
    assert not Organisation.objects.exists()


def test_an_address_is_taken_once(db, capsys):
    add()
    with pytest.raises(CommandError, match="already signs in"):
        add(name="Somebody else", workspace=["Left over"])
    with acting_for(Organisation.objects.get(slug="acme").pk):
        assert not Organisation.objects.get(slug="acme").workspaces.exists()


def test_the_password_is_on_no_trail(db, capsys):
    add()
    password = capsys.readouterr().out.split()[-1]
    with acting_for(Organisation.objects.get(slug="acme").pk):
        bodies = [bytes(event.body) for event in Event.objects.all()]
    assert bodies
    assert not any(password.encode() in body for body in bodies)
