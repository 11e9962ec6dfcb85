"""Sealed, registered and opened by name and purpose."""

import errno
import hashlib
import os

import pytest
from django.conf import settings
from django.db import DataError, transaction

from apps.audit import services as audit
from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.errors import Gone, Unavailable, Unreadable
from apps.base.ids import uuid7
from apps.base.scope import acting_for
from apps.base.types import Actor
from apps.vault import services as vault
from apps.vault.classes import KINDS, ArtifactClass
from apps.vault.models import Artifact, ArtifactKey, OrganisationKey
from apps.vault.stores.directory import DirectoryStore
from tests.conftest import _owner
from tests.vault.conftest import CLERK

STORED = [kind for kind in ArtifactClass if KINDS[kind].in_store]
TOO_LONG = Actor("user:" + "x" * 80)


def read(artifact, purpose="test") -> bytes:
    with vault.open(artifact, actor=CLERK, purpose=purpose) as source:
        return source.read()


def files() -> list[str]:
    return [path.name for path in settings.VAULT_DIR.rglob("*") if path.is_file()]


def events(tag) -> list[Event]:
    return list(Event.objects.filter(tag=tag).order_by("id"))


def test_what_was_sealed_can_be_opened(seal):
    artifact = Artifact.objects.get(pk=seal(b"a page").pk)
    assert read(artifact) == b"a page"
    assert (artifact.size, artifact.digest) == (6, hashlib.sha256(b"a page").hexdigest())


def test_no_plain_byte_reaches_the_disk(seal):
    seal(b"a sentence that is easy to find")
    for path in settings.VAULT_DIR.rglob("*"):
        assert path.is_dir() or b"easy to find" not in path.read_bytes()


def test_the_name_of_the_bytes_says_nothing_of_the_document(seal):
    artifact = seal()
    assert str(artifact.document) not in artifact.store_name
    assert artifact.store_name.startswith(f"originals/{artifact.organisation_id}/")


@pytest.mark.parametrize("kind", STORED)
def test_every_class_has_its_own_place_and_every_artifact_its_own_key(seal, kind):
    one, other = seal(kind=kind), seal(kind=kind)
    assert one.store_name.startswith(f"{KINDS[kind].prefix}/")
    keys = ArtifactKey.objects.filter(artifact__in=[one, other]).select_related("by")
    assert {key.by.family for key in keys} == {KINDS[kind].family}
    assert len({bytes(key.wrapped) for key in keys}) == 2
    assert {read(one), read(other)} == {b"a page"}


def test_every_family_has_a_key_of_its_own_in_every_organisation(house, seal):
    for kind in STORED:
        seal(kind=kind)
        seal(kind=kind)
    families = OrganisationKey.objects.values_list("family", flat=True)
    assert sorted(families) == sorted({KINDS[kind].family for kind in STORED})
    with acting_for(house.northmere.pk):
        seal(organisation=house.northmere.pk)
        assert OrganisationKey.objects.count() == 1


def test_a_key_of_another_artifact_does_not_open_it(seal):
    one, other = seal(), seal()
    theirs = ArtifactKey.objects.get(artifact=other)
    ArtifactKey.objects.filter(artifact=one).update(wrapped=theirs.wrapped)
    with pytest.raises(Unreadable, match="does not fit"):
        read(one)


def test_bytes_of_another_artifact_are_refused(seal):
    one, other = seal(), seal()
    root = settings.VAULT_DIR
    (root / other.store_name).replace(root / one.store_name)
    with pytest.raises(Unreadable, match="belongs to something else"):
        read(one)


def test_a_row_given_to_another_document_opens_nothing(seal):
    artifact = seal()
    Artifact.objects.filter(pk=artifact.pk).update(document=uuid7())
    with pytest.raises(Unreadable):
        read(Artifact.objects.get(pk=artifact.pk))


def test_changed_bytes_are_refused(seal):
    artifact = seal()
    path = settings.VAULT_DIR / artifact.store_name
    sealed = bytearray(path.read_bytes())
    sealed[-1] ^= 1
    path.write_bytes(sealed)
    with pytest.raises(Unreadable, match="was changed"):
        read(artifact)


def test_lost_bytes_are_said_to_be_missing(seal):
    artifact = seal()
    (settings.VAULT_DIR / artifact.store_name).unlink()
    with pytest.raises(Unreadable, match="is missing"):
        read(artifact)


def test_an_organisation_opens_nothing_of_another(house, seal):
    artifact = seal()
    with acting_for(house.northmere.pk), pytest.raises(Gone):
        read(artifact)


def test_an_artifact_is_due_from_birth(seal):
    artifact = seal()
    assert artifact.due_at == artifact.created_at + artifact.about.longest


def test_sealing_is_recorded_with_size_and_digest(house, seal):
    document = uuid7()
    artifact = seal(document=document)
    [event] = events(Tag.ARTIFACT_SEALED)
    assert (event.actor, event.subject, event.document) == (CLERK, str(artifact.pk), document)
    assert audit.facts_of(event) == {"kind": "original", "digest": artifact.digest, "size": 6}


