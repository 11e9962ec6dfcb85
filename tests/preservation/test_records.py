"""A record says what was received, once and for ever; its original stays byte for byte."""

import hashlib
import stat

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from apps.audit import services as audit
from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.errors import Gone, Held, NotFound, Unreadable
from apps.base.scope import acting_for
from apps.intake import services as intake
from apps.jobs import runner
from apps.preservation import services as preservation
from apps.preservation.models import Approval, Found, Record, RecordCorrection
from apps.preservation.reasons import Said, Why
from apps.retention import services as retention
from apps.vault import keys
from apps.vault import services as vault
from apps.vault.families import roots
from apps.vault.models import Artifact, ArtifactKey
from apps.vault.stores.directory import LOCKED
from tests.conftest import SYSTEM, _owner
from tests.preservation import originals
from tests.preservation.originals import kept, preserved


def facts(record, tag):
    return audit.facts_of(Event.objects.get(subject=record.reference, tag=tag))


def test_a_record_holds_both_hashes_of_the_bytes_that_came(house):
    record = kept(house)
    content = originals.signed()
    assert record.sha256 == hashlib.sha256(content).hexdigest()
    assert record.sha512 == hashlib.sha512(content).hexdigest()
    assert (record.size, record.found) == (len(content), Found.FIELD)
    said = facts(record, Tag.RECORD_SEALED)
    assert (said["sha256"], said["sha512"]) == (record.sha256, record.sha512)


def test_the_original_comes_back_byte_for_byte(house):
    record = kept(house)
    with preservation.download(record, reason=Why.COURT, user=house.clara) as source:
        assert source.read() == originals.signed()
    assert facts(record, Tag.ORIGINAL_DOWNLOADED)["reason"] == "court"


def test_preserving_twice_makes_one_record(house):
    document = house.send(originals.signed(), name="contract.pdf")
    assert preserved(document) == preserved(document)
    assert Event.objects.filter(tag=Tag.RECORD_SEALED).count() == 1


def test_a_document_from_before_is_hashed_when_its_record_is_made(house):
    document = house.send(originals.signed(), name="contract.pdf")
    document.received_sha512 = document.found = ""
    document.save(update_fields=["received_sha512", "found"])
    record = preserved(document)
    assert record.sha512 == hashlib.sha512(originals.signed()).hexdigest()
    assert record.found == Found.REMNANT


def test_what_is_not_signed_has_no_record(house):
    document = house.send()
    assert preservation.preserve(document, job=intake.job_of(document)) is None
    assert not Record.objects.exists()


def test_a_job_makes_the_record_before_anybody_reads_the_file(real_house, monkeypatch):
    """Signatures are worth most on the day they come, and a file nobody can read is evidence."""
    document = real_house.send(originals.signed(), name="contract.pdf")

    def fails(*_, **__):
        raise Unreadable("Nobody can read this.")

    monkeypatch.setattr("apps.extraction.services.read", fails)
    runner.run(intake.job_of(document).pk)
    record = Record.objects.get(document=document)
    due = Artifact.objects.get(pk=record.artifact_id).due_at
    assert intake.job_of(document).state == "failed"
    retention.wind(document)
    assert Artifact.objects.get(pk=record.artifact_id).due_at >= due
    assert (Artifact.objects.get(pk=record.artifact_id).due_at - timezone.now()).days > 3600


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE preservation_record SET sha256 = repeat('0', 64)",
        "UPDATE preservation_record SET sha512 = repeat('0', 128)",
        "UPDATE preservation_record SET received_at = now()",
        "UPDATE preservation_record SET sent_by_id = sent_by_id",
        "UPDATE preservation_record SET found = 'declared', declared = true",
        "DELETE FROM preservation_record",
        "UPDATE preservation_approval SET what = 'refused'",
        "DELETE FROM preservation_approval",
        "UPDATE preservation_recordcorrection SET what = 'pages'",
        "DELETE FROM preservation_recordcorrection",
    ],
)
def test_a_record_edited_or_deleted_is_refused_by_the_database(house, sql):
    written(kept(house), house)
    with pytest.raises(DatabaseError, match="written once"), transaction.atomic():
        connection.cursor().execute(sql)


def test_every_guard_stands_for_the_owner_and_for_a_replica_too():
    """`A` is ENABLE ALWAYS; only such a trigger fires where a session plays a replica."""
    names = ("append_only", "append_only_truncate", "original_stays", "original_is_the_same")
    names += ("original_lives", "original_keeps_its_key")
    with _owner() as db:
        rows = db.execute(
            "SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger"
            " WHERE tgname = ANY(%s) AND (tgrelid::regclass::text LIKE 'preservation%%'"
            " OR tgrelid::regclass::text LIKE 'vault%%')",
            [list(names)],
        ).fetchall()
    assert {enabled for _, _, enabled in rows} == {"A"}
    assert len(rows) >= 3 * 2 + 4


