from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.db.models.signals import post_save

from apps.audit.models import Event


@pytest.fixture(autouse=True)
def no_tries_so_far() -> None:
    """The libraries count tries in the cache, which outlives a test."""
    cache.clear()


@pytest.fixture
def happened() -> Iterator[list[Event]]:
    """Events as they are recorded, those that no organisation can see among them."""
    events: list[Event] = []

    def see(instance: Event, **_: object) -> None:
        events.append(instance)

    post_save.connect(see, sender=Event)
    yield events
    post_save.disconnect(see, sender=Event)
