"""A session ends by itself, asks for a person, and sees one organisation."""

import time

import pytest
from django.conf import settings
from django.db import connection

from apps.accounts.middleware import REMEMBER_EVERY
from apps.accounts.models import User
from apps.audit.tags import Tag
from apps.base.scope import SETTING, acting_for
from tests.base.conftest import owned  # noqa: F401 - a fixture

QUIET, DAY = settings.QUIET_SECONDS, settings.SESSION_COOKIE_AGE


@pytest.fixture
def clara(house, client):
    client.force_login(house.clara)
    assert client.get("/people/").status_code == 403
    return client


def seen_ago(client, **seconds):
    """Set the clocks of a session back."""
    session = client.session
    for name, ago in seconds.items():
        session[name] = time.time() - ago
    session.save()


def is_in(client) -> bool:
    response = client.get("/people/")
    assert response.status_code in (302, 403)
    return response.status_code == 403


def test_who_was_quiet_for_too_long_is_out(clara, happened):
    seen_ago(clara, last_seen=QUIET + 1)
    assert not is_in(clara)
    assert [event.tag for event in happened] == [Tag.SIGNED_OUT]
    assert "_auth_user_id" not in clara.session


def test_who_was_quiet_for_a_while_stays(clara):
    seen_ago(clara, last_seen=QUIET - 30)
    assert is_in(clara)


def test_a_look_at_a_page_starts_the_quiet_time_anew(clara):
    seen_ago(clara, last_seen=QUIET - 30)
    assert is_in(clara)
    assert time.time() - clara.session["last_seen"] < QUIET - 30


def test_a_working_day_is_the_longest_session_whatever_happens(clara):
    seen_ago(clara, first_seen=DAY + 1, last_seen=0)
    assert not is_in(clara)


def test_activity_does_not_make_a_session_younger(clara):
    seen_ago(clara, first_seen=DAY - 30, last_seen=REMEMBER_EVERY + 1)
    first = clara.session["first_seen"]
    assert is_in(clara)
    assert clara.session["first_seen"] == first


def test_a_session_is_not_written_at_every_look(clara):
    before = clara.session["last_seen"]
    assert is_in(clara)
    assert clara.session["last_seen"] == before


@pytest.mark.parametrize("address", ["/", "/jobs/", "/trail/", "/people/", "/upload/", "/review/"])
def test_a_browser_without_a_person_is_sent_to_the_door(client, db, address):
    response = client.get(address)
    assert (response.status_code, response.url) == (302, f"/sign-in/?next={address}")


def test_a_module_without_a_person_is_told_so(client, db):
    response = client.get("/jobs/", headers={"accept": "application/json"})
    assert response.status_code == 401
    assert response.json() == {
        "error": "SignedOut",
        "message": "You were signed out. Sign in in another tab, then try again here.",
    }


@pytest.mark.parametrize("address", ["/sign-in/", "/healthz", "/readyz"])
def test_a_few_addresses_need_nobody(client, db, address):
    assert client.get(address).status_code == 200


@pytest.fixture
def rows_seen(house, client, settings, owned):  # noqa: F811 - the fixture
    """How many rows of two organisations a person's request sees."""
    settings.ROOT_URLCONF = "tests.accounts.addresses"
    owned(house.halden.pk)
    owned(house.northmere.pk)

    def look(person):
        client.force_login(person)
        with acting_for(None):
            return client.get("/rows/").json()["organisations"]

    return look


def test_a_request_sees_the_persons_organisation_only(house, rows_seen):
    assert rows_seen(house.clara) == [str(house.halden.pk)]
    assert rows_seen(house.mallory) == [str(house.northmere.pk)]


def test_a_platform_operator_sees_no_organisation(house, rows_seen):
    operator = User.objects.create_user("olga@platform.example", name="Olga")
    assert rows_seen(operator) == []


def test_a_request_leaves_no_scope_behind(house, client):
    client.force_login(house.otto)
    with acting_for(None):
        assert client.get("/people/").status_code == 200
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting(%s, true)", [SETTING])
            assert cursor.fetchone() == ("",)
