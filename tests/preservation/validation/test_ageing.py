"""What weakens with time is said before it does."""

from datetime import timedelta

import pytest

from apps.preservation.validation.ageing import ages
from tests.preservation.validation.facts_made import AT, certificate, file, signature


def said(*chain, **changes):
    told = file(signature(chain=list(chain) or [certificate()], **changes))
    return ages(told.signatures[0], at=AT)


def in_days(count):
    return (AT + timedelta(days=count)).isoformat()


def test_nothing_is_said_of_what_is_young_and_strong():
    assert said() == ()


@pytest.mark.parametrize(("digest", "name"), [("sha1", "SHA-1"), ("md5", "MD5")])
def test_an_old_digest_is_named(digest, name):
    assert name in said(hash=digest)[0]
    assert name in said(certificate(hash=digest))[0]


def test_a_root_may_have_signed_itself_with_an_old_digest():
    own = certificate(hash="sha1", issuer=certificate()["subject"])
    assert said(certificate(), own) == ()


@pytest.mark.parametrize(("key", "bits"), [("rsa", 1024), ("dsa", 2048), ("ec", 192)])
def test_a_short_key_is_named(key, bits):
    assert f"{bits} bits" in said(certificate(key=key, bits=bits))[0]


@pytest.mark.parametrize(("key", "bits"), [("rsa", 2048), ("ec", 256), ("ed25519", 0)])
def test_a_key_of_enough_bits_is_not(key, bits):
    assert said(certificate(key=key, bits=bits)) == ()


@pytest.mark.parametrize(
    ("days", "words"),
    [(-1, "expired on 19 November 2026"), (90, "in 90 days"), (1, "in 1 day.")],
)
def test_an_end_is_said_before_and_after(days, words):
    assert words in said(certificate(not_after=in_days(days)))[0]


def test_an_end_far_off_is_not_said():
    assert said(certificate(not_after=in_days(91))) == ()


def test_whose_certificate_ends_is_said():
    assert said(certificate(), certificate(not_after=in_days(5)))[0].startswith("A certificate")
