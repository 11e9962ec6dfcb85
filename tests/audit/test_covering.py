"""What matters most is sealed before it happens, and does not happen otherwise."""

import pytest
from django.db import transaction

from apps.audit import covering
from apps.audit import services as audit
from apps.audit.exposure import PROOF, SEALED_FIRST, Exposure
from apps.audit.models import Event, Leaf
from apps.audit.tags import Tag
from apps.base.errors import Unavailable
from apps.base.types import Actor
from apps.intake.models import Document
from apps.retention import services as retention
from apps.vault.models import Artifact
from tests.audit import addresses
from tests.audit.addresses import CONTENT

ACTOR = Actor("system:test")


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(covering, "PATIENCE", 0.2)


@pytest.fixture
def event(real_house, sealing):
    with transaction.atomic():
        return audit.record(
            Tag.KEY_MADE, actor=ACTOR, subject="x", organisation=real_house.halden.pk
        )


@pytest.fixture
def clara(real_house, sealing, client, settings):
    settings.ROOT_URLCONF = "tests.audit.addresses"
    client.force_login(real_house.clara)
    addresses.ran.clear()
    return client


def test_what_has_a_place_is_covered_at_once(event, sealing):
    sealing.drain()
    audit.covered(event.pk)


def test_what_has_none_is_waited_for(event, sealing):
    with sealing.at_work():
        audit.covered(event.pk)
    assert Leaf.objects.filter(event_id=event.pk).exists()


@pytest.mark.usefixtures("impatient")
def test_what_gets_none_is_refused(event):
    with pytest.raises(Unavailable, match="could not be sealed"):
        audit.covered(event.pk)


def test_nobody_waits_for_what_is_not_committed(real_house, sealing):
    with transaction.atomic():
        event = audit.record(
            Tag.KEY_MADE, actor=ACTOR, subject="x", organisation=real_house.halden.pk
        )
        with pytest.raises(RuntimeError, match="not committed"):
            audit.covered(event.pk)


def test_a_value_leaves_once_its_event_is_sealed(clara, sealing):
    with sealing.at_work():
        response = clara.get("/told/")
    assert (response.status_code, response.text) == (200, CONTENT)
    [event] = Event.objects.filter(tag=Tag.FIELD_REVEALED)
    assert Leaf.objects.filter(event_id=event.pk).exists()


@pytest.mark.usefixtures("impatient")
def test_without_a_sequencer_no_value_leaves(clara):
    response = clara.get("/told/")
    assert response.status_code == 503
    assert CONTENT not in response.text + str(response.headers)
    assert response.text == covering.NOT_COVERED
    assert Event.objects.filter(tag=Tag.FIELD_REVEALED).exists()


@pytest.mark.usefixtures("impatient")
def test_without_a_sequencer_nothing_is_erased(real_house, sealing):
    document = real_house.send()
    for erase in (retention.delete, retention.withdraw):
        with pytest.raises(Unavailable):
            erase(document, user=real_house.clara)
    assert not Document.objects.get(pk=document.pk).erased_at
    assert not Artifact.objects.exclude(shredded_at=None).exists()
    assert Event.objects.filter(tag=Tag.DELETION_ASKED).count() == 2


def test_a_wish_is_sealed_before_anything_is_erased(real_house, sealing):
    document = real_house.send()
    with sealing.at_work():
        retention.delete(document, user=real_house.clara)
    asked = Event.objects.get(tag=Tag.DELETION_ASKED)
    shredded = Event.objects.filter(tag=Tag.ARTIFACT_SHREDDED)
    places = Leaf.objects.in_bulk([asked.pk, *(one.pk for one in shredded)], field_name="event_id")
    assert all(places[asked.pk].index < leaf.index for key, leaf in places.items()
               if key != asked.pk)  # fmt: skip


def test_what_has_to_be_sealed_first_is_known_by_its_kind():
    """Reveal, download, export, leave to see more than a slit, and deletion: nothing else waits."""
    shown = {Tag.FIELD_REVEALED, Tag.PAGE_DELIVERED}
    taken = {Tag.RESULT_DOWNLOADED, Tag.TRANSCRIPT_DOWNLOADED, Tag.EXPORT_DOWNLOADED}
    signed = {Tag.ORIGINAL_DOWNLOADED, Tag.EVIDENCE_DOWNLOADED}
    given = {Tag.PAGE_GRANTED, Tag.GRANT_GIVEN}
    assert shown | taken | signed | given | {Tag.DELETION_ASKED} == SEALED_FIRST


@pytest.mark.parametrize(
    "away",
    [Exposure.RESULT, Exposure.TRANSCRIPT, Exposure.EXPORT, Exposure.EVIDENCE, Exposure.VALUE,
     Exposure.PAGE],
)  # fmt: skip
def test_what_is_taken_away_leaves_after_its_proof(away):
    assert PROOF[away] <= SEALED_FIRST
