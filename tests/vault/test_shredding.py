"""Erased means: no key, no bytes, and the proof of both on the trail."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.audit import services as audit
from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.errors import Gone, Unavailable
from apps.base.ids import uuid7
from apps.vault import services as vault
from apps.vault.classes import ArtifactClass
from apps.vault.models import Artifact, ArtifactKey
from apps.vault.stores.directory import DirectoryStore
from tests.vault.conftest import CLERK


def shred(artifact):
    vault.shred(artifact, actor=CLERK, reason="deleted")


def stored(artifact) -> bool:
    return (settings.VAULT_DIR / artifact.store_name).exists()


def tags(artifact) -> list[str]:
    events = Event.objects.filter(subject=str(artifact.pk)).order_by("id")
    return list(events.values_list("tag", flat=True))


def soon():
    return timezone.now() + timedelta(seconds=1)


SEALED, SHREDDED, GONE = Tag.ARTIFACT_SEALED, Tag.ARTIFACT_SHREDDED, Tag.ARTIFACT_GONE


def test_what_is_shredded_has_neither_key_nor_bytes(seal, at_once):
    artifact = seal()
    shred(artifact)
    row = Artifact.objects.get(pk=artifact.pk)
    assert row.shredded_at and row.gone_at
    assert not ArtifactKey.objects.filter(artifact_id=artifact.pk).exists()
    assert not stored(artifact)


def test_reading_what_was_shredded_says_that_it_is_gone(seal, at_once):
    artifact = seal()
    stale = Artifact.objects.get(pk=artifact.pk)
    shred(artifact)
    for one in (artifact, stale, Artifact.objects.get(pk=artifact.pk)):
        with pytest.raises(Gone, match="no longer exists"):
            vault.open(one, actor=CLERK, purpose="test")
    assert Tag.ARTIFACT_OPENED not in tags(artifact)


def test_the_trail_tells_who_destroyed_the_key_and_that_nothing_is_left(seal, at_once):
    artifact = seal()
    shred(artifact)
    assert tags(artifact) == [SEALED, SHREDDED, GONE]
    event = Event.objects.get(tag=SHREDDED)
    assert (event.actor, event.document) == (CLERK, artifact.document)
    assert audit.facts_of(event) == {
        "kind": "original",
        "digest": artifact.digest,
        "reason": "deleted",
    }


def test_shredding_twice_is_shredding_once(seal, at_once):
    artifact = seal()
    stale = Artifact.objects.get(pk=artifact.pk)
    shred(artifact)
    shred(stale)
    shred(Artifact.objects.get(pk=artifact.pk))
    assert tags(artifact) == [SEALED, SHREDDED, GONE]


def test_its_neighbours_stay(seal, at_once):
    artifact, neighbour = seal(), seal()
    shred(artifact)
    with vault.open(neighbour, actor=CLERK, purpose="test") as source:
        assert source.read() == b"a page"


def test_the_bytes_wait_for_the_commit(seal):
    artifact = seal()
    shred(artifact)
    assert stored(artifact)
    assert Artifact.objects.get(pk=artifact.pk).gone_at is None


def test_what_a_crash_left_half_done_is_finished(seal):
    artifact = seal()
    shred(artifact)
    assert vault.finish_shredding(now=soon()) == 1
    assert not stored(artifact)
    assert Artifact.objects.get(pk=artifact.pk).gone_at
    assert tags(artifact) == [SEALED, SHREDDED, GONE]


def test_finishing_twice_is_finishing_once(seal):
    artifact = seal()
    shred(artifact)
    vault.finish_shredding(now=soon())
    assert vault.finish_shredding(now=soon()) == 0
    assert tags(artifact) == [SEALED, SHREDDED, GONE]


def test_what_was_shredded_just_now_is_left_to_whoever_shreds_it(seal):
    artifact = seal()
    shred(artifact)
    assert vault.finish_shredding(now=artifact.shredded_at - timedelta(seconds=1)) == 0
    assert stored(artifact)


def test_bytes_that_nobody_shredded_are_not_touched(seal):
    artifact = seal()
    assert vault.finish_shredding(now=soon()) == 0
    assert stored(artifact)


def test_while_a_key_is_left_nothing_is_said_to_be_gone(seal):
    artifact = seal()
    Artifact.objects.filter(pk=artifact.pk).update(shredded_at=timezone.now())
    assert vault.finish_shredding(now=soon()) == 0
    assert Artifact.objects.get(pk=artifact.pk).gone_at is None
    assert GONE not in tags(artifact)


def test_while_bytes_are_left_nothing_is_said_to_be_gone(seal, at_once, monkeypatch):
    artifact = seal()
    monkeypatch.setattr(DirectoryStore, "remove", lambda *_: None)
    shred(artifact)
    assert Artifact.objects.get(pk=artifact.pk).gone_at is None
    assert tags(artifact) == [SEALED, SHREDDED]


def test_values_in_the_database_are_gone_with_their_key(house, at_once):
    document = uuid7()
    about = {"organisation": house.halden.pk, "actor": CLERK}
    vault.open_values(document, **about)
    artifact = Artifact.objects.get(document=document)
    shred(artifact)
    assert artifact.kind == ArtifactClass.FIELDS
    assert tags(artifact) == [SEALED, SHREDDED, GONE]
    with pytest.raises(Gone):
        vault.open_values(document, **about)


def sealed_in(house):
    return vault.seal(
        b"a page",
        kind=ArtifactClass.ORIGINAL,
        organisation=house.halden.pk,
        document=uuid7(),
        actor=CLERK,
    )


def test_a_shredding_that_is_rolled_back_destroys_nothing(real_house):
    artifact = sealed_in(real_house)
    with pytest.raises(LookupError), transaction.atomic():
        shred(artifact)
        raise LookupError
    with vault.open(Artifact.objects.get(), actor=CLERK, purpose="test") as source:
        assert source.read() == b"a page"
    assert SHREDDED not in tags(artifact)


def test_a_store_that_is_down_neither_stops_the_erasure_nor_hides_it(real_house, monkeypatch):
    one, other = sealed_in(real_house), sealed_in(real_house)
    remove = DirectoryStore.remove

    def down(self, name):
        raise Unavailable("The document store does not answer.")

    monkeypatch.setattr(DirectoryStore, "remove", down)
    with transaction.atomic():
        shred(one)
        shred(other)
    assert not ArtifactKey.objects.exists()
    assert Artifact.objects.filter(gone_at=None).count() == 2

    monkeypatch.setattr(DirectoryStore, "remove", remove)
    assert vault.finish_shredding(now=soon()) == 2
    assert not stored(one) and not stored(other)


@pytest.fixture
def of_three_ages(seal):
    now = timezone.now()
    past, present, future = seal(), seal(), seal()
    for artifact, due in ((past, -1), (present, 0), (future, 1)):
        artifact.due_at = now + timedelta(seconds=due)
        artifact.save(update_fields=["due_at"])
    return now, past, present, future


def test_what_is_due_is_found_by_its_clock(of_three_ages):
    now, past, present, _ = of_three_ages
    assert set(Artifact.objects.due(now)) == {past, present}


def test_what_was_shredded_is_not_due_again(of_three_ages):
    now, past, present, _ = of_three_ages
    shred(past)
    assert list(Artifact.objects.due(now)) == [present]
    assert past not in Artifact.objects.alive()
    assert list(Artifact.objects.of_document(past.document)) == [past]
