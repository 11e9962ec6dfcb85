"""Legal holds: what they cover stays, whoever asks, until two people let it go."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.errors import Held as HeldError
from apps.base.errors import NotAllowed, NotPossible
from apps.base.scope import acting_for
from apps.delivery.settling import settled_fields
from apps.intake import services as intake
from apps.intake.models import Document
from apps.jobs.flow import State
from apps.retention import services as retention
from apps.retention.models import Cause, Erasure, Failure, Held, Hold, Scope
from apps.retention.services import sweeping
from apps.review import services as review
from apps.vault import services as vault
from apps.vault.models import Artifact, ArtifactKey
from tests.conftest import SYSTEM
from tests.delivery.papers import clear
from tests.review.desk import IBAN

LATER = timedelta(days=400)


def place(house, scope: Scope = Scope.DOCUMENT, *documents: Document, **about) -> retention.Placed:
    user = about.pop("user", house.carl)
    wanted = retention.Wanted(
        scope=scope,
        matter="Supplier dispute",
        reason="It is before a court.",
        mandate="General counsel, 4 November",
        references=[document.reference for document in documents],
        **about,
    )
    return retention.place(wanted, user=user)


def lift(house, hold: Hold) -> None:
    retention.ask_to_lift(hold, reason="It was settled.", user=house.rosa)
    retention.lift(hold, user=house.carl)


def sweep() -> int:
    return retention.erase_due(now=timezone.now() + LATER)


def alive(document: Document) -> int:
    return Artifact.objects.of_document(document.pk).alive().count()


@pytest.fixture
def document(desk) -> Document:
    return clear(desk)


# What a hold does


def test_what_is_held_outlives_every_clock_and_goes_when_it_is_lifted(desk, document):
    other = clear(desk)
    placed = place(desk.house, Scope.DOCUMENT, document)
    assert (placed.documents, placed.artifacts, placed.gone) == (1, 4, 0)
    assert sweep() == 4
    assert (alive(document), alive(other)) == (4, 0)
    assert not Failure.objects.exists()
    lift(desk.house, placed.hold)
    assert sweep() == 4
    assert alive(document) == 0


def test_its_sender_is_told_why_it_cannot_be_deleted(desk, document):
    place(desk.house, Scope.DOCUMENT, document)
    with pytest.raises(HeldError, match="LH-001"):
        retention.delete(document, user=desk.house.clara)
    assert alive(document) == 4
    assert len(settled_fields(document)) == 4
    assert intake.job_of(document).state == State.SUCCEEDED
    assert not Event.objects.filter(tag=Tag.DELETION_ASKED).exists()


def test_withdrawing_consent_stops_the_work_and_erases_when_it_may(desk):
    document = desk.paper()
    placed = place(desk.house, Scope.DOCUMENT, document)
    assert retention.withdraw(document, user=desk.house.clara) == []
    assert intake.job_of(document).state == State.STOPPED
    assert not desk.take(desk.house.rita)
    kept = alive(document)
    assert kept
    assert retention.erase_due(now=timezone.now()) == 0
    lift(desk.house, placed.hold)
    assert retention.erase_due(now=timezone.now()) == kept
    assert Erasure.objects.get().cause == Cause.WITHDRAWN


def test_a_slit_that_was_decided_is_kept_and_the_review_goes_on(desk):
    document = desk.paper()
    place(desk.house, Scope.DOCUMENT, document)
    desk.decide(desk.take(desk.house.rita)["iban"], IBAN)
    crops = Artifact.objects.of_document(document.pk).filter(kind="crop")
    assert review.seal_late(now=timezone.now() + timedelta(hours=1), actor=SYSTEM) == 1
    assert crops.alive().count() == crops.count() == 2


# The database keeps it


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM vault_artifactkey",
        "DELETE FROM vault_artifact",
        "UPDATE vault_artifact SET shredded_at = now()",
        "DELETE FROM retention_held",
        "DELETE FROM retention_hold",
        "UPDATE retention_held SET document = hold_id",
        "UPDATE retention_hold SET workspace = id",
        "UPDATE retention_hold SET lifted_at = now()",
    ],
)
def test_no_statement_lets_go_of_what_is_held(desk, document, statement):
    place(desk.house, Scope.DOCUMENT, document)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert alive(document) == 4


def test_a_vault_that_is_asked_directly_refuses_too(desk, document):
    place(desk.house, Scope.DOCUMENT, document)
    for artifact in Artifact.objects.of_document(document.pk):
        with pytest.raises(HeldError), transaction.atomic():
            vault.shred(artifact, actor=SYSTEM, reason="test")
        assert not vault.let_go(artifact, actor=SYSTEM, reason="test")
    assert ArtifactKey.objects.count() == 4


def test_what_nobody_holds_is_free(desk, document):
    place(desk.house, Scope.DOCUMENT, clear(desk))
    assert len(retention.covering(document)) == 0
    retention.delete(document, user=desk.house.clara)
    assert alive(document) == 0


# Scopes


def test_a_workspace_is_held_with_all_that_is_still_sent_into_it(desk, document):
    house = desk.house
    placed = place(house, Scope.WORKSPACE, workspace=house.payable.pk)
    new = desk.send()
    elsewhere = desk.send(sender=house.cleo, workspace=house.people)
    covered = set(Held.objects.filter(hold=placed.hold).values_list("document", flat=True))
    assert covered == {document.pk, new.pk}
    assert retention.covering(elsewhere) == []


def test_a_person_is_held_with_all_they_still_send(desk, document):
    house = desk.house
    place(house, Scope.PERSON, person=house.clara.pk)
    new, other = desk.send(), desk.send(sender=house.cleo, workspace=house.people)
    assert [len(retention.covering(one)) for one in (document, new, other)] == [1, 1, 0]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"doctype": "invoice"}, 1),
        ({"doctype": "contract"}, 0),
        ({"purpose": "pay-invoices", "since": "2020-01-01"}, 1),
        ({"purpose": "run-payroll"}, 0),
        ({"until": "2020-01-01"}, 0),
        ({"doctype": "invoice", "since": "2020-01-01", "until": "2100-01-01"}, 1),
    ],
)
def test_a_question_holds_what_it_finds_now_and_later(desk, document, query, found):
    assert place(desk.house, Scope.QUERY, query=query).documents == found
    new = clear(desk)
    assert len(retention.covering(new)) == found
    assert sweep() == (0 if found else 8)


def test_a_hold_of_one_organisation_finds_nothing_of_another(desk):
    house = desk.house
    with acting_for(house.northmere.pk):
        other = desk.send(sender=house.mallory, workspace=house.elsewhere)
    with pytest.raises(NotPossible):
        place(house, Scope.DOCUMENT, other)
    placed = place(house, Scope.WORKSPACE, workspace=house.elsewhere.pk)
    assert placed.documents == 0


def test_a_hold_on_many_reports_what_it_found(desk, document):
    gone = clear(desk)
    retention.delete(gone, user=desk.house.clara)
    wanted = retention.Wanted(
        scope=Scope.DOCUMENT,
        matter="Tax audit",
        reason="It was announced.",
        mandate="Tax office",
        references=[document.reference, gone.reference, "ZZZ-ZZZ"],
    )
    placed = retention.place(wanted, user=desk.house.rosa)
    assert (placed.documents, placed.artifacts, placed.gone) == (2, 4, 1)
    assert placed.unknown == ["ZZZ-ZZZ"]


# Two people


def test_whoever_asks_to_lift_cannot_lift(desk, document):
    hold = place(desk.house, Scope.DOCUMENT, document).hold
    retention.ask_to_lift(hold, reason="It was settled.", user=desk.house.rosa)
    with pytest.raises(NotPossible, match="second person"):
        retention.lift(hold, user=desk.house.rosa)
    with pytest.raises(IntegrityError), transaction.atomic():
        Hold.objects.update(lifted_by=desk.house.rosa, lifted_at=timezone.now())
    assert len(retention.covering(document)) == 1


def test_nobody_lifts_what_nobody_asked_to_lift(desk, document):
    hold = place(desk.house, Scope.DOCUMENT, document).hold
    with pytest.raises(NotPossible):
        retention.lift(hold, user=desk.house.carl)


def test_a_wish_to_lift_is_taken_back_and_asked_again(desk, document):
    hold, house = place(desk.house, Scope.DOCUMENT, document).hold, desk.house
    retention.ask_to_lift(hold, reason="It was settled.", user=house.rosa)
    with pytest.raises(NotPossible):
        retention.ask_to_lift(hold, reason="It was.", user=house.carl)
    retention.keep_on(hold, user=house.carl)
    with pytest.raises(NotPossible):
        retention.lift(hold, user=house.carl)
    lift(house, hold)
    with pytest.raises(NotPossible):
        retention.lift(hold, user=house.carl)
    with pytest.raises(NotPossible):
        retention.keep_on(hold, user=house.carl)
    tags = Event.objects.filter(subject=str(hold.pk)).order_by("pk").values_list("tag", flat=True)
    assert list(tags) == [
        Tag.HOLD_PLACED, Tag.HOLD_LIFT_ASKED, Tag.HOLD_KEPT, Tag.HOLD_LIFT_ASKED, Tag.HOLD_LIFTED,
    ]  # fmt: skip


def test_two_holds_are_lifted_one_by_one(desk, document):
    one = place(desk.house, Scope.DOCUMENT, document).hold
    two = place(desk.house, Scope.PERSON, person=desk.house.clara.pk).hold
    assert (one.reference, two.reference) == ("LH-001", "LH-002")
    lift(desk.house, one)
    assert sweep() == 0
    lift(desk.house, two)
    assert sweep() == 4


@pytest.mark.parametrize("name", ["clara", "rita", "lena", "otto", "ida"])
def test_nobody_else_places_or_lifts(desk, document, name):
    user = getattr(desk.house, name)
    with pytest.raises(NotAllowed):
        place(desk.house, Scope.DOCUMENT, document, user=user)
    hold = place(desk.house, Scope.DOCUMENT, document).hold
    for act in (retention.keep_on, retention.lift):
        with pytest.raises(NotAllowed):
            act(hold, user=user)
    with pytest.raises(NotAllowed):
        retention.ask_to_lift(hold, reason="x", user=user)


def test_what_is_held_keeps_no_place_in_the_batch(desk, monkeypatch):
    """The database would refuse it; a sweep that tried would come to nothing else."""
    monkeypatch.setattr(sweeping, "BATCH", 1)
    held, other = desk.send(), desk.send()
    place(desk.house, Scope.DOCUMENT, held)
    now = timezone.now()
    Artifact.objects.filter(document=held.pk).update(due_at=now - timedelta(days=2))
    Artifact.objects.filter(document=other.pk).update(due_at=now)
    assert retention.erase_due(now=now) == 1
    assert Artifact.objects.of_document(other.pk).alive().count() == 1
