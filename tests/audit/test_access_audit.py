"""No content leaves that was not recorded."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from tests.audit import addresses
from tests.audit.addresses import CONTENT


@pytest.fixture
def clara(house, client, settings):
    settings.ROOT_URLCONF = "tests.audit.addresses"
    client.force_login(house.clara)
    addresses.ran.clear()
    return client


def leaked(response) -> bool:
    body = b"".join(response) if response.streaming else response.content
    return CONTENT.encode() in body or CONTENT in str(response.headers)


@pytest.mark.parametrize("name", ["undeclared", "undeclared_and_open"])
def test_a_view_that_does_not_say_what_it_shows_never_runs(clara, name):
    with pytest.raises(ImproperlyConfigured, match="does not say what it exposes"):
        clara.get(f"/{name}/")
    clara.raise_request_exception = False
    response = clara.get(f"/{name}/")
    assert response.status_code == 500
    assert not leaked(response)
    assert addresses.ran == []


@pytest.mark.parametrize("name", ["forgotten", "streamed", "mistaken"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_content_that_was_not_recorded_is_withheld(clara, name, method):
    response = getattr(clara, method)(f"/{name}/")
    assert response.status_code == 503
    assert not leaked(response)
    assert response.content == b"This could not be recorded, so it was not shown. Try again."


def test_what_was_withheld_is_kept_by_nobody(clara):
    assert clara.get("/forgotten/").headers["Cache-Control"] == "no-store, private"


def test_recorded_content_passes(clara):
    response = clara.get("/told/")
    assert (response.status_code, response.text) == (200, CONTENT)


def test_one_request_does_not_vouch_for_the_next(clara):
    assert clara.get("/told/").status_code == 200
    assert clara.get("/forgotten/").status_code == 503


@pytest.mark.parametrize(
    ("name", "status"),
    [("nothing", 200), ("elsewhere", 302), ("gone", 410), ("refused", 422), ("not-there", 404)],
)
def test_answers_without_content_pass(clara, name, status):
    assert clara.get(f"/{name}/").status_code == status
