"""What is due is erased by itself: all of it, nothing sooner, and nothing twice."""

import json
import logging
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.errors import Gone, NotAllowed, NotPossible
from apps.base.ids import uuid7
from apps.base.scope import acting_for
from apps.delivery.settling import settled_fields
from apps.intake import services as intake
from apps.intake.models import Document
from apps.jobs.flow import State
from apps.jobs.models import Job
from apps.retention import services as retention
from apps.retention.models import Cause, Erasure, Failure, PolicyException
from apps.retention.policy import Policy, Rule, Start
from apps.retention.services import erasing, sweeping
from apps.retention.tasks import sweep
from apps.review import services as review
from apps.review.models import Decision, Task
from apps.review.rules import State as TaskState
from apps.vault import services as vault
from apps.vault.classes import ArtifactClass
from apps.vault.models import Artifact, ArtifactKey
from portal.logs import Lines
from tests.conftest import SYSTEM
from tests.delivery.papers import clear, decided
from tests.intake.looking import facts
from tests.review.desk import IBAN, Desk

WORDS = "the name of a file"

SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)
LONG = 400 * DAY  # after which nothing is left
TYPED = "ZX-9090-KESTREL"


def alive(document: Document) -> set[str]:
    return set(Artifact.objects.of_document(document.pk).alive().values_list("kind", flat=True))


def due_at(document: Document, kind: str) -> datetime:
    return Artifact.objects.of_document(document.pk).filter(kind=kind).earliest("due_at").due_at


def shreddings(document: Document) -> int:
    return Event.objects.filter(tag=Tag.ARTIFACT_SHREDDED, document=document.pk).count()


def make_due(*kinds: str) -> None:
    due = Artifact.objects.filter(kind__in=kinds or list(ArtifactClass))
    due.update(due_at=timezone.now() - SECOND)


@pytest.fixture
def document(desk) -> Document:
    return clear(desk)


# When, and what


@pytest.mark.parametrize("kind", ["original", "page image", "fields", "result"])
def test_nothing_goes_before_it_is_due_and_everything_once_it_is(document, kind):
    due = due_at(document, kind)
    retention.erase_due(now=due - SECOND)
    assert kind in alive(document)
    retention.erase_due(now=due)
    assert kind not in alive(document)


def test_where_nothing_is_due_nothing_happens(document):
    before = Event.objects.count()
    assert retention.erase_due(now=timezone.now()) == 0
    assert Event.objects.count() == before


def test_each_part_goes_by_its_own_clock(document):
    left = []
    for days in (0, 1, 3, 90):
        retention.erase_due(now=timezone.now() + days * DAY)
        left.append(alive(document))
    everything = {"original", "page image", "fields", "result"}
    assert left == [everything, everything - {"original"}, {"fields", "result"}, set()]


def test_what_was_erased_cannot_be_read_again(document, stored):
    assert stored()
    retention.erase_due(now=timezone.now() + LONG)
    for artifact in Artifact.objects.of_document(document.pk):
        assert artifact.shredded_at
        assert artifact.gone_at
        with pytest.raises(Gone):
            vault.open(artifact, actor=SYSTEM, purpose="test")
    assert not ArtifactKey.objects.filter(artifact__document=document.pk).exists()
    assert stored() == []
    assert settled_fields(document) == []


def test_what_goes_takes_its_bytes_and_leaves_the_others(document, stored):
    files = len(stored())
    retention.erase_due(now=due_at(document, "original"))
    assert len(stored()) == files - 1
    assert len(settled_fields(document)) == 4
    with pytest.raises(Gone):
        intake.name_of(Document.objects.get(pk=document.pk))


def test_a_second_sweep_does_nothing(document):
    now = timezone.now() + LONG
    assert retention.erase_due(now=now) == 4
    before = Event.objects.count()
    assert retention.erase_due(now=now) == 0
    assert Event.objects.count() == before
    assert shreddings(document) == 4


