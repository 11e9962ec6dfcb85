"""From doubtful fields to tasks, each with a sealed slit of its own."""

import io

import pytest
from PIL import Image

from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.extraction import services as extraction
from apps.extraction.models import Field
from apps.intake import services as intake
from apps.intake.models import Document
from apps.jobs import services as jobs
from apps.jobs.flow import State as JobState
from apps.review import services as review
from apps.review.models import Task
from apps.review.rules import Reason, State
from apps.review.services import slits
from apps.vault import services as vault
from apps.vault.classes import ArtifactClass
from apps.vault.models import Artifact
from tests.conftest import SYSTEM
from tests.intake.looking import facts
from tests.review.desk import DOUBTFUL, IBAN, PAPER, WANTED


def reasons(document: Document) -> dict[str, str]:
    return {task.field.name: task.reason for task in document.tasks.select_related("field")}


def crops() -> int:
    return Artifact.objects.filter(kind=ArtifactClass.CROP).alive().count()


def test_only_doubtful_fields_come_before_people(desk):
    document = desk.paper()
    assert reasons(document) == dict.fromkeys(DOUBTFUL, Reason.LOW_CONFIDENCE)
    assert document.fields.count() == len(WANTED)
    assert intake.job_of(document).state == JobState.PARKED


def test_a_value_that_fails_its_check_comes_before_people(desk):
    wrong = IBAN.replace("DE89", "DE99").replace("7", "1")  # nothing the engine doubts
    desk.lines = [line.replace(IBAN, wrong) for line in PAPER]
    document = desk.paper(fields=("iban",))
    assert reasons(document) == {"iban": Reason.CHECK_FAILED}


def test_a_required_field_that_is_missing_comes_before_people(desk):
    document = desk.paper(fields=("seller_name", "due_date"))
    assert reasons(document) == {"seller_name": Reason.MISSING}


def test_nobody_is_asked_about_what_is_certain(desk):
    document = desk.paper(fields=("issue_date", "grand_total"))
    assert reasons(document) == {}
    assert intake.job_of(document).state == JobState.SUCCEEDED


def test_nobody_is_asked_without_consent(desk):
    document = desk.paper(manual_review=False)
    assert reasons(document) == {}
    assert crops() == 0
    assert intake.job_of(document).state == JobState.SUCCEEDED


def test_a_slit_is_a_sealed_picture_that_belongs_to_its_task(desk, stored):
    document = desk.paper()
    for task in document.tasks.select_related("crop"):
        with vault.open(task.crop, actor=SYSTEM, purpose="test") as picture:
            content = picture.read()
        assert task.crop.kind == ArtifactClass.CROP
        with Image.open(io.BytesIO(content)) as image:
            assert image.size == (task.geometry["width"], task.geometry["height"])
        assert not any(content in file.read_bytes() for file in stored())
    assert crops() == len(DOUBTFUL)


def test_geometry_is_numbers_and_says_how_little_is_seen(desk):
    for task in desk.paper().tasks.all():
        assert set(task.geometry) == {"width", "height", "frame", "window", "share"}
        assert 0 < task.geometry["share"] < 0.02


def test_asking_is_recorded_by_field_and_reason(desk):
    document = desk.paper()
    told = [facts(event) for event in Event.objects.filter(tag=Tag.TASK_OPENED)]
    assert {told["field"]: told["reason"] for told in told} == reasons(document)


def test_asking_twice_is_asking_once(desk):
    document = desk.paper()
    before = list(Task.objects.values_list("pk", "crop_id"))
    jobs.wake(intake.job_of(document), actor=SYSTEM)
    assert desk.walk(document) == JobState.PARKED
    assert list(Task.objects.values_list("pk", "crop_id")) == before
    assert crops() == len(DOUBTFUL)


def asked_anew(desk, document: Document) -> JobState:
    """As if the step had not been taken yet."""
    Task.objects.filter(document=document).delete()
    Artifact.objects.filter(kind=ArtifactClass.CROP).delete()
    jobs.wake(intake.job_of(document), actor=SYSTEM)
    return desk.walk(document)


def test_where_the_page_image_is_gone_a_task_has_no_slit(desk):
    document = desk.paper()
    extraction.erase_pages(document, actor=SYSTEM, reason="test")
    assert asked_anew(desk, document) == JobState.PARKED
    assert set(reasons(document)) == DOUBTFUL
    assert {task.crop for task in document.tasks.all()} == {None}
    assert {str(task.geometry) for task in document.tasks.all()} == {"{}"}


def test_where_a_field_has_no_place_a_task_has_no_slit(desk):
    document = desk.paper(fields=("iban",))
    Field.objects.filter(document=document).update(page=None, boxes=[])
    assert asked_anew(desk, document) == JobState.PARKED
    assert document.tasks.get().crop is None


def test_slits_on_several_pages_show_their_own_page(desk):
    desk.pages = 2
    document = desk.paper()
    Field.objects.filter(document=document, name="iban").update(page=2)
    opened = Event.objects.filter(tag=Tag.ARTIFACT_OPENED).count()
    asked_anew(desk, document)
    assert Event.objects.filter(tag=Tag.ARTIFACT_OPENED).count() == opened + 2  # each page once


@pytest.mark.parametrize("how", ["stopped", "taken over"])
def test_a_job_that_is_lost_meanwhile_leaves_no_task_and_no_slit(desk, stored, monkeypatch, how):
    draw, document = slits.draw_slit, desk.send()

    def lost(*drawn: object) -> object:
        if how == "stopped":
            jobs.stop(intake.FLOW, subject_id=document.pk, actor=SYSTEM, reason="test")
        else:
            jobs.Job.objects.update(token=document.pk)
        return draw(*drawn)

    monkeypatch.setattr(slits, "draw_slit", lost)
    desk.walk(document)
    assert not Task.objects.exists()
    assert crops() == 0
    assert len(stored()) == 2  # the original and the page


def test_withdrawing_takes_back_what_is_not_final(desk, stored):
    document = desk.paper()
    held = desk.take(desk.house.rita)
    desk.decide(held["iban"], IBAN)
    assert review.withdraw(document, actor=SYSTEM, reason="test") == 2
    for task in document.tasks.all():
        assert (task.state, task.claim) == (State.WITHDRAWN, None)
    assert crops() == 0
    assert review.withdraw(document, actor=SYSTEM, reason="test") == 0


def test_withdrawing_leaves_what_is_final(desk):
    document = desk.paper()
    held = desk.take(desk.house.rita)
    desk.decide(held["iban"], IBAN)
    review.release(desk.house.rita, now=held["iban"].created_at)
    assert review.withdraw(document, actor=SYSTEM, reason="test") == 1
    assert document.tasks.get(field__name="iban").state == State.SEALED


def test_withdrawing_lets_the_job_go_on(desk):
    document = desk.paper()
    review.withdraw(document, actor=SYSTEM, reason="test")
    assert desk.walk(document) == JobState.SUCCEEDED
