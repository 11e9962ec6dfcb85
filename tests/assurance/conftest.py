import pytest
from django.db import transaction
from django.utils import timezone

from apps.audit import covering, tallies
from apps.audit import services as audit
from apps.audit.tags import Tag
from apps.base.types import Actor
from tests import authority as authorities

ACTOR = Actor("system:jobs")
authority, stamped = authorities.authority, authorities.stamped


@pytest.fixture
def carl(house, client):
    """Carl at his browser."""
    client.force_login(house.carl)
    return client


@pytest.fixture
def sealed(real_house, sealing, monkeypatch):
    """Halden's trail, with a call that seals and counts what happened; nobody waits for it."""
    monkeypatch.setattr(covering, "are_leaves", lambda events: True)

    def seal():
        sealing.drain()
        tallies.catch_up(real_house.halden.pk, now=timezone.now(), batches=10)

    seal()
    return seal


def happen(organisation, count=1, *, tag=Tag.KEY_MADE, actor=ACTOR, subject="x", **more):
    with transaction.atomic():
        return [
            audit.record(tag, actor=actor, subject=subject, organisation=organisation, **more)
            for _ in range(count)
        ]