def test_with_its_last_part_a_document_is_erased_and_the_policy_is_why(document):
    retention.erase_due(now=due_at(document, "page image"))
    document.refresh_from_db()
    assert document.erased_at is None
    retention.erase_due(now=timezone.now() + LONG)
    document.refresh_from_db()
    erasure = document.erasure
    assert document.erased_at
    assert (erasure.cause, erasure.asked_by, erasure.policy) == (
        Cause.POLICY,
        None,
        "default v5",
    )
    event = Event.objects.get(tag=Tag.DOCUMENT_ERASED)
    assert (event.pk, event.actor) == (erasure.event, "system:retention")


def test_what_was_sealed_for_a_document_that_never_came_is_erased(house, at_once, stored):
    artifact = vault.seal(
        b"x",
        kind=ArtifactClass.ORIGINAL,
        organisation=house.halden.pk,
        document=uuid7(),
        actor=SYSTEM,
    )
    assert retention.erase_due(now=artifact.due_at) == 1
    with pytest.raises(Gone):
        vault.open(artifact, actor=SYSTEM, purpose="test")
    assert stored() == []


def test_a_sweep_takes_so_many_and_the_next_one_the_rest(document, monkeypatch):
    monkeypatch.setattr(sweeping, "BATCH", 3)
    now = timezone.now() + LONG
    assert [retention.erase_due(now=now) for _ in range(3)] == [3, 1, 0]


def test_several_pages_that_go_last_close_a_document_once(desk, caplog):
    desk.pages = 3
    document = desk.delivered()
    pages_last = Policy("strict", 1, [_rule(kind) for kind in ArtifactClass])
    retention.wind(document, policy=pages_last)
    retention.erase_due(now=timezone.now() + 2 * DAY)
    retention.erase_due(now=timezone.now() + LONG)
    assert Erasure.objects.count() == Event.objects.filter(tag=Tag.DOCUMENT_ERASED).count() == 1
    assert shreddings(document) == 6
    assert caplog.records == []


# Slits that nobody decided in time


def test_slits_that_ran_out_end_review_and_let_the_job_go_on(desk):
    document = desk.paper()
    retention.erase_due(now=due_at(document, "crop"))
    assert set(Task.objects.values_list("state", flat=True)) == {TaskState.WITHDRAWN}
    assert desk.walk(document) == State.SUCCEEDED
    assert {field.standing for field in settled_fields(document) if field.name == "iban"} == {
        "undecided"
    }


def test_slits_that_ran_out_leave_what_people_decided(desk):
    """The number was misread and corrected; the other slit of the paper nobody took."""
    document, rita = desk.paper(), desk.house.rita
    desk.decide(desk.take(rita)["invoice_number"], TYPED)
    _leave(desk)
    make_due(ArtifactClass.CROP)
    retention.erase_due(now=timezone.now())
    assert desk.walk(document) == State.SUCCEEDED
    number = next(one for one in settled_fields(document) if one.name == "invoice_number")
    assert (number.standing, number.normalised, number.by) == ("decided", TYPED, rita.actor)


def test_with_the_fields_go_the_values_that_people_typed(desk):
    document = desk.paper()
    desk.decide(desk.take(desk.house.rita)["iban"], IBAN)
    _leave(desk)
    make_due(ArtifactClass.FIELDS)
    retention.erase_due(now=timezone.now())
    assert Decision.objects.get().sealed is None
    assert not document.fields.exclude(sealed=None).exists()


# When something fails


@pytest.fixture
def stuck(document, monkeypatch):
    """One document whose original cannot be erased."""

    def erase(documents, **_: object) -> None:
        if document in documents:
            raise OSError(WORDS)

    monkeypatch.setitem(erasing.BY_CLASS, ArtifactClass.ORIGINAL, (erase, intake.erase_each))
    return document


