"""Every answer carries every header, whoever gave it."""

import pytest
from django.conf import settings as configured
from django.core.exceptions import SuspiciousOperation
from django.test import Client

from apps.audit.context import origin
from apps.audit.tags import Tag
from portal.headers import ALWAYS, BehindProxy
from portal.settings import CONTENT_SECURITY_POLICY

UNSAFE = ("unsafe-inline", "unsafe-eval", "unsafe-hashes", "*", "data:", "blob:", "http:")


def dressed(answer):
    missing = [name for name in ALWAYS if not answer.headers.get(name)]
    assert missing == []
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert not any(word in policy for word in UNSAFE)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"


@pytest.fixture
def carl(house, client):
    client.force_login(house.carl)
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/", 200),
        ("/sign-in/", 302),
        ("/trail/", 200),
        ("/healthz", 200),
        ("/readyz", 200),
        ("/people/", 403),
        ("/nothing/here/", 404),
        ("/trail", 301),
    ],
)
def test_pages_and_errors(carl, address, status):
    answer = carl.get(address)
    assert answer.status_code == status
    dressed(answer)


def test_a_stranger_is_sent_to_sign_in(client, db):
    answer = client.get("/")
    assert answer.status_code == 302
    dressed(answer)


def test_an_answer_to_a_module(carl):
    answer = carl.get("/nothing/", headers={"accept": "application/json"})
    assert answer.headers["Content-Type"] == "application/json"
    dressed(answer)


def test_a_method_that_is_not_meant(carl):
    answer = carl.post("/")
    assert answer.status_code == 405
    dressed(answer)


def test_a_forged_form(house):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(house.clara)
    answer = strict.post("/upload/known/", {"digest": "x"})
    assert answer.status_code == 403
    dressed(answer)


def test_something_that_breaks(carl, monkeypatch):
    def breaks(*_, **__):
        raise RuntimeError

    monkeypatch.setattr("portal.pages.home.next_clocks", breaks)
    answer = carl.get("/")
    assert answer.status_code == 500
    dressed(answer)


def test_a_middleware_that_gives_up_early(client, db, monkeypatch, settings):
    """Even the first of Django's own, which looks at the host's name."""

    def breaks(*_):
        raise SuspiciousOperation

    monkeypatch.setattr("django.middleware.security.SecurityMiddleware.process_request", breaks)
    answer = client.get("/")
    assert answer.status_code == 400
    dressed(answer)


def test_a_static_file(client, db, settings):
    settings.WHITENOISE_USE_FINDERS = settings.WHITENOISE_AUTOREFRESH = True
    answer = client.get("/static/base.css")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/css")
    assert b"".join(answer.streaming_content)
    answer.close()
    dressed(answer)


def test_a_download(house, client, monkeypatch):
    client.force_login(house.clara)
    document = house.send()
    monkeypatch.setattr("apps.delivery.views.delivery.download", recorded_download)
    answer = client.get(f"/jobs/{document.reference}/result.json")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    dressed(answer)


def recorded_download(document, *, user):
    origin.get().recorded.add(Tag.RESULT_DOWNLOADED)
    return {"fields": []}


def test_the_policy_of_pages_makes_no_exception():
    assert set(CONTENT_SECURITY_POLICY) == {"DIRECTIVES"}  # none is only reported
    sources = {source for some in CONTENT_SECURITY_POLICY["DIRECTIVES"].values() for source in some}
    assert sources == {"'none'", "'self'"}


def test_over_tls_browsers_are_told_to_stay(client, db, settings):
    settings.SECURE_HSTS_SECONDS = 31_536_000
    answer = client.get("/healthz")
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_this_stands_before_everything_else():
    first = ["portal.headers.Everywhere", "portal.headers.BehindProxy"]
    assert configured.MIDDLEWARE[:2] == first


@pytest.mark.parametrize(
    ("tls", "list_of_hops", "seen"),
    [
        (True, "203.0.113.7", "203.0.113.7"),
        (True, "10.0.0.1, 203.0.113.7", "203.0.113.7"),  # the first was invented
        (True, None, "127.0.0.1"),
        (False, "203.0.113.7", "127.0.0.1"),  # without a proxy anybody could say so
    ],
)
def test_people_are_known_by_the_address_that_the_proxy_saw(rf, settings, tls, list_of_hops, seen):
    settings.BEHIND_TLS = tls
    request = rf.get("/", headers={"x-forwarded-for": list_of_hops} if list_of_hops else {})
    BehindProxy(lambda request: None)(request)
    assert request.META["REMOTE_ADDR"] == seen
