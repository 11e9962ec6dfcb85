"""One document from upload to erasure, as the trail tells it."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.audit.models import Event
from apps.base.errors import Gone
from apps.base.types import Actor
from apps.delivery import services as delivery
from apps.delivery.services import RevealReason
from apps.intake import services as intake
from apps.intake.models import Document
from apps.jobs import runner
from apps.jobs.flow import State
from apps.retention import services as retention
from apps.review import services as review
from apps.review.models import Task
from apps.review.rules import Verdict
from apps.review.services import Answer
from apps.vault import services as vault
from apps.vault.models import Artifact, ArtifactKey

TYPED = "4711"


@pytest.fixture
def document(real_house) -> Document:
    """An invoice of which one doubtful field is wanted."""
    return real_house.send(doctype="invoice", fields=("invoice_number",))


def walk(document: Document) -> State:
    job = intake.job_of(document)
    runner.run(job.pk)
    job.refresh_from_db()
    return State(job.state)


def decide(real_house) -> Task:
    """Rita takes the slit, looks at it, types what she sees and leaves."""
    now = timezone.now()
    review.claim(real_house.rita, now=now)
    [task] = Task.objects.open().held_by(real_house.rita, now)
    review.crop(task, user=real_house.rita, now=now)
    answer = Answer(uuid.uuid4(), Verdict.CORRECTED, TYPED, shown_ms=1800)
    review.decide(task, answer, user=real_house.rita, now=now)
    review.release(real_house.rita, now=now)
    return task


def test_the_trail_reads_like_the_house(real_house, document):
    assert walk(document) == State.PARKED
    decide(real_house)
    assert walk(document) == State.SUCCEEDED
    delivery.shown_fields(document, user=real_house.clara)
    delivery.reveal(
        document, name="invoice_number", reason=RevealReason.AUDIT, user=real_house.clara
    )
    delivery.download(document, user=real_house.clara)
    retention.delete(Document.objects.get(pk=document.pk), user=real_house.clara)

    told = Event.objects.filter(document=document.pk).order_by("id")
    assert [(event.actor.split(":")[0], event.tag) for event in told] == [
        ("user", "artifact.sealed"),  # the original, while it arrived
        ("user", "artifact.sealed"),  # the key of its values
        ("user", "document.received"),
        ("user", "job.queued"),
        ("system", "artifact.opened"),
        ("system", "artifact.sealed"),  # the page
        ("system", "document.read"),
        ("system", "document.classified"),
        ("system", "clock.set"),
        ("system", "artifact.opened"),
        ("system", "artifact.sealed"),  # the slit
        ("system", "task.opened"),
        ("system", "clock.set"),
        ("system", "job.parked"),
        ("user", "task.claimed"),
        ("user", "crop.delivered"),
        ("user", "artifact.opened"),
        ("user", "task.decided"),
        ("user", "artifact.shredded"),
        ("user", "job.woken"),
        ("user", "decision.sealed"),
        ("system", "artifact.gone"),
        ("system", "artifact.sealed"),  # the result
        ("system", "result.delivered"),
        ("system", "clock.set"),
        ("system", "job.succeeded"),
        ("user", "fields.shown"),
        ("user", "field.revealed"),
        ("user", "artifact.opened"),
        ("user", "result.downloaded"),
        ("user", "deletion.asked"),
        ("user", "artifact.shredded"),  # result, fields, page, original: last made, first gone
        ("user", "artifact.shredded"),
        ("user", "artifact.shredded"),
        ("user", "artifact.shredded"),
        ("user", "document.erased"),
        ("system", "artifact.gone"),
        ("system", "artifact.gone"),
        ("system", "artifact.gone"),
        ("system", "artifact.gone"),
    ]
    assert Event.objects.filter(tag="consent.given").count() == 1


def test_what_a_person_typed_is_what_is_delivered(real_house, document):
    walk(document)
    decide(real_house)
    walk(document)
    result = delivery.download(document, user=real_house.clara)
    [field] = result["fields"]
    assert (field["name"], field["state"], field["decided_by"]) == (
        "invoice_number",
        "decided",
        "person",
    )
    assert result["masked"] is True
    revealed = delivery.reveal(
        document, name="invoice_number", reason=RevealReason.AUDIT, user=real_house.clara
    )
    assert revealed == TYPED


def test_the_trail_holds_no_content(real_house, document):
    walk(document)
    decide(real_house)
    walk(document)
    delivery.reveal(
        document, name="invoice_number", reason=RevealReason.AUDIT, user=real_house.clara
    )
    bodies = b"\n".join(bytes(event.body) for event in Event.objects.all())
    assert b"paper.png" not in bodies
    assert f'"{TYPED}"'.encode() not in bodies


def test_after_erasure_nothing_can_be_read(real_house, document):
    walk(document)
    decide(real_house)
    walk(document)
    retention.delete(document, user=real_house.clara)
    assert not ArtifactKey.objects.exists()
    for artifact in Artifact.objects.all():
        assert artifact.gone_at
        with pytest.raises(Gone):
            vault.open(artifact, actor=Actor("system:test"), purpose="test")
    assert [name for name in vault.store().names("") if name] == []
    assert delivery.shown_fields(document, user=real_house.clara) == []


def test_every_clock_runs_out_by_itself(real_house, document):
    walk(document)
    decide(real_house)
    walk(document)
    retention.erase_due(now=timezone.now() + timedelta(hours=25))
    document.refresh_from_db()
    assert not document.erased_at
    assert Artifact.objects.get(pk=document.original_id).gone_at
    retention.erase_due(now=timezone.now() + timedelta(days=91))
    document.refresh_from_db()
    assert document.erased_at
    assert document.erasure.cause == "policy"


def test_without_consent_no_person_looks(real_house):
    document = real_house.send(doctype="invoice", fields=("invoice_number",), manual_review=False)
    assert walk(document) == State.SUCCEEDED
    assert not Task.objects.exists()
    [field] = delivery.download(document, user=real_house.clara)["fields"]
    assert (field["state"], field["value"]) == ("undecided", None)
