"""Which class a document belongs to: asked of a person where the machine is unsure."""

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.errors import NotPossible
from apps.extraction import services as extraction
from apps.extraction.models import Field, Reading
from apps.intake import services as intake
from apps.intake.models import Document
from apps.jobs import services as jobs
from apps.jobs.flow import State as JobState
from apps.review import ladder
from apps.review import services as review
from apps.review.ladder import RUNGS
from apps.review.models import Grant, Task
from apps.review.models.looks import Look
from apps.review.rules import Reason, State, Trouble, Verdict
from apps.review.services import classes
from apps.vault import services as vault
from apps.vault.classes import ArtifactClass
from apps.vault.models import Artifact
from tests.conftest import SYSTEM
from tests.intake.browsers import JSON
from tests.intake.looking import facts
from tests.looking import said
from tests.review.classes import choose, reading_of, state_of
from tests.review.desk import CLASS, HEADER, LONG_PAPER, NUMBER, SIZE, WANTED
from tests.review.test_looking import visible, words_in

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
