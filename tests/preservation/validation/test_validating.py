"""Signatures of a record are looked at on arrival, on a clock and on demand; each look stays."""

import json
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.errors import Gone, NotAllowed, NotFound, Unreadable
from apps.preservation import cards
from apps.preservation.models import Cause, Signature, Validation, ValidationDue
from apps.preservation.services import validating
from apps.preservation.validation.policies import POLICY
from apps.vault import services as vault
from apps.vault.classes import ArtifactClass, Family
from tests.preservation import pki
from tests.preservation.signed import SYSTEM, record_of, trust_papers

TABLES = ("preservation_validation", "preservation_signature")


@pytest.fixture
def record(house):
    trust_papers(house)
    return record_of(house, pki.papers()["two signatures"])


def looked(record, **more):
    return validating.validate(record, cause=Cause.ARRIVAL, **more)


def test_a_look_keeps_what_each_signature_is_worth_and_by_which_policy(record):
    row = looked(record)
    assert (row.indication, row.intact, row.untouched) == ("TOTAL-PASSED", True, True)
    assert (row.policy, row.policy_version) == (POLICY.name, POLICY.version)
    assert (row.engine, row.engine_version, row.attempts) == ("pyHanko", "0.38.0", 0)
    first, second = Signature.objects.filter(validation=row).order_by("number")
    assert (first.coverage, second.coverage) == ("ENTIRE_REVISION", "ENTIRE_FILE")
    assert (first.modification, second.modification) == ("FORM_FILLING", "NONE")
    assert first.level == "PAdES B-T"
    assert first.process == "with time"
    assert first.best_at is not None
    assert len(first.chain) == 3


def test_names_of_signers_stand_in_the_sealed_report_alone(record):
    row = looked(record)
    assert row.report.kind == ArtifactClass.SIGNATURE_EVIDENCE
    assert row.report.about.family is Family.EVIDENCE
    stored = json.dumps(list(Signature.objects.values()), default=str) + str(row.__dict__)
    events = "".join(bytes(one.body).decode() for one in Event.objects.all())
    assert "Alice" not in stored + events
    report = validating.report(record, actor=SYSTEM)
    shown = cards.cards(report.facts, report.verdicts, at=row.at)
    assert [card.name for card in shown] == ["Alice, Papermill"] * 2


def test_opening_a_report_is_an_event(record):
    row = looked(record)
    validating.report(record, actor=SYSTEM)
    opened = Event.objects.filter(tag=Tag.ARTIFACT_OPENED, subject=str(row.report_id))
    assert opened.count() == 1


def test_a_report_says_the_same_when_it_is_read_again(record):
    row = looked(record)
    report = validating.report(record, actor=SYSTEM)
    assert report.whole.indication == row.indication
    assert report.whole.sentence.startswith(f"Valid according to policy {POLICY}, checked on ")
    with vault.open(row.report, actor=SYSTEM, purpose="test") as source:
        said = json.loads(source.read())
    assert said["trust"] == row.trust
    assert [one["sentence"] for one in said["verdicts"]] == [report.whole.sentence] * 2


def test_nobody_has_looked_yet(house):
    with pytest.raises(NotFound):
        validating.report(record_of(house, pki.papers()["B-B"]), actor=SYSTEM)


def test_without_roots_nothing_is_valid(house):
    row = looked(record_of(house, pki.papers()["B-T"]))
    assert (row.indication, row.intact) == ("INDETERMINATE", True)


def test_a_later_look_is_another_row(record):
    first = looked(record)
    second = validating.validate_again(record, user=_rosa(record))
    assert [one.pk for one in validating.history(record)] == [second.pk, first.pk]
    assert second.cause == Cause.DEMAND


def _rosa(record):
    return type(record.sent_by).objects.get(email="rosa@halden.example")


def test_only_who_may_has_signatures_checked_again(record, house):
    with pytest.raises(NotAllowed):
        validating.validate_again(record, user=house.clara)
    assert not Validation.objects.exists()


def test_a_look_is_an_event_that_names_no_one(record):
    row = looked(record)
    event = Event.objects.get(tag=Tag.SIGNATURES_VALIDATED)
    facts = json.loads(bytes(event.body))["facts"]
    assert facts["validation"] == str(row.pk)
    assert (facts["passed"], facts["undecided"], facts["failed"]) == (2, 0, 0)
    assert facts["policy"] == str(POLICY)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("change", ["UPDATE {} SET indication = 'TOTAL-PASSED'", "DELETE FROM {}"])
def test_the_database_keeps_every_look_as_it_was(record, table, change):
    looked(record)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change.format(table))


def test_the_clock_looks_again_a_few_at_a_time_and_goes_on_where_it_stopped(record, house):
    looked(record)
    others = [record_of(house, pki.papers()[name]) for name in ("B-B", "unsigned")]
    for one in others:
        looked(one)
    later = timezone.now() + validating.EVERY + timedelta(minutes=1)
    assert validating.validate_due(house.halden.pk, now=timezone.now()) == 0
    assert validating.validate_due(house.halden.pk, now=later, count=2) == 2
    assert validating.validate_due(house.halden.pk, now=later, count=2) == 1
    assert validating.validate_due(house.halden.pk, now=later, count=2) == 0
    assert Validation.objects.filter(cause=Cause.SCHEDULE).count() == 3


@pytest.mark.parametrize(("error", "waits"), [(Unreadable("lost"), True), (Gone("gone"), False)])
def test_one_that_cannot_be_opened_does_not_keep_the_others_waiting(
    record, house, monkeypatch, error, waits
):
    looked(record)
    lost = record_of(house, pki.papers()["B-B"])
    looked(lost)
    opened = vault.open

    def fail(artifact, **more):
        if artifact.pk == lost.artifact_id:
            raise error
        return opened(artifact, **more)

    monkeypatch.setattr(validating.vault, "open", fail)
    later = timezone.now() + validating.EVERY + timedelta(minutes=1)
    assert validating.validate_due(house.halden.pk, now=later) == 1
    due = ValidationDue.objects.filter(record=lost).values_list("due_at", flat=True)
    assert list(due) == ([later + validating.AGAIN] if waits else [])


def test_expiry_becomes_visible_by_itself(record):
    looked(record, now=timezone.now())
    later = timezone.now() + timedelta(days=300)
    looked(record, now=later)
    report = validating.report(record, actor=SYSTEM)
    shown = cards.cards(report.facts, report.verdicts, at=later)
    assert any("expires on" in line for line in shown[0].ageing)
