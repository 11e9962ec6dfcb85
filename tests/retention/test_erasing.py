"""Deleting a document, and taking consent back for all that was sent together."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.errors import Gone, NotAllowed, NotFound, NotPossible, PortalError
from apps.delivery.settling import settled_fields
from apps.intake import services as intake
from apps.intake.models import Document
from apps.jobs.flow import State
from apps.retention import permissions
from apps.retention import services as retention
from apps.retention.models import Cause, Erasure
from apps.review.models import Decision, Task
from apps.review.rules import State as TaskState
from apps.vault import services as vault
from apps.vault.models import Artifact, ArtifactKey
from tests.conftest import SYSTEM
from tests.delivery.papers import clear
from tests.intake.looking import facts
from tests.review.desk import IBAN

ERASE = [retention.delete, retention.withdraw]
BARRED = {
    "cleo": NotFound,
    "mallory": NotFound,
    "rita": NotFound,
    "lena": NotFound,
    "rosa": NotFound,
    "carl": NotFound,
    "otto": NotFound,
    "ida": NotAllowed,
}


@pytest.fixture
def clara(desk):
    return desk.house.clara


@pytest.fixture
def sent(desk) -> list[Document]:
    """One that was read and one that waits, sent with one form."""
    token = uuid.uuid4()
    return [desk.paper(token=token), desk.send(token=token)]


def assert_gone(document: Document, stored) -> None:
    """No key, no bytes, no values, no name; and reading again fails."""
    artifacts = Artifact.objects.of_document(document.pk)
    assert artifacts.exists()
    assert not artifacts.filter(gone_at=None).exists()
    assert not ArtifactKey.objects.filter(artifact__document=document.pk).exists()
    for artifact in artifacts:
        assert not [path for path in stored() if str(artifact.pk) in str(path)]
        with pytest.raises(Gone):
            vault.open(artifact, actor=SYSTEM, purpose="test")
    document = Document.objects.get(pk=document.pk)
    assert document.name is None
    assert document.erased_at
    assert not document.fields.exclude(sealed=None).exists()
    assert settled_fields(document) == []


# Deleting


@pytest.mark.parametrize("state", ["queued", "parked", "succeeded"])
def test_a_deleted_document_is_gone_however_far_it_was(desk, clara, stored, state):
    document = {"queued": desk.send, "parked": desk.paper, "succeeded": lambda: clear(desk)}[
        state
    ]()
    assert intake.job_of(document).state == state
    retention.delete(document, user=clara)
    assert_gone(document, stored)
    assert stored() == []


def test_deleting_leaves_who_wished_it_and_under_which_policy(desk, clara):
    erasure = retention.delete(clear(desk), user=clara)
    assert (erasure.cause, erasure.asked_by, erasure.policy) == (
        Cause.DELETED,
        clara,
        "default v5",
    )
    event = Event.objects.get(pk=erasure.event)
    assert (event.tag, event.actor) == (Tag.DOCUMENT_ERASED, clara.actor)
    assert facts(event) == {"cause": "deleted", "policy": "default v5"}


def test_deleting_stops_what_is_under_way(desk, clara):
    document = desk.paper()
    task = desk.take(desk.house.rita)["iban"]
    retention.delete(document, user=clara)
    assert intake.job_of(document).state == State.STOPPED
    assert desk.walk(document) == State.STOPPED
    with pytest.raises(PortalError):
        desk.decide(task, IBAN)
    assert not Decision.objects.exists()


def test_deleting_touches_no_other_document(desk, clara):
    document, other = clear(desk), clear(desk)
    retention.delete(document, user=clara)
    assert len(settled_fields(other)) == 4
    assert Artifact.objects.of_document(other.pk).alive().count() == 4


def test_deleting_again_gives_the_first_receipt(desk, clara):
    document = clear(desk)
    first, second = (retention.delete(document, user=clara) for _ in range(2))
    assert first == second
    assert Event.objects.filter(tag=Tag.ARTIFACT_SHREDDED, document=document.pk).count() == 4


def test_what_the_policy_erased_keeps_its_cause_when_somebody_deletes_it(desk, clara):
    document = clear(desk)
    retention.erase_due(now=timezone.now() + timedelta(days=400))
    assert retention.delete(document, user=clara).cause == Cause.POLICY


# Taking consent back


def test_withdrawal_erases_all_that_was_sent_together_and_nothing_else(desk, clara, sent, stored):
    other = clear(desk)
    erasures = retention.withdraw(sent[0], user=clara)
    assert {erasure.document for erasure in erasures} == set(sent)
    for document in sent:
        assert_gone(document, stored)
        assert document.erasure.cause == Cause.WITHDRAWN
    assert len(settled_fields(other)) == 4


def test_withdrawal_stops_queue_and_review(desk, clara, sent):
    retention.withdraw(sent[0], user=clara)
    assert {intake.job_of(document).state for document in sent} == {State.STOPPED}
    assert set(Task.objects.values_list("state", flat=True)) == {TaskState.WITHDRAWN}
    assert desk.take(desk.house.rita) == {}
    assert [desk.walk(document) for document in sent] == [State.STOPPED] * 2


def test_withdrawal_is_recorded_once_for_what_was_sent_together(clara, sent):
    retention.withdraw(sent[0], user=clara)
    event = Event.objects.get(tag=Tag.CONSENT_WITHDRAWN)
    assert (event.actor, event.subject) == (clara.actor, str(sent[0].submission_id))
    assert Event.objects.filter(tag=Tag.DOCUMENT_ERASED).count() == 2


def test_consent_cannot_be_taken_back_twice(clara, sent):
    retention.withdraw(sent[0], user=clara)
    with pytest.raises(NotPossible, match="withdrawn before"):
        retention.withdraw(sent[1], user=clara)
    assert Erasure.objects.count() == 2


def test_what_was_deleted_before_keeps_its_receipt(clara, sent):
    first = retention.delete(sent[1], user=clara)
    assert first in retention.withdraw(sent[0], user=clara)
    assert Erasure.objects.get(document=sent[1]).cause == Cause.DELETED


def test_after_withdrawal_nothing_more_is_sent_with_the_same_form(desk, clara, sent):
    retention.withdraw(sent[0], user=clara)
    with pytest.raises(NotPossible):
        desk.send(token=sent[0].submission.token)


# Who


@pytest.mark.parametrize("erase", ERASE)
def test_nobody_else_erases_anything(desk, erase):
    document = desk.send()
    for name, told in BARRED.items():
        person = getattr(desk.house, name)
        if permissions.can_serve(person) and erase is retention.withdraw:
            continue  # by reference, and for whoever asks
        with pytest.raises(told):
            erase(document, user=person)
        assert not permissions.can_delete(person, document)
    assert not Erasure.objects.exists()
    assert Artifact.objects.of_document(document.pk).alive().count() == 2


def test_the_sender_s_colleagues_may_erase_what_they_may_see(desk, clara):
    assert permissions.can_delete(clara, desk.send())


@pytest.mark.parametrize("erase", ERASE)
def test_a_look_at_one_document_erases_neither_it_nor_others(desk, clara, sent, erase):
    cleo = desk.house.cleo
    intake.grant(sent[0], to=cleo, reason="handover", until=timedelta(days=1), user=clara)
    with pytest.raises(NotAllowed, match="Only its workspace"):
        erase(sent[0], user=cleo)
    assert not Erasure.objects.exists()
    assert Artifact.objects.of_document(sent[1].pk).alive().count() == 2
