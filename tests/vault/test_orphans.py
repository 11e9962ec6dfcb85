"""What a crash leaves in the store is found and removed; what is on its way or kept is not."""

from datetime import timedelta

import pytest
from django.conf import settings as real
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.errors import Unavailable
from apps.base.ids import uuid7
from apps.base.scope import acting_for
from apps.vault import orphans, tasks
from apps.vault import services as vault
from apps.vault.classes import ArtifactClass
from apps.vault.models import Artifact, OrganisationKey
from apps.vault.orphans import GRACE, remove_orphans
from apps.vault.services import LONGEST
from tests.vault.conftest import CLERK, s3_settings

LATER = timezone.now() + GRACE + timedelta(hours=2)  # longer than all tests take


@pytest.fixture(params=["directory", "bucket"])
def kept(request, seal, settings) -> Artifact:
    """An artifact with a row, in each kind of store."""
    if request.param == "bucket":
        request.getfixturevalue("bucket")
        options = s3_settings(request.getfixturevalue("s3_server"))
        backend = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
        settings.STORAGES = {**real.STORAGES, "vault": backend}
    return seal()


def lost(house, *, unfinished: bool = False, kind=ArtifactClass.ORIGINAL) -> str:
    """The name of bytes whose process died before their row was written."""
    sealing = vault.begin(kind, organisation=house.halden.pk, document=uuid7())
    sealing.write(b"x" * 6 * 2**20)  # more than a bucket takes in one part
    if not unfinished:
        sealing.finish()
    name = sealing.artifact.store_name
    assert vault.store().exists(name) or unfinished
    return name


def names() -> list[str]:
    prefixes = ("originals", "pages", "crops")
    return sorted(name for prefix in prefixes for name in vault.store().names(prefix))


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # a process that dies closes nothing
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("unfinished", [False, True], ids=["whole", "half"])
def test_bytes_without_a_row_are_removed_and_others_stay(house, kept, unfinished):
    name = lost(house, unfinished=unfinished)
    assert names() == sorted([kept.store_name, name])
    assert remove_orphans(house.halden.pk, now=LATER) == 1
    assert names() == [kept.store_name]
    assert not vault.store().exists(name)
    with vault.open(kept, actor=CLERK, purpose="test") as source:
        assert source.read() == b"a page"
    gone = Event.objects.get(tag=Tag.ARTIFACT_GONE)
    assert gone.subject == name.rpartition("/")[2]
    assert remove_orphans(house.halden.pk, now=LATER) == 0


def test_what_may_still_be_on_its_way_is_left_alone(house, kept):
    name = lost(house)
    assert remove_orphans(house.halden.pk, now=timezone.now() + GRACE - timedelta(minutes=1)) == 0
    assert name in names()


def test_bytes_that_were_too_long_on_their_way_get_no_row(house):
    sealing = vault.prepare(
        b"x", kind=ArtifactClass.ORIGINAL, organisation=house.halden.pk, document=uuid7()
    )
    sealing.artifact.created_at -= LONGEST + timedelta(seconds=1)
    with pytest.raises(Unavailable, match="too long"):
        vault.keep(sealing, actor=CLERK)
    sealing.abort()
    assert not Artifact.objects.exists()
    assert names() == []


def test_bytes_whose_key_is_destroyed_are_not_orphans(house, seal):
    artifact = seal()
    vault.shred(artifact, actor=CLERK, reason="test")  # nothing commits here, so they rest
    assert remove_orphans(house.halden.pk, now=LATER) == 0
    assert names() == [artifact.store_name]


def test_nothing_is_removed_where_rows_cannot_be_seen(house, kept):
    with acting_for(house.northmere.pk):
        assert remove_orphans(house.halden.pk, now=LATER) == 0
    assert names() == [kept.store_name]


def test_nothing_is_removed_of_an_organisation_without_keys(house):
    name = lost(house)
    OrganisationKey.objects.all().delete()  # as in a database that knows nothing of these bytes
    assert remove_orphans(house.halden.pk, now=LATER) == 0
    assert names() == [name]