def test_opening_is_recorded_with_who_and_why(seal):
    artifact = seal()
    read(artifact, purpose="review")
    [event] = events(Tag.ARTIFACT_OPENED)
    assert (event.actor, event.subject) == (CLERK, str(artifact.pk))
    assert audit.facts_of(event) == {"kind": "original", "purpose": "review"}


def test_opening_twice_is_recorded_twice(seal):
    artifact = seal()
    read(artifact)
    read(artifact)
    assert len(events(Tag.ARTIFACT_OPENED)) == 2


def test_the_record_is_committed_before_a_byte_is_touched(real_house, monkeypatch):
    artifact = vault.seal(
        b"x", kind=STORED[0], organisation=real_house.halden.pk, document=uuid7(), actor=CLERK
    )
    committed = []

    def open_and_look(self, name):
        with _owner() as db:
            count = "SELECT count(*) FROM audit_event WHERE tag = %s"
            committed.append(db.execute(count, [Tag.ARTIFACT_OPENED]).fetchone()[0])
        return (self.root / name).open("rb", buffering=0)

    monkeypatch.setattr(DirectoryStore, "open", open_and_look)
    assert read(artifact) == b"x"
    assert committed == [1]


def test_what_cannot_be_recorded_is_not_opened(seal, monkeypatch):
    artifact = seal()
    monkeypatch.setattr(DirectoryStore, "open", lambda *_: pytest.fail("The bytes were touched."))
    with pytest.raises(DataError), transaction.atomic():
        vault.open(artifact, actor=TOO_LONG, purpose="test")


def test_what_cannot_be_registered_leaves_neither_row_nor_bytes(house, seal):
    seal()
    rows, stored = Artifact.objects.count(), files()
    with pytest.raises(DataError), transaction.atomic():
        vault.seal(
            b"x",
            kind=ArtifactClass.ORIGINAL,
            organisation=house.halden.pk,
            document=uuid7(),
            actor=TOO_LONG,
        )
    assert (Artifact.objects.count(), files()) == (rows, stored)


def test_a_row_goes_with_the_transaction_of_whoever_needed_it(house):
    sealing = vault.prepare(b"x", kind=STORED[0], organisation=house.halden.pk, document=uuid7())
    with pytest.raises(LookupError), transaction.atomic():
        vault.keep(sealing, actor=CLERK)
        raise LookupError
    assert not Artifact.objects.exists()
    assert not ArtifactKey.objects.exists()
    assert not events(Tag.ARTIFACT_SEALED)
    sealing.abort()
    assert files() == []


def begun(house):
    return vault.begin(STORED[0], organisation=house.halden.pk, document=uuid7())


def test_what_was_finished_can_be_read_before_it_is_kept(house):
    sealing = begun(house)
    sealing.write(b"a ")
    sealing.write(memoryview(b"page"))
    sealing.finish()
    with sealing.reopen() as source:
        assert source.read() == b"a page"
    assert sealing.size == 6
    assert not Artifact.objects.exists()


@pytest.mark.parametrize("finished", [True, False])
def test_aborting_leaves_nothing_and_twice_is_once(house, finished):
    sealing = begun(house)
    sealing.write(b"x" * 1000)
    if finished:
        sealing.finish()
    sealing.abort()
    sealing.abort()
    assert files() == []


def test_bytes_that_do_not_reach_the_store_leave_nothing(house, monkeypatch):
    answers = iter([OSError(errno.ENOSPC, "No room")])

    def full_once(_):
        for error in answers:
            raise error

    monkeypatch.setattr(os, "fsync", full_once)
    with pytest.raises(Unavailable, match="no room"):
        vault.prepare(b"x", kind=STORED[0], organisation=house.halden.pk, document=uuid7())
    assert files() == []


@pytest.fixture
def values(house):
    document = uuid7()

    def cipher():
        return vault.open_values(document, organisation=house.halden.pk, actor=CLERK)

    return document, cipher


def test_values_of_a_document_have_one_key(values):
    document, cipher = values
    sealed = cipher().seal("12.00", column="value", row=1)
    assert cipher().open(sealed, column="value", row=1) == "12.00"
    assert Artifact.objects.get(document=document).kind == ArtifactClass.FIELDS
    assert len(events(Tag.ARTIFACT_SEALED)) == 1


def test_values_of_two_documents_have_two_keys(house, values):
    sealed = values[1]().seal("12.00", column="value", row=1)
    others = vault.open_values(uuid7(), organisation=house.halden.pk, actor=CLERK)
    with pytest.raises(Unreadable):
        others.open(sealed, column="value", row=1)


def test_a_new_root_key_leaves_what_is_sealed_readable(seal, settings):
    artifact = seal()
    settings.ROOT_KEYS = f"{settings.ROOT_KEYS}\nnext:{'77' * 32}"
    assert read(artifact) == b"a page"
    newer = seal(kind=ArtifactClass.CROP)
    key = OrganisationKey.objects.get(family=newer.about.family)
    assert bytes(key.wrapped).startswith(b"next:")
    assert read(newer) == b"a page"


def test_without_its_root_key_nothing_is_readable(seal, settings):
    artifact = seal()
    settings.ROOT_KEYS = f"next:{'77' * 32}"
    with pytest.raises(Unreadable, match="not loaded"):
        read(artifact)