def test_what_cannot_be_erased_stops_nothing_else(desk, stuck):
    other = clear(desk)
    make_due(ArtifactClass.ORIGINAL)
    assert retention.erase_due(now=timezone.now()) == 1
    assert "original" in alive(stuck)
    assert "original" not in alive(other)


def test_what_cannot_be_erased_is_tried_again(stuck, monkeypatch):
    make_due(ArtifactClass.ORIGINAL)
    assert retention.erase_due(now=timezone.now()) == 0
    monkeypatch.setitem(erasing.BY_CLASS, ArtifactClass.ORIGINAL, (intake.erase_each,))
    assert retention.erase_due(now=timezone.now() + 2 * MINUTE) == 1
    assert "original" not in alive(stuck)


def test_a_failure_is_logged_by_its_kind_and_without_its_words(stuck, caplog):
    make_due(ArtifactClass.ORIGINAL)
    with caplog.at_level(logging.ERROR, logger="apps.retention.services.sweeping"):
        retention.erase_due(now=timezone.now())
    [logged] = caplog.records
    line = Lines(as_json=True).format(logged)
    assert json.loads(line)["event"] == "Something could not be erased."
    assert json.loads(line)["kind"] == "OSError"
    assert WORDS not in line


def test_what_was_half_erased_is_put_back(desk, monkeypatch):
    """Review has given up what a person typed when the vault fails."""
    document = decided(desk, iban=IBAN)
    monkeypatch.setattr(vault, "shred_each", lambda *_, **__: 1 / 0)
    make_due(ArtifactClass.FIELDS)
    assert retention.erase_due(now=timezone.now()) == 0
    assert Decision.objects.exclude(sealed=None).count() == 1
    assert len(settled_fields(document)) == 4


# Organisation by organisation


def _elsewhere(desk: Desk) -> Document:
    house = desk.house
    with acting_for(house.northmere.pk):
        document = house.send(
            b"\x89PNG\r\n\x1a\n elsewhere", sender=house.mallory, workspace=house.elsewhere
        )
        make_due()
    return document


def test_the_clock_sweeps_every_organisation(desk, document):
    other = _elsewhere(desk)
    make_due()
    sweep(and_a_message_from_tomorrow=True)
    assert alive(document) == set()
    with acting_for(desk.house.northmere.pk):
        assert alive(other) == set()
        assert Erasure.objects.get().document == other


def test_a_sweep_touches_the_organisation_in_scope_only(desk, document):
    other = _elsewhere(desk)
    make_due()
    assert retention.erase_due(now=timezone.now()) == 4
    with acting_for(desk.house.northmere.pk):
        assert alive(other) == {"original", "fields"}


def test_a_store_that_is_down_stops_no_other_organisation(desk, document, monkeypatch):
    other = _elsewhere(desk)
    make_due()
    monkeypatch.setattr(vault, "finish_shredding", lambda **_: 1 / 0)
    sweep()
    assert alive(document) == set()
    with acting_for(desk.house.northmere.pk):
        assert alive(other) == set()


def _rule(kind: str) -> Rule:
    keep = 3 * DAY if kind == ArtifactClass.PAGE_IMAGE else DAY
    return Rule(kind, Start.RECEIVED, keep, keep, "Because.")


def _leave(desk: Desk) -> None:
    review.release(desk.house.rita, now=timezone.now())


# What never gets better


def test_what_fails_again_and_again_is_tried_later_and_later_and_told_once(stuck):
    make_due(ArtifactClass.ORIGINAL)
    now, pauses = timezone.now(), []
    for _ in range(12):
        assert retention.erase_due(now=now) == 0
        failure = Failure.objects.get()
        pauses.append(failure.next_at - now)
        now = failure.next_at
    assert pauses[:4] == [MINUTE, 2 * MINUTE, 4 * MINUTE, 8 * MINUTE]
    assert pauses[-1] == timedelta(hours=6)
    [event] = Event.objects.filter(tag=Tag.ERASURE_STUCK)
    assert (facts(event)["problem"], facts(event)["attempts"]) == ("OSError", 3)
    assert WORDS not in bytes(event.body).decode()


