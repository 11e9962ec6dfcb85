"""What follows once a person chose a class: reading again, clocks, and what a sender sees."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.delivery import services as delivery
from apps.extraction import reader
from apps.extraction import services as extraction
from apps.extraction.models import Field
from apps.intake import services as intake
from apps.intake.models import Document
from apps.jobs import runner
from apps.jobs import services as jobs
from apps.jobs.flow import Lane
from apps.jobs.flow import State as JobState
from apps.retention import services as retention
from apps.review import services as review
from apps.review.rules import State, Trouble, Verdict
from apps.review.services import Answer
from apps.vault import services as vault
from tests.conftest import SYSTEM
from tests.intake.looking import facts
from tests.looking import said
from tests.review.classes import choose, reading_of, state_of
from tests.review.desk import CLASS, LONG_PAPER, WANTED, Desk, text_of


def test_with_the_chosen_class_the_document_is_read_again_for_its_fields(desk):
    asked = desk.unsure(fields=())
    choose(desk, asked, "receipt")
    reading = reading_of(asked)
    assert (reading.doctype, reading.doctype_confidence) == ("receipt", 1.0)
    assert (reading.waits, reading.decided_by) == (False, "person")
    names = [field.name for field in asked.fields.order_by("position")]
    assert names == [rule.name for rule in extraction.doctype_of(asked).fields]
    assert Event.objects.filter(tag=Tag.DOCUMENT_READ).count() == 2
    told = facts(Event.objects.get(tag=Tag.DOCUMENT_CLASSIFIED))
    assert (told["doctype"], told["by"]) == ("receipt", "person")


def test_only_wanted_fields_that_the_chosen_class_has_are_kept(desk):
    document = desk.unsure(fields=("iban", "date"))  # of an invoice, of a receipt
    choose(desk, document, "receipt")
    assert [field.name for field in document.fields.all()] == ["date"]


def test_then_its_doubtful_fields_come_before_people(desk, asked):
    choose(desk, asked, "invoice")
    names = {task.field.name for task in asked.tasks.filter(field__isnull=False)}
    assert {"iban", "invoice_number"} <= names
    assert state_of(asked) == (JobState.PARKED, "review")


def test_reading_again_is_left_to_a_worker_that_reads(desk, asked):
    choose(desk, asked, "invoice", leave=False)
    review.release(desk.house.rita, now=timezone.now())
    runner.run(intake.job_of(asked).pk, lane=Lane.QUICK)
    assert state_of(asked) == (JobState.QUEUED, "typed")
    assert intake.job_of(asked).lane == Lane.READING
    assert desk.walk(asked) == JobState.PARKED


def test_a_job_that_waited_before_there_were_these_steps_goes_on(desk):
    """Then the second step was review; now it is this one, and both find their work done."""
    document = desk.paper()
    job, tasks = intake.job_of(document), set(document.tasks.all())
    jobs.Job.objects.filter(pk=job.pk).update(step=1)
    jobs.wake(job, actor=SYSTEM)
    assert desk.walk(document) == JobState.PARKED
    assert state_of(document) == (JobState.PARKED, "review")
    assert set(document.tasks.all()) == tasks


def test_pages_and_their_images_are_kept_once(desk, stored):
    asked = desk.unsure(fields=("date",))
    pages = list(asked.drawn.values_list("pk", "image_id"))
    choose(desk, asked, "receipt")
    assert Event.objects.filter(tag=Tag.DOCUMENT_READ).count() == 2
    assert list(asked.drawn.values_list("pk", "image_id")) == pages
    assert len([file for file in stored() if "pages" in file.parts]) == 1


def test_typing_twice_is_typing_once(desk, asked):
    choose(desk, asked, "invoice")
    before, events = list(asked.fields.values_list("pk", "sealed")), Event.objects.count()
    extraction.type_fields(asked, chosen="receipt", job=intake.job_of(asked))
    assert list(asked.fields.values_list("pk", "sealed")) == before
    assert Event.objects.count() == events
    assert reading_of(asked).doctype == "invoice"


def test_a_job_taken_over_while_it_is_read_again_keeps_no_fields(desk, asked, monkeypatch):
    choose(desk, asked, "invoice", leave=False)
    review.release(desk.house.rita, now=timezone.now())

    def taken_over(*_: object) -> object:
        jobs.Job.objects.update(token=asked.pk)
        return text_of(LONG_PAPER), "fake/1"

    monkeypatch.setattr(reader, "read_page", taken_over)
    desk.walk(asked)
    assert not Field.objects.exists()
    assert reading_of(asked).waits


def test_of_none_of_these_nothing_is_read_again(desk, asked, monkeypatch):
    choose(desk, asked, "other", leave=False)
    review.release(desk.house.rita, now=timezone.now())
    monkeypatch.setattr(reader, "read_page", _never)
    assert desk.walk(asked) == JobState.SUCCEEDED
    assert reading_of(asked).doctype == "other"
    assert not Field.objects.exists()
    assert Event.objects.filter(tag=Tag.DOCUMENT_READ).count() == 1


def _never(*_: object) -> None:
    raise AssertionError("Nothing is looked for, so nothing need be read.")


def test_what_a_reviewer_cannot_tell_goes_to_a_lead_who_sees_no_more(desk, asked):
    task = desk.take(desk.house.rita)[CLASS]
    desk.decide(task, verdict=Verdict.UNREADABLE, trouble=Trouble.NOT_SAID)
    review.release(desk.house.rita, now=timezone.now())
    assert CLASS not in desk.take(desk.house.remy)
    again = desk.take(desk.house.lena)[CLASS]
    assert (again.crop_id, again.escalated) == (task.crop_id, True)
    desk.decide(again, verdict=Verdict.UNREADABLE, trouble=Trouble.NOT_SAID)
    review.release(desk.house.lena, now=timezone.now())
    desk.walk(asked)
    reading = reading_of(asked)
    assert (reading.doctype, reading.decided_by) == ("invoice", "machine")
    assert reading.doctype_confidence < 1
    assert set(asked.fields.values_list("name", flat=True)) == set(WANTED)


def test_the_result_says_who_decided_the_class(desk, asked):
    choose(desk, asked, "letter")
    for name, task in desk.take(desk.house.rita).items():
        assert name != CLASS
        desk.decide(task)
    review.release(desk.house.rita, now=timezone.now())
    desk.walk(asked)
    result = delivery.download(Document.objects.get(pk=asked.pk), user=desk.house.clara)
    assert result["class"] == {"name": "letter", "confidence": 1.0, "decided_by": "person"}


# Clocks, withdrawal, erasure


def test_while_a_person_is_asked_the_file_is_kept_to_be_read(desk, asked):
    asked.original.refresh_from_db()
    assert asked.original.due_at - asked.created_at == timedelta(days=7)
    choose(desk, asked, "invoice")
    asked.original.refresh_from_db()
    reading = reading_of(asked)
    assert asked.original.due_at == reading.typed_at + timedelta(hours=24)


def test_the_clocks_of_the_chosen_class_hold(desk, asked):
    choose(desk, asked, "identity")
    asked.original.refresh_from_db()
    assert asked.original.due_at == reading_of(asked).typed_at + timedelta(hours=4)


def test_with_the_choice_the_slit_is_gone(desk, asked):
    task = choose(desk, asked, "invoice")
    with pytest.raises(vault.Gone):
        vault.open(task.crop, actor=SYSTEM, purpose="test")


def test_withdrawing_consent_takes_the_question_back(desk, asked):
    retention.withdraw(asked, user=desk.house.clara)
    [task] = asked.tasks.select_related("crop")
    assert (task.state, bool(task.crop.shredded_at)) == (State.WITHDRAWN, True)
    assert intake.job_of(asked).state == JobState.STOPPED
    assert CLASS not in desk.take(desk.house.rita)


def test_where_nobody_chose_in_time_the_job_says_so(desk, asked):
    retention.erase_due(now=asked.created_at + timedelta(days=8))
    assert desk.walk(asked) == JobState.FAILED
    job = intake.job_of(asked)
    assert (job.problem, job.explanation) == ("Gone", extraction.CHOSEN_TOO_LATE)
    assert not Field.objects.exists()


# What a sender sees


@pytest.fixture
def page(desk: Desk, as_: Callable[..., object]) -> Callable[[Document], str]:
    def see(document: Document) -> str:
        return said(as_(desk.house.clara).get(f"/jobs/{document.reference}/"))

    return see


def test_the_job_page_says_that_a_person_is_asked(page, asked):
    text = page(asked)
    assert "In review, which kind it is" in text
    assert "A reviewer is asked, and sees a slit of its header." in text
    assert "Document, 1 page" in text  # not what the machine thinks it is
    assert "None of the fields you asked for" not in text


def test_the_job_page_says_who_settled_it(desk, page, asked):
    choose(desk, asked, "receipt")
    text = page(asked)
    assert "By a reviewer, who saw a slit of its header." in text
    assert "Receipt, 1 page" in text
    assert "Fields typed" in text


@pytest.mark.parametrize(
    ("doctype", "words"),
    [
        ("", "By the machine, from the words of its first pages."),
        ("invoice", "The sender said which kind of document it is."),
    ],
)
def test_the_job_page_says_so_too_where_nobody_was_asked(desk, page, doctype, words):
    assert words in page(desk.paper(doctype=doctype))


def test_the_list_of_jobs_says_that_a_person_is_asked(desk, as_, asked):
    text = said(as_(desk.house.clara).get("/jobs/"))
    assert "In review, which kind it is" in text
    assert "Document, 1 page" in text


def test_an_answer_is_an_answer_to_one_slit(desk, asked):
    """What the station sends twice is chosen once."""
    task, key = desk.take(desk.house.rita)[CLASS], uuid.uuid4()
    answer = Answer(key, Verdict.CORRECTED, doctype="receipt")
    first = review.decide(task, answer, user=desk.house.rita, now=timezone.now())
    again = review.decide(task, answer, user=desk.house.rita, now=timezone.now())
    assert first == again
