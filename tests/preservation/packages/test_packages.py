"""Evidence asked for, made, sealed, fetched: by whom it may, once that is on the trail."""

import io
import zipfile

import pytest
from django.db import transaction
from django.test import Client

from apps.accounts import services as accounts
from apps.accounts.roles import Role
from apps.audit import covering
from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.errors import NotAllowed, NotFound, NotPossible
from apps.jobs import runner
from apps.jobs.flow import State
from apps.preservation import fixity
from apps.preservation.models import Package
from apps.preservation.packages import packing
from apps.preservation.packages import services as evidencing
from apps.preservation.packages.services import Why
from apps.vault import services as vault
from apps.vault.classes import ArtifactClass
from apps.vault.disposal import disposing
from apps.vault.models import Artifact
from tests.conftest import SYSTEM, are_leaves
from tests.intake.browsers import BACKEND
from tests.preservation.conftest import recorded
from tests.preservation.packages import bags

PASSWORD = "a long enough sentence"


@pytest.fixture
def carl(real_house):
    return bags.may_take_original(real_house.carl)


@pytest.fixture
def record(real_house, carl):
    return recorded(real_house)


@pytest.fixture
def sealed(sealing, monkeypatch, record):
    """Everything so far is under a checkpoint; nobody waits for what comes."""
    monkeypatch.setattr(covering, "are_leaves", are_leaves)
    with sealing.at_work():
        yield sealing


def asked(record, user, *, original=True):
    return evidencing.ask(record, reason=Why.AUDIT, original=original, user=user)