def test_nobody_shreds_the_original_of_a_record_but_disposal(house):
    record = kept(house)
    with pytest.raises(Held, match="record keeps"), transaction.atomic():
        vault.shred(record.artifact, actor=SYSTEM, reason="tidying")
    assert ArtifactKey.objects.filter(artifact_id=record.artifact_id).exists()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE vault_artifact SET digest = repeat('0', 64) WHERE id = %s",
        "UPDATE vault_artifact SET size = 1 WHERE id = %s",
        "UPDATE vault_artifact SET shredded_at = now() WHERE id = %s",
        "DELETE FROM vault_artifact WHERE id = %s",
        "DELETE FROM vault_artifactkey WHERE artifact_id = %s",
        "UPDATE vault_artifactkey SET wrapped = 'x' WHERE artifact_id = %s",
    ],
)
def test_an_original_or_its_key_changed_past_us_is_refused(house, sql):
    record = kept(house)
    with pytest.raises(DatabaseError, match="record keeps"), transaction.atomic():
        connection.cursor().execute(sql, [record.artifact_id])


def test_the_sender_disposes_of_an_original_and_the_record_stays(house, at_once):
    record = kept(house)
    retention.delete(record.document, user=house.clara)
    record = Record.objects.get(pk=record.pk)
    assert record.artifact.gone_at
    with pytest.raises(Gone):
        preservation.download(record, reason=Why.COURT, user=house.clara)


def test_a_signed_original_is_kept_for_years_and_then_erased(house, at_once):
    record = kept(house)
    retention.wind(record.document)
    artifact = Artifact.objects.get(pk=record.artifact_id)
    assert 3650 <= (artifact.due_at - record.received_at).days <= 3653
    retention.erase_due(now=artifact.due_at)
    assert Artifact.objects.get(pk=record.artifact_id).gone_at


def test_a_policy_from_before_there_were_records_keeps_them_as_evidence(house, monkeypatch):
    record = kept(house)
    policy = retention.current_policy(house.halden.pk)
    fewer = [rule for rule in policy.rules if rule.artifact != "signed original"]
    older = type(policy)(policy.id, 1, fewer)
    retention.wind(record.document, policy=older)
    assert (Artifact.objects.get(pk=record.artifact_id).due_at - timezone.now()).days > 3600


def test_a_file_swapped_on_disk_is_caught_on_reading(house):
    first, second = kept(house), kept(house, originals.without_form())
    paths = [settings.VAULT_DIR / one.artifact.store_name for one in (first, second)]
    paths[0].chmod(0o600)
    paths[0].write_bytes(paths[1].read_bytes())
    with pytest.raises(Unreadable):
        preservation.download(first, reason=Why.CHECK, user=house.clara)
    assert not Event.objects.filter(tag=Tag.ORIGINAL_DOWNLOADED).exists()


def test_a_truncated_copy_is_caught_on_reading(house):
    record = kept(house)
    path = settings.VAULT_DIR / record.artifact.store_name
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(Unreadable):
        preservation.download(record, reason=Why.CHECK, user=house.clara)


def test_bytes_other_than_those_received_get_no_record(house):
    document = house.send(originals.signed(), name="contract.pdf")
    document.received_sha512 = "0" * 128
    document.save(update_fields=["received_sha512"])
    with pytest.raises(Unreadable, match="not what was received"):
        preserved(document)
    assert not Record.objects.exists()


def test_the_stored_file_says_that_nobody_writes_to_it(house):
    path = settings.VAULT_DIR / kept(house).artifact.store_name
    assert stat.S_IMODE(path.stat().st_mode) == LOCKED


def test_another_organisation_sees_no_record(house):
    record = kept(house)
    with pytest.raises(NotFound):
        preservation.named(record.reference, user=house.mallory)
    with acting_for(house.northmere.pk):
        assert not Record.objects.exists()


def written(record, house):
    """An approval and a correction of a record."""
    about = {"user": house.clara}
    key = record.pk
    approved = preservation.approve(
        record, key=key, what=Said.APPROVED, comment="As agreed by phone.", **about
    )
    corrected = preservation.correct(
        record, key=key, what="sent_by", reason="Sent for Cleo.", **about
    )
    return approved, corrected


def test_an_approval_sent_twice_is_one(house):
    record = kept(house)
    assert written(record, house) == written(record, house)
    assert (Approval.objects.count(), RecordCorrection.objects.count()) == (1, 1)
    assert Approval.objects.get().role == "sender"


def test_words_are_sealed_apart_and_read_only_with_the_right_to_evidence(house):
    record = kept(house)
    approved, _ = written(record, house)
    assert approved.comment.kind == "signature evidence"
    said = [one.words for one in preservation.comments(record, user=house.rosa)]
    assert said == ["As agreed by phone.", "Sent for Cleo."]
    stored = (settings.VAULT_DIR / approved.comment.store_name).read_bytes()
    assert b"phone" not in stored
    bodies = b"".join(bytes(event.body) for event in Event.objects.all())
    assert b"phone" not in bodies and b"Cleo" not in bodies


def test_the_key_of_one_family_does_not_open_the_other(house):
    """Whoever stole the keys of sources reads no evidence, and the other way round."""
    record = kept(house)
    approved, _ = written(record, house)
    rows = {
        one.artifact_id: one
        for one in ArtifactKey.objects.select_related("by", "artifact").filter(
            artifact__in=[record.artifact_id, approved.comment_id]
        )
    }
    source, evidence = rows[record.artifact_id], rows[approved.comment_id]
    assert (source.by.family, evidence.by.family) == ("source", "evidence")
    for own, other in ((source, evidence), (evidence, source)):
        stolen = roots().unwrap(bytes(other.by.wrapped), context=other.by.context)
        with pytest.raises(Unreadable, match="does not fit"):
            keys.unwrap(bytes(own.wrapped), by=stolen, context=own.artifact.context)
