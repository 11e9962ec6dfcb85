"""Whom an organisation trusts, on a page: one's password, versions, words for what is wrong."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.scope import acting_for
from apps.preservation.forms import LARGEST_CERTIFICATE
from apps.preservation.models import Purpose, TrustRoot
from apps.preservation.services import trusting
from tests.intake.browsers import BACKEND
from tests.permissions.world import PASSWORD
from tests.preservation import pki

PAGE, ADD = "/records/trust/", "/records/trust/add/"


@pytest.fixture
def carl(house) -> Client:
    client = Client()
    client.force_login(house.carl, backend=BACKEND)
    return client


def asked(content, *, password=PASSWORD, purpose="signatures"):
    file = SimpleUploadedFile("root.cer", content)
    return {"certificate": file, "purpose_of": purpose, "password": password}


def said(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def test_nobody_is_trusted_at_first_and_the_page_says_what_that_means(carl):
    page = said(carl.get(PAGE))
    assert "Nobody is trusted" in page and "nobody vouches for the signer" in page


def test_an_officer_trusts_a_root_and_trusts_it_no_longer(house, carl):
    root = pki.house().root
    assert carl.post(ADD, asked(root.der, purpose="timestamps")).status_code == 302
    page = said(carl.get(PAGE))
    assert root.asn1.sha256.hex() in page and "version 1" in page and "for timestamps" in page
    [kept] = TrustRoot.objects.all()
    away = carl.post(f"{PAGE}{kept.pk}/remove/", {"password": PASSWORD})
    assert away.status_code == 302
    assert "version 2" in said(carl.get(PAGE))
    assert trusting.roots(trusting.current(house.halden.pk)) == []
    events = Event.objects.filter(tag=Tag.TRUST_SET)
    assert [event.actor for event in events] == [house.carl.actor] * 2


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "This file is empty."),
        (b"junk", "This is no certificate of an authority, in PEM or DER."),
        (bytes(LARGEST_CERTIFICATE + 1), "This is too large for a certificate. Nothing was done."),
    ],
)
def test_what_is_no_certificate_is_refused_in_words(house, carl, content, words):
    response = carl.post(ADD, asked(content))
    assert response.status_code == 422
    assert words in said(response)
    assert trusting.current(house.halden.pk) is None


def test_what_is_trusted_already_is_said(house, carl):
    about = {"organisation": house.halden.pk, "actor": house.carl.actor}
    trusting.trust(pki.house().root.der, purpose=Purpose.SIGNATURES, **about)
    response = carl.post(ADD, asked(pki.house().root.der))
    assert response.status_code == 409
    assert "trusted already" in said(response)


def test_nothing_changes_without_ones_password(house, carl):
    response = carl.post(ADD, asked(pki.house().root.der, password="a guess"))
    assert response.status_code == 422
    assert "That is not your password" in said(response)
    about = {"organisation": house.halden.pk, "actor": house.carl.actor}
    trusting.trust(pki.house().root.der, purpose=Purpose.SIGNATURES, **about)
    response = carl.post(f"{PAGE}{TrustRoot.objects.get().pk}/remove/", {"password": "a guess"})
    assert response.status_code == 422
    assert "That is not your password" in said(response)
    assert trusting.current(house.halden.pk).number == 1


def test_what_another_organisation_trusts_is_not_there(house, carl):
    with acting_for(house.northmere.pk):
        about = {"organisation": house.northmere.pk, "actor": house.carl.actor}
        trusting.trust(pki.house().root.der, purpose=Purpose.SIGNATURES, **about)
        theirs = TrustRoot.objects.get()
    response = carl.post(f"{PAGE}{theirs.pk}/remove/", {"password": PASSWORD})
    assert response.status_code == 404