def test_names_that_are_not_ours_are_left_alone(house, kept):
    folder = f"originals/{house.halden.pk}/019000"
    for name in ("README", str(uuid7())):
        receiving = vault.store().create(f"{folder}/{name}")
        receiving.write(b"x")
        receiving.commit()
    assert remove_orphans(house.halden.pk, now=LATER) == 0
    assert len(names()) == 3


def test_a_run_ends_and_the_next_ones_reach_the_rest(house, seal, monkeypatch):
    seal()
    kinds = (ArtifactClass.ORIGINAL, ArtifactClass.PAGE_IMAGE, ArtifactClass.CROP)
    for kind in kinds:
        lost(house, kind=kind)
    monkeypatch.setattr(orphans, "MOST", 1)
    counts = [remove_orphans(house.halden.pk, now=LATER) for _ in range(60)]
    assert max(counts) == 1
    assert sum(counts) == 3
    assert len(names()) == 1


def test_the_clock_sweeps_every_organisation(house, seal, monkeypatch):
    seal(organisation=house.halden.pk)
    name = lost(house)
    monkeypatch.setattr(tasks.timezone, "now", lambda: LATER)
    tasks.remove_orphans()
    assert name not in names()
    assert len(names()) == 1


@pytest.fixture
def commit_without_an_answer(monkeypatch) -> None:
    """The database dies after it committed and before it said so."""
    commit = connection.commit

    def committed() -> None:
        commit()
        monkeypatch.undo()
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(connection, "commit", committed)


def test_bytes_whose_row_was_committed_without_an_answer_stay(real_house, request, monkeypatch):
    sealing = vault.prepare(
        b"a page", kind=ArtifactClass.ORIGINAL, organisation=real_house.halden.pk, document=uuid7()
    )
    request.getfixturevalue("commit_without_an_answer")
    with pytest.raises(OperationalError):
        vault.keep(sealing, actor=CLERK)
    sealing.abort()
    with vault.open(Artifact.objects.get(), actor=CLERK, purpose="test") as source:
        assert source.read() == b"a page"


def test_bytes_stay_while_the_database_cannot_say_whether_there_is_a_row(house, monkeypatch):
    sealing = vault.prepare(
        b"a page", kind=ArtifactClass.ORIGINAL, organisation=house.halden.pk, document=uuid7()
    )
    vault.keep(sealing, actor=CLERK)

    def down(*_: object, **__: object) -> None:
        raise OperationalError("the database is starting up")

    with monkeypatch.context() as patch:
        patch.setattr(Artifact.objects, "filter", down)
        sealing.abort()
    assert names() == [sealing.artifact.store_name]


def test_bytes_whose_row_was_rolled_back_are_removed(house):
    sealing = vault.prepare(
        b"a page", kind=ArtifactClass.ORIGINAL, organisation=house.halden.pk, document=uuid7()
    )
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        vault.keep(sealing, actor=CLERK)
        raise ZeroDivisionError
    sealing.abort()
    assert names() == []


# Rows without bytes


def test_a_row_whose_bytes_are_not_there_is_told_once(house, kept):
    assert orphans.find_lost(house.halden.pk, now=LATER) == 0
    vault.store().remove(kept.store_name)
    assert orphans.find_lost(house.halden.pk, now=LATER) == 1
    assert orphans.find_lost(house.halden.pk, now=LATER) == 0
    kept.refresh_from_db()
    assert kept.lost_at == LATER
    [event] = Event.objects.filter(tag=Tag.ARTIFACT_LOST)
    assert (event.subject, event.outcome) == (str(kept.pk), "failed")


def test_a_row_that_is_young_or_erased_is_not_lost(house, seal):
    young = seal()
    vault.store().remove(young.store_name)
    assert orphans.find_lost(house.halden.pk, now=timezone.now()) == 0
    vault.shred(young, actor=CLERK, reason="test")
    assert orphans.find_lost(house.halden.pk, now=LATER) == 0


def test_every_row_is_asked_about_in_the_end(house, seal, monkeypatch):
    monkeypatch.setattr(orphans, "MOST_ROWS", 2)
    for artifact in [seal() for _ in range(5)]:
        vault.store().remove(artifact.store_name)
    found = [orphans.find_lost(house.halden.pk, now=LATER) for _ in range(3)]
    assert found == [2, 2, 1]
