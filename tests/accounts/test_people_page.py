"""Who is in the organisation, for its admin."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.roles import Role


@pytest.fixture
def otto(house, client):
    client.force_login(house.otto)
    return client


def test_the_admin_sees_everybody_with_roles_and_workspaces(otto):
    page = otto.get("/people/").text
    for shown in ("Clara", "clara@halden.example", "Review lead", "Payable"):
        assert shown in page


def test_nobody_of_another_organisation_is_listed(otto):
    response = otto.get("/people/")
    assert {person.organisation.slug for person in response.context["people"]} == {"halden"}
    assert "Mallory" not in response.text


@pytest.mark.parametrize("name", ["clara", "rita", "lena", "rosa", "carl", "ida", "mallory"])
def test_it_is_for_the_admin_only(house, client, name):
    client.force_login(getattr(house, name))
    assert client.get("/people/").status_code == 403


def test_the_page_is_for_reading(otto):
    assert otto.post("/people/").status_code == 405


def test_more_people_cost_no_more_queries(house, otto):
    otto.get("/people/")
    with CaptureQueriesContext(connection) as few:
        otto.get("/people/")
    for number in range(5):
        house.person(f"nora{number}", Role.SENDER, house.payable, house.people)
    with CaptureQueriesContext(connection) as many:
        assert "Nora4" in otto.get("/people/").text
    assert len(many) == len(few)