def test_what_cannot_be_erased_keeps_no_place_in_the_batch(desk, stuck, monkeypatch):
    monkeypatch.setattr(sweeping, "BATCH", 1)
    make_due(ArtifactClass.ORIGINAL)
    other = clear(desk)
    now = timezone.now()
    assert retention.erase_due(now=now) == 0
    make_due(ArtifactClass.ORIGINAL)
    assert retention.erase_due(now=now) == 1
    assert "original" not in alive(other)


def test_a_failure_that_was_overcome_is_forgotten(stuck, monkeypatch):
    make_due(ArtifactClass.ORIGINAL)
    retention.erase_due(now=timezone.now())
    monkeypatch.setitem(erasing.BY_CLASS, ArtifactClass.ORIGINAL, (intake.erase_each,))
    retention.erase_due(now=timezone.now() + 2 * MINUTE)
    assert not Failure.objects.exists()


# Jobs that failed


def test_what_a_failed_job_left_goes_two_days_after_it(desk):
    document = desk.send()
    failed_at = timezone.now() + DAY
    Job.objects.filter(subject_id=document.pk).update(state=State.FAILED, moved_at=failed_at)
    retention.go_round(desk.house.halden.pk, now=timezone.now())
    assert {one.due_at for one in Artifact.objects.all()} == {failed_at + 2 * DAY}
    assert retention.erase_due(now=failed_at + 2 * DAY - SECOND) == 0
    assert retention.erase_due(now=failed_at + 2 * DAY) == 2


# Exceptions


def test_an_exception_keeps_one_part_of_one_document_until_its_day(desk, document):
    other = clear(desk)
    until = (timezone.now() + 20 * DAY).date()
    [made] = retention.except_(
        [document.reference], kind="original", until=until, reason="Audit.", user=desk.house.rosa
    )
    assert due_at(document, "original") == made.until
    assert due_at(document, "page image") < made.until
    retention.erase_due(now=timezone.now() + 10 * DAY)
    assert "original" in alive(document)
    assert "original" not in alive(other)
    retention.erase_due(now=made.until)
    assert "original" not in alive(document)


def test_an_exception_that_ends_early_lets_the_policy_count_again(desk, document):
    before = due_at(document, "original")
    until = (timezone.now() + 20 * DAY).date()
    [made] = retention.except_(
        [document.reference], kind="", until=until, reason="Audit.", user=desk.house.rosa
    )
    retention.end_exception(made, user=desk.house.carl)
    retention.end_exception(made, user=desk.house.carl)
    assert due_at(document, "original") == before
    tags = Event.objects.filter(subject=str(made.pk)).values_list("tag", flat=True)
    assert sorted(tags) == [Tag.EXCEPTION_ENDED, Tag.EXCEPTION_MADE]


@pytest.mark.parametrize("days", [-1, 400])
def test_no_exception_is_endless(desk, document, days):
    until = (timezone.now() + days * DAY).date()
    with pytest.raises(NotPossible, match="within a year"):
        retention.except_(
            [document.reference], kind="", until=until, reason="x", user=desk.house.rosa
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        PolicyException.objects.create(
            organisation_id=document.organisation_id,
            document=document,
            batch=uuid7(),
            owner=desk.house.rosa,
            until=timezone.now() + 400 * DAY,
        )


@pytest.mark.parametrize("name", ["clara", "rita", "otto", "ida", "mallory"])
def test_exceptions_are_for_those_who_govern(desk, document, name):
    until = (timezone.now() + DAY).date()
    with pytest.raises(NotAllowed):
        retention.except_(
            [document.reference], kind="", until=until, reason="x", user=getattr(desk.house, name)
        )
