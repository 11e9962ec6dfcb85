"""The page on which an admin issues and revokes keys."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts import services as accounts
from apps.accounts import tokens
from apps.accounts.models import ApiKey
from apps.accounts.scopes import Scope
from apps.base.scope import acting_for
from tests.api.calls import Program, issue

KEYS = "/people/keys/"


@pytest.fixture
def otto(house, client):
    client.force_login(house.otto)
    return client


def said(house, **changes):
    form = {
        "name": "Ledger",
        "holder": str(house.ida.pk),
        "workspace": str(house.payable.pk),
        "scopes": [Scope.SUBMIT.value, Scope.STATE.value],
        "days": "90",
    }
    return {key: value for key, value in {**form, **changes}.items() if value is not None}


def shown(page: str) -> str | None:
    found = re.search(r"arrowslit_\w+", page)
    return found and found[0]


def test_the_people_page_leads_to_the_keys(otto):
    assert KEYS in otto.get("/people/").text


def test_a_new_key_is_shown_once_and_works(house, otto):
    response = otto.post(KEYS, said(house))
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store, private"
    token = shown(response.text)
    assert Program(token).get("jobs/").status_code == 200
    page = otto.get(KEYS).text
    assert shown(page) is None
    assert tokens.parse(token).prefix in page
    assert "Ledger" in page


def test_a_new_key_is_in_no_session_and_no_message(house, otto):
    token = shown(otto.post(KEYS, said(house)).text)
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_data FROM django_session")
        assert all(token not in row for [row] in cursor.fetchall())
    assert token not in str(dict(otto.session))


def test_a_key_is_revoked_by_a_press_and_stays_listed(house, otto):
    issued = issue(house)
    response = otto.post(f"{KEYS}{issued.key.pk}/revoke/", follow=True)
    assert "The key is revoked" in response.text
    assert "Revoked" in response.text
    assert Program(issued.token.text).get("jobs/").status_code == 401


def test_a_link_revokes_nothing(house, otto):
    key = issue(house).key
    assert otto.get(f"{KEYS}{key.pk}/revoke/").status_code == 405


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"name": "x" * 61},
        {"scopes": []},
        {"scopes": ["everything"]},
        {"days": "366"},
        {"days": "0"},
        {"holder": "not-a-person"},
        {"workspace": None},
    ],
)
def test_a_form_that_was_tampered_with_issues_nothing(house, otto, change):
    response = otto.post(KEYS, said(house, **change))
    assert response.status_code == 400
    assert shown(response.text) is None
    assert not ApiKey.objects.exists()


def test_people_and_others_accounts_hold_no_keys(house, otto):
    for holder in (house.clara, house.mallory):
        assert otto.post(KEYS, said(house, holder=str(holder.pk))).status_code == 400
    assert otto.post(KEYS, said(house, workspace=str(house.elsewhere.pk))).status_code == 400


def test_an_account_that_is_no_member_is_told(house, otto):
    response = otto.post(KEYS, said(house, workspace=str(house.people.pk)))
    assert response.status_code == 409
    assert "no member of this workspace" in response.text
    assert shown(response.text) is None


@pytest.mark.parametrize("name", ["clara", "rita", "lena", "rosa", "carl", "ida", "mallory"])
def test_it_is_for_the_admin_only(house, client, name):
    key = issue(house).key
    client.force_login(getattr(house, name))
    assert client.get(KEYS).status_code == 403
    assert client.post(KEYS, said(house)).status_code == 403
    assert client.post(f"{KEYS}{key.pk}/revoke/").status_code == 403
    assert ApiKey.objects.filter(revoked_at=None).count() == 1


def test_keys_of_another_organisation_are_not_there(house, otto):
    with acting_for(house.northmere.pk):
        theirs = ApiKey.objects.create(
            organisation_id=house.northmere.pk,
            name="Northern",
            user=house.mallory,
            workspace=house.elsewhere,
            prefix="0" * 12,
            digest="0" * 64,
            scopes=["state"],
            issued_by=house.mallory,
            expires_at=timezone.now() + timedelta(days=9),
        )
    assert "Northern" not in otto.get(KEYS).text
    assert otto.post(f"{KEYS}{theirs.pk}/revoke/").status_code == 404


def test_a_name_in_the_page_is_text_and_no_markup(house, otto):
    issue(house, name="<b onload=alert(1)>")
    assert "<b onload" not in otto.get(KEYS).text


def test_more_keys_cost_no_more_queries(house, otto):
    issue(house)
    otto.get(KEYS)
    with CaptureQueriesContext(connection) as few:
        otto.get(KEYS)
    for _ in range(4):
        issue(house)
    with CaptureQueriesContext(connection) as many:
        otto.get(KEYS)
    assert len(many) == len(few)


def test_the_trail_page_names_the_key(house, client, desk):
    issued = issue(house)
    Program(issued.token.text).submit()
    client.force_login(house.carl)
    page = client.get("/trail/").text
    assert "Key Ledger" in page
    assert "API key issued" in page


def test_a_key_that_is_open_is_listed_before_those_that_are_closed(house):
    old = issue(house, name="Old but open").key
    accounts.revoke(issue(house, name="New but closed").key, user=house.otto)
    assert accounts.keys_of(house.otto, count=1) == [old]