def browser(user):
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def test_evidence_is_asked_for_with_reason_and_password_and_taken(carl, record, sealed):
    client, form = browser(carl), f"/records/{record.reference}/evidence/"
    assert client.get(form).status_code == 200
    asked = {"reason": "court", "original": "on", "password": PASSWORD}
    refused = client.post(form, {**asked, "password": "wrong"})
    assert refused.status_code == 422
    assert "That is not your password" in refused.text
    assert not Package.objects.exists()
    answer = client.post(form, asked)
    package = Package.objects.get()
    assert answer.headers["Location"] == f"/records/evidence/{package.reference}/"
    assert "Waiting" in client.get(answer.headers["Location"]).text
    runner.run(evidencing.job_of(package).pk)
    page = client.get(answer.headers["Location"]).text
    assert "Ready" in page
    assert "with the original" in " ".join(page.split())
    taken = client.get(f"{answer.headers['Location']}bag.zip")
    content = taken.getvalue()
    assert int(taken.headers["Content-Length"]) == len(content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
    deleted = client.post(f"{answer.headers['Location']}delete/")
    assert deleted.status_code == 302
    assert "Erased" in client.get(answer.headers["Location"]).text
    assert client.get(f"{answer.headers['Location']}bag.zip").status_code == 410


def test_what_was_done_is_on_the_trail(carl, record, sealed):
    package = bags.made(record, carl)
    evidencing.fetched(package, user=carl).close()
    evidencing.delete(package, user=carl)
    evidencing.delete(package, user=carl)
    tags = Event.objects.filter(subject=record.reference, tag__startswith="evidence.")
    assert list(tags.order_by("pk").values_list("tag", flat=True)) == [
        Tag.EVIDENCE_ASKED, Tag.EVIDENCE_COMMITTED, Tag.EVIDENCE_MADE, Tag.EVIDENCE_DOWNLOADED,
        Tag.EVIDENCE_DELETED,
    ]  # fmt: skip
    opened = Event.objects.filter(tag=Tag.ARTIFACT_OPENED, document=record.document_id)
    assert carl.actor in {event.actor for event in opened}


def test_nothing_leaves_before_the_taking_is_sealed(carl, record, sealing, monkeypatch):
    with sealing.at_work():
        package = bags.made(record, carl)
    monkeypatch.setattr(covering.covered, "__kwdefaults__", {"timeout": 0.05})
    response = browser(carl).get(f"/records/evidence/{package.reference}/bag.zip")
    assert response.status_code == 503
    assert not response.content.startswith(b"PK")


def test_nothing_is_packed_before_the_commitment_is_sealed(carl, record, sealing, monkeypatch):
    sealing.drain()
    package = asked(record, carl)
    sealing.drain()
    monkeypatch.setattr(covering.covered, "__kwdefaults__", {"timeout": 0.05})
    runner.run(evidencing.job_of(package).pk)
    package.refresh_from_db()
    assert package.artifact_id is None
    assert Event.objects.filter(tag=Tag.EVIDENCE_COMMITTED).exists()
    assert not Artifact.objects.filter(kind=ArtifactClass.EXPORT).exists()


@pytest.mark.parametrize("name", ["clara", "rita", "lena", "otto", "ida", "mallory"])
def test_others_can_neither_ask_nor_fetch(real_house, carl, record, sealed, name):
    package = bags.made(record, carl)
    other = getattr(real_house, name)
    with pytest.raises(NotAllowed):
        asked(record, other)
    with pytest.raises(NotFound):
        evidencing.fetched(package, user=other)
    assert not Event.objects.filter(tag=Tag.EVIDENCE_DOWNLOADED).exists()


def test_who_may_not_take_the_original_takes_what_proves_it(real_house, carl, record, sealed):
    rosa = real_house.rosa
    with pytest.raises(NotAllowed, match="without it"):
        asked(record, rosa)
    with pytest.raises(NotAllowed, match="without it"):
        evidencing.fetched(bags.made(record, carl), user=rosa)
    evidencing.fetched(bags.made(record, rosa, original=False), user=rosa).close()


def test_an_officer_of_another_organisation_finds_nothing(real_house, carl, record, sealed):
    package = bags.made(record, carl)
    accounts.set_roles(real_house.mallory, roles=[Role.COMPLIANCE_OFFICER], actor=SYSTEM)
    client = browser(real_house.mallory)
    for address in ("", "bag.zip"):
        found = client.get(f"/records/evidence/{package.reference}/{address}")
        assert found.status_code == 404
    assert client.post(f"/records/evidence/{package.reference}/delete/").status_code == 404
    assert client.get(f"/records/{record.reference}/evidence/").status_code == 404
    with pytest.raises(NotFound):
        asked(record, real_house.mallory, original=False)


def test_making_it_twice_makes_it_once(carl, record, sealed):
    package = bags.made(record, carl)
    evidencing.make(package, job=evidencing.job_of(package))
    assert Package.objects.get().artifact_id == package.artifact_id
    assert Artifact.objects.filter(kind=ArtifactClass.EXPORT).count() == 1


def test_what_breaks_half_way_leaves_nothing_and_is_tried_again(carl, record, sealed, monkeypatch):
    package = asked(record, carl)
    with monkeypatch.context() as patch:
        patch.setattr(packing, "_premis", lambda contents: 1 / 0)
        runner.run(evidencing.job_of(package).pk)
    assert not Artifact.objects.filter(kind=ArtifactClass.EXPORT).exists()
    assert [name for name in vault.store().names("exports") if name] == []
    job = evidencing.job_of(package)
    assert job.state == State.QUEUED
    type(job).objects.filter(pk=job.pk).update(due_at=package.created_at)
    runner.run(job.pk)
    package.refresh_from_db()
    assert package.artifact_id


def test_a_damaged_original_goes_nowhere(settings, carl, record, sealed):
    (settings.VAULT_DIR / record.artifact.store_name).write_bytes(b"other")
    fixity.check_due(record.organisation_id, now=record.created_at, most=10**9)
    fixity.check_due(record.organisation_id, now=record.created_at, most=10**9)
    with pytest.raises(NotPossible, match="quarantine"):
        asked(record, carl)
    bags.made(record, carl, original=False)


def test_an_erased_original_is_still_proven(carl, record, sealed, tmp_path):
    with transaction.atomic(), disposing():
        vault.shred(record.artifact, actor=SYSTEM, reason="deleted")
    record.artifact.refresh_from_db()
    with pytest.raises(NotPossible, match="was erased"):
        asked(record, carl)
    bag = bags.unpacked(bags.made(record, carl, original=False), tmp_path)
    code, said = bags.verify(bag)
    assert (code, bags.failed(said)) == (2, set()), said
    assert "artifact.shredded" in (bag / "data/certificate.html").read_text()


def test_a_package_is_erased_within_a_week(carl, record, sealed):
    package = bags.made(record, carl)
    assert (package.artifact.due_at - package.artifact.created_at).days == 7


def test_nothing_is_packed_of_bytes_that_are_not_those_of_the_record(
    carl, record, sealed, monkeypatch
):
    package = asked(record, carl)
    monkeypatch.setattr("apps.preservation.services.records.digests", lambda source: ("", ""))
    job = evidencing.job_of(package)
    runner.run(job.pk)
    job.refresh_from_db()
    package.refresh_from_db()
    assert (job.state == State.SUCCEEDED, package.artifact) == (False, None)
