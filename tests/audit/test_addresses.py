"""Every address of the portal says what it hands out."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

from apps.audit.exposure import DECLARED, PROOF, Exposure
from apps.audit.tags import Tag
from apps.audit.words import WORDS


def addresses(resolver: URLResolver, prefix: str = "/") -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, address)
        else:
            yield address, pattern


ALL = dict(addresses(get_resolver()))


def declared(view: Any) -> Exposure | None:
    return getattr(view, DECLARED, None)


def test_the_walk_finds_what_every_floor_answers():
    apps = {pattern.callback.__module__.split(".")[1] for pattern in ALL.values()}
    assert {"assurance", "accounts", "review", "delivery", "retention", "pages", "health"} <= apps


@pytest.mark.parametrize("address", ALL)
def test_an_address_says_what_it_exposes(address):
    pattern = ALL[address]
    assert declared(pattern.callback) in set(Exposure) or pattern.name in settings.EXPOSES_NOTHING


@pytest.mark.parametrize("name", settings.EXPOSES_NOTHING)
def test_what_may_stay_silent_is_not_ours(name):
    [view] = [pattern.callback for pattern in ALL.values() if pattern.name == name]
    assert view.__module__.startswith("allauth.")


@pytest.mark.parametrize("status", [400, 403, 404, 500])
def test_an_error_page_exposes_nothing(status):
    assert declared(get_resolver().resolve_error_handler(status)) is Exposure.NOTHING


def test_every_kind_of_exposure_names_events_that_prove_it():
    assert set(PROOF) == set(Exposure)
    for kind, tags in PROOF.items():
        assert tags <= set(Tag)
        assert bool(tags) == (kind is not Exposure.NOTHING), kind


def test_every_event_has_words():
    assert set(WORDS) == set(Tag)
    assert all(words.title for words in WORDS.values())


def test_no_event_proves_two_kinds():
    tags = [tag for proof in PROOF.values() for tag in proof]
    assert len(tags) == len(set(tags))
