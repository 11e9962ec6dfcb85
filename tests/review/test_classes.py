"""Which class a document belongs to: asked of a person where the machine is unsure."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.errors import NotPossible
from apps.delivery import services as delivery
from apps.extraction import reader
from apps.extraction import services as extraction
from apps.extraction.models import Field, Reading
from apps.intake import services as intake
from apps.intake.models import Document
from apps.jobs import runner
from apps.jobs import services as jobs
from apps.jobs.flow import Lane
from apps.jobs.flow import State as JobState
from apps.retention import services as retention
from apps.review import ladder
from apps.review import services as review
from apps.review.ladder import RUNGS
from apps.review.models import Grant, Task
from apps.review.models.looks import Look
from apps.review.rules import Reason, State, Trouble, Verdict
from apps.review.services import Answer, classes
from apps.vault import services as vault
from apps.vault.classes import ArtifactClass
from apps.vault.models import Artifact
from tests.conftest import SYSTEM
from tests.intake.browsers import JSON
from tests.intake.looking import facts
from tests.looking import said
from tests.review.desk import CLASS, HEADER, LONG_PAPER, NUMBER, SIZE, WANTED, Desk, text_of
from tests.review.test_looking import visible, words_in


@pytest.fixture
def asked(desk: Desk) -> Document:
    """A document of which a person is asked what it is."""
    desk.lines = LONG_PAPER
    return desk.unsure()


def choose(desk: Desk, document: Document, doctype: str, *, leave: bool = True) -> Task:
    """Rita takes the slit of its header and chooses."""
    task = desk.take(desk.house.rita)[CLASS]
    desk.decide(task, doctype=doctype, verdict=Verdict.CORRECTED)
    if leave:
        review.release(desk.house.rita, now=timezone.now())
        desk.walk(document)
    return Task.objects.get(pk=task.pk)


def reading_of(document: Document) -> Reading:
    return Reading.objects.select_related("document__submission").get(document=document)


def state_of(document: Document) -> tuple[str, str]:
    job = intake.job_of(document)
    return job.state, jobs.step_of(job).name


# Who is asked


def test_of_a_class_the_machine_is_sure_of_nobody_is_asked(desk):
    document = desk.paper(doctype="")
    assert not Task.objects.filter(field=None).exists()
    assert document.fields.count() == len(WANTED)
    assert reading_of(document).decided_by == "machine"
    assert reading_of(document).ranked == []


def test_of_a_class_the_sender_named_nobody_is_asked(desk, monkeypatch):
    monkeypatch.setattr("apps.extraction.classify.SURE_ENOUGH", 1.1)
    document = desk.paper(doctype="receipt", fields=())
    assert not Task.objects.filter(field=None).exists()
    assert reading_of(document).decided_by == "sender"


def test_without_consent_nobody_is_asked_and_the_likeliest_class_stands(desk):
    document = desk.unsure(manual_review=False)
    assert not Task.objects.exists()
    assert intake.job_of(document).state == JobState.SUCCEEDED
    assert (reading_of(document).doctype, reading_of(document).decided_by) == ("invoice", "machine")


def test_an_unsure_class_comes_before_people_first(desk, asked):
    [task] = asked.tasks.all()
    assert (task.field, task.reason, task.state) == (None, Reason.UNSURE_CLASS, State.OPEN)
    assert state_of(asked) == (JobState.PARKED, "classified")
    told = facts(Event.objects.get(tag=Tag.TASK_OPENED))
    assert told == {"asks": "class", "reason": "unsure class"}


def test_until_it_is_settled_no_field_is_kept_and_no_class_stands(desk, asked):
    assert not Field.objects.exists()
    assert extraction.doctype_of(asked) is None
    assert not Event.objects.filter(tag=Tag.DOCUMENT_CLASSIFIED).exists()
    assert reading_of(asked).waits


def test_asking_twice_is_asking_once(desk, asked):
    before = list(Task.objects.values_list("pk", "crop_id"))
    jobs.wake(intake.job_of(asked), actor=SYSTEM)
    assert desk.walk(asked) == JobState.PARKED
    assert list(Task.objects.values_list("pk", "crop_id")) == before
    assert Artifact.objects.filter(kind=ArtifactClass.CROP).count() == 1


def test_the_database_keeps_one_question_of_a_class_a_document(desk, asked):
    [task] = asked.tasks.all()
    for pk, reason in ((uuid.uuid4(), task.reason), (uuid.uuid4(), Reason.MISSING)):
        again = Task.objects.get(pk=task.pk)
        again.pk, again.crop, again.reason = pk, None, reason
        with pytest.raises(IntegrityError), transaction.atomic():
            again.save(force_insert=True)


@pytest.mark.parametrize("how", ["stopped", "taken over"])
def test_a_job_that_is_lost_meanwhile_leaves_no_question_and_no_slit(
    desk, stored, monkeypatch, how
):
    draw = classes.draw_heading
    desk.lines = LONG_PAPER

    def lost(*drawn: object) -> object:
        document = Document.objects.get()
        if how == "stopped":
            jobs.stop(intake.FLOW, subject_id=document.pk, actor=SYSTEM, reason="test")
        else:
            jobs.Job.objects.update(token=document.pk)
        return draw(*drawn)

    monkeypatch.setattr(classes, "draw_heading", lost)
    desk.unsure()
    assert not Task.objects.exists()
    assert len(stored()) == 2  # the original and the page


def test_where_no_header_can_be_shown_the_likeliest_class_stands(desk, monkeypatch):
    monkeypatch.setattr(classes, "pixels_of", _gone)
    document = desk.unsure()
    assert not Task.objects.filter(field=None).exists()
    assert reading_of(document).decided_by == "machine"
    assert set(document.fields.values_list("name", flat=True)) == set(WANTED)


def _gone(*_: object, **__: object) -> None:
    raise vault.Gone


# What is shown


def test_the_slit_shows_the_header_and_nothing_of_the_body(desk, as_, asked):
    task = desk.take(desk.house.rita)[CLASS]
    response = as_(desk.house.rita).get(f"/review/{task.pk}/crop.png")
    assert response.status_code == 200
    assert words_in(response, LONG_PAPER) == HEADER
    assert len(visible(response)) < 0.12 * SIZE[0] * SIZE[1]


def test_looking_is_recorded_with_what_was_seen(desk, as_, asked):
    task = desk.take(desk.house.rita)[CLASS]
    as_(desk.house.rita).get(f"/review/{task.pk}/crop.png")
    kept = Look.objects.get()
    assert facts(Event.objects.get(tag=Tag.CROP_DELIVERED)) == {
        "asks": "class",
        "page": 1,
        "share": round(task.geometry["share"] * 1_000_000),
        "pixels": kept.pixels,
        "region": kept.region,
    }


def test_a_header_is_all_that_is_shown_there_is_no_line_around_it(desk, as_, asked):
    task = desk.take(desk.house.rita)[CLASS]
    rita = as_(desk.house.rita)
    assert rita.get(f"/review/{task.pk}/more/").status_code == 409
    for step, rung in RUNGS.items():
        said = {"step": step.value, "reason": "unit"}
        assert rita.post(f"/review/{task.pk}/more/", said, **JSON).status_code == 409
        Grant.objects.create(
            organisation_id=task.organisation_id,
            task=task,
            reviewer=desk.house.rita,
            step=step,
            reason="unit",
            state=ladder.State.GIVEN,
            answered_by=desk.house.lena,
            until=timezone.now() + timedelta(minutes=1),
        )
        assert rita.get(f"/review/{task.pk}/{step}.png").status_code == 409
        assert not Event.objects.filter(tag__in=(rung.given, rung.delivered)).exists()
    assert not Event.objects.filter(tag=Tag.MORE_ASKED).exists()


def test_the_likeliest_classes_come_first_and_none_of_these_last(desk, as_, asked):
    [item] = as_(desk.house.rita).post("/review/claim/", **JSON).json()["items"]
    choices = item["choices"]
    names = [choice["value"] for choice in choices]
    ranked = [name for name in reading_of(asked).ranked if name != "other"]
    assert names == [*ranked, "other"]
    assert names[0] == "invoice"
    assert choices[0] == {"value": "invoice", "title": "Supplier invoice", "key": "1"}
    assert choices[-1] == {"value": "other", "title": "None of these", "key": "0"}
    assert (item["value"], item["alts"], item["reason"]) == ("", [], "unsure class")


def test_a_class_that_was_added_since_can_be_chosen_too(desk, asked):
    Reading.objects.update(ranked=["receipt", "no longer a class"])
    task = desk.take(desk.house.rita)[CLASS]
    names = [one.name for one in review.decisions.choices_of(task)]
    assert names[0] == "receipt"
    assert {"invoice", "letter"} < set(names)
    assert "no longer a class" not in names


def test_the_page_without_javascript_has_a_button_for_each_class(desk, as_, asked):
    rita = as_(desk.house.rita)
    rita.post("/review/claim/")
    page = said(rita.get("/review/"))
    [task] = asked.tasks.all()
    assert f'action="/review/{task.pk}/choose/"' in page
    assert 'name="doctype" value="invoice"' in page
    assert "Which kind of document is this?" in page
    answer = {"key": str(uuid.uuid4()), "value": "", "doctype": "receipt"}
    response = rita.post(f"/review/{task.pk}/choose/", answer)
    assert (response.status_code, response["Location"]) == (302, "/review/")
    task.refresh_from_db()
    assert (task.state, task.decision.doctype) == (State.DECIDED, "receipt")


# What is said


def test_a_chosen_class_is_final_only_after_a_moment(desk, asked):
    task = choose(desk, asked, "receipt", leave=False)
    assert (task.state, task.decision.verdict) == (State.DECIDED, Verdict.CORRECTED)
    assert desk.walk(asked) == JobState.PARKED
    assert reading_of(asked).waits
    assert review.chosen_class(asked) == ""
    assert facts(Event.objects.get(tag=Tag.TASK_DECIDED)) == {
        "asks": "class",
        "verdict": "corrected",
        "doctype": "receipt",
    }


def test_choosing_what_the_machine_thought_is_accepting_it(desk, asked):
    assert choose(desk, asked, "invoice").decision.verdict == Verdict.ACCEPTED


def test_a_choice_is_taken_back_like_any_decision(desk, asked):
    choose(desk, asked, "receipt", leave=False)
    task = review.undo(desk.house.rita, now=timezone.now())
    assert (task.state, task.decision) == (State.OPEN, None)
    desk.decide(task, doctype="invoice", verdict=Verdict.CORRECTED)
    review.release(desk.house.rita, now=timezone.now())
    desk.walk(asked)
    assert reading_of(asked).doctype == "invoice"


WRONG = {
    "a value": {"value": NUMBER, "verdict": Verdict.CORRECTED},
    "nothing": {"verdict": Verdict.CORRECTED},
    "blank": {"verdict": Verdict.BLANK},
    "a class that is none": {"doctype": "poem", "verdict": Verdict.CORRECTED},
    "another field": {"verdict": Verdict.UNREADABLE, "trouble": Trouble.OTHER_FIELD},
}


@pytest.mark.parametrize("answer", WRONG.values(), ids=WRONG)
def test_what_answers_another_question_is_refused(desk, asked, answer):
    task = desk.take(desk.house.rita)[CLASS]
    with pytest.raises(NotPossible, match="asks something else"):
        desk.decide(task, **answer)
    task.refresh_from_db()
    assert (task.state, task.decision) == (State.OPEN, None)


@pytest.mark.parametrize(
    "answer",
    [
        {"doctype": "invoice", "verdict": Verdict.CORRECTED},
        {"verdict": Verdict.UNREADABLE, "trouble": Trouble.NOT_SAID},
    ],
    ids=["a class", "not said"],
)
def test_a_field_is_not_answered_with_a_class(desk, answer):
    desk.paper()
    with pytest.raises(NotPossible, match="asks something else"):
        desk.decide(desk.take(desk.house.rita)["iban"], **answer)


# What follows


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
