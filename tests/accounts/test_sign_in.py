"""The door: who comes in, who does not, and what is said of it."""

import re

import pytest
from allauth.account.adapter import get_adapter
from allauth.account.views import SignupView
from django.conf import settings
from django.urls import get_resolver

from apps.accounts.adapters import sign_in_name
from apps.accounts.models import User
from apps.audit import canonical
from apps.audit.tags import Outcome, Tag
from tests.audit.test_addresses import addresses

RIGHT, WRONG = "a long enough sentence", "another long sentence"
CLARA, NOBODY = "clara@halden.example", "nobody@halden.example"
LIMIT = settings.AXES_FAILURE_LIMIT
HERE, THERE = "198.51.100.7", "198.51.100.8"


@pytest.fixture
def door(house, client):
    """Try an address and a password; what the portal answers."""

    def try_it(email=CLARA, password=RIGHT, *, place=HERE, **more):
        form = {"login": email, "password": password, **more}
        return client.post("/sign-in/", form, REMOTE_ADDR=place)

    return try_it


def signed_in(client) -> bool:
    return "_auth_user_id" in client.session


def without_token(page: str) -> str:
    return re.sub(r"\b\w{64}\b", "", page)


@pytest.mark.parametrize("email", [CLARA, "CLARA@Halden.Example", f"  {CLARA} "])
def test_people_sign_in_by_address_in_any_letter_case(door, client, happened, email):
    response = door(email)
    assert (response.status_code, response.url) == (302, "/")
    assert signed_in(client)
    assert [event.tag for event in happened] == [Tag.SIGNED_IN]


def test_the_event_of_a_sign_in_is_the_persons_own(house, door, happened):
    door()
    [event] = happened
    assert (event.actor, event.subject) == (house.clara.actor, str(house.clara.pk))
    assert (event.organisation_id, event.outcome) == (house.halden.pk, Outcome.DONE)


def test_a_wrong_password_and_an_unknown_address_look_the_same(door, client):
    wrong, unknown = door(CLARA, WRONG), door(NOBODY, WRONG)
    assert (wrong.status_code, unknown.status_code) == (200, 200)
    assert not signed_in(client)
    assert without_token(wrong.text).replace(CLARA, NOBODY) == without_token(unknown.text)
    assert WRONG not in wrong.text


def test_a_failed_try_is_recorded_for_the_account_and_without_its_address(house, door, happened):
    door("Clara@Halden.example", WRONG)
    [event] = happened
    assert (event.tag, event.outcome) == (Tag.SIGN_IN_FAILED, Outcome.DENIED)
    assert (event.organisation_id, event.subject) == (house.halden.pk, str(house.clara.pk))
    assert event.actor == "system:sign-in"
    for secret in (b"clara", WRONG.encode(), HERE.encode()):
        assert secret not in bytes(event.body).lower()


def test_a_try_for_nobody_is_recorded_for_nobody(door, happened):
    door(NOBODY, WRONG)
    [event] = happened
    assert (event.subject, event.organisation_id) == ("unknown", None)
    assert "nobody" not in str(canonical.decode(bytes(event.body)))


def test_a_person_who_left_looks_like_one_with_a_wrong_password(house, door, client, happened):
    before = without_token(door(CLARA, WRONG).text)
    User.objects.filter(pk=house.clara.pk).update(is_active=False)
    response = door(CLARA, RIGHT)
    assert response.status_code == 200
    assert without_token(response.text) == before
    assert not signed_in(client)
    assert [event.tag for event in happened] == [Tag.SIGN_IN_FAILED] * 2


def test_a_person_who_left_is_out_at_once(house, door, client):
    door()
    User.objects.filter(pk=house.clara.pk).update(is_active=False)
    assert client.get("/").status_code == 302


def fail(door, times=LIMIT, email=CLARA, **more):
    return [door(email, WRONG, **more).status_code for _ in range(times)]


@pytest.mark.parametrize("email", [CLARA, NOBODY])
def test_the_fifth_failure_locks_also_for_an_account_that_does_not_exist(door, email):
    assert fail(door, email=email) == [200] * (LIMIT - 1) + [429]


def test_a_locked_account_is_closed_to_the_right_password_too(door, client):
    fail(door)
    response = door(CLARA, RIGHT)
    assert response.status_code == 429
    assert "Too many tries" in response.text
    assert CLARA not in response.text
    assert not signed_in(client)


def test_letter_case_and_blanks_do_not_give_more_tries(door):
    spellings = [CLARA, CLARA.upper(), f" {CLARA}", f"{CLARA} ", "Clara@halden.example"]
    assert [door(email, WRONG).status_code for email in spellings][-1] == 429


@pytest.mark.parametrize(
    ("given", "typed", "name"),
    [
        ({"email": f" {CLARA.upper()} "}, "", CLARA),
        ({"username": CLARA.title()}, "", CLARA),
        ({}, CLARA.upper(), CLARA),
        (None, CLARA, CLARA),
        ({"email": CLARA}, NOBODY, CLARA),
        ({}, "", ""),
    ],
)
def test_tries_are_counted_by_the_address_as_people_mean_it(rf, given, typed, name):
    assert sign_in_name(rf.post("/sign-in/", {"login": typed}), given) == name


def test_another_account_from_the_same_place_still_comes_in(door, client):
    fail(door)
    assert door("rita@halden.example").status_code == 302
    assert signed_in(client)


def test_the_same_account_from_another_place_still_comes_in(door, client):
    fail(door)
    assert door(CLARA, RIGHT, place=THERE).status_code == 302
    assert signed_in(client)


def test_being_locked_out_is_recorded_for_the_account(house, door, happened):
    fail(door)
    [locked] = [event for event in happened if event.tag == Tag.LOCKED_OUT]
    assert (locked.organisation_id, locked.subject) == (house.halden.pk, str(house.clara.pk))
    assert locked.outcome == Outcome.DENIED
    assert b"clara" not in bytes(locked.body).lower()


def test_a_success_forgets_the_failures_before_it(door, client):
    fail(door, LIMIT - 1)
    door()
    client.logout()
    assert fail(door, LIMIT - 1) == [200] * (LIMIT - 1)


@pytest.mark.parametrize(
    ("wanted", "goes_to"),
    [
        ("/jobs/", "/jobs/"),
        ("https://elsewhere.example/", "/"),
        ("//elsewhere.example/", "/"),
        ("/\\elsewhere.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_after_signing_in_one_goes_on_inside_the_portal_only(door, wanted, goes_to):
    assert door(next=wanted).url == goes_to


def test_signing_in_gives_a_new_session(door, client):
    client.get("/sign-in/")
    door(CLARA, WRONG)
    before = client.session.session_key
    door()
    assert client.session.session_key != before


def test_who_signs_out_is_out_and_it_is_recorded(house, door, client, happened):
    door()
    response = client.post("/sign-out/")
    assert (response.status_code, response.url) == (302, "/sign-in/")
    assert not signed_in(client)
    assert [event.tag for event in happened] == [Tag.SIGNED_IN, Tag.SIGNED_OUT]
    assert happened[-1].actor == house.clara.actor


def test_a_link_signs_nobody_out(door, client):
    door()
    client.get("/sign-out/")
    assert signed_in(client)


def test_nobody_signs_up(rf):
    assert not get_adapter().is_open_for_signup(rf.get("/"))
    views = [pattern.callback for _, pattern in addresses(get_resolver())]
    assert not any(getattr(view, "view_class", None) is SignupView for view in views)
    assert not any("signup" in getattr(view, "__name__", "").lower() for view in views)
