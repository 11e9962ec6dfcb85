"""Accepted fields, drawn by lot: looked at like any other, and nobody waits for them."""

from math import ceil

import pytest
from django.utils import timezone

from apps.audit import services as audit
from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.delivery import overview
from apps.delivery.result import Standing
from apps.delivery.settling import settled_fields
from apps.extraction.models import Field
from apps.intake import services as intake
from apps.jobs import services as jobs
from apps.jobs.flow import State as JobState
from apps.review import services as review
from apps.review.models import Lesson, Task
from apps.review.rules import Reason, State, Verdict, is_drawn, shown
from tests.review.desk import IBAN, NUMBER

SURE = ("issue_date", "grand_total")  # what nobody has to look at
TOTAL = "9184.60"


@pytest.fixture(autouse=True)
def all_are_drawn(settings):
    settings.AUDITS_PER_MILLE = 1000


def audited(desk, **terms):
    """A document of which all is accepted, and all of that audited."""
    document = desk.paper(fields=SURE, **terms)
    return document, desk.take(desk.house.rita)


def finish(desk) -> None:
    review.release(desk.house.rita, now=timezone.now())


def standings(document) -> dict[str, Standing]:
    return {one.name: one.standing for one in settled_fields(document)}


# Drawing lots


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 1.0])
def test_a_lot_falls_as_often_as_its_share(share):
    digests = [(number * 2**54).to_bytes(8) for number in range(1024)]
    assert sum(is_drawn(digest, share) for digest in digests) == ceil(1024 * share)


def test_what_falls_into_a_share_falls_into_a_larger_one():
    digests = [(number * 2**57).to_bytes(8) for number in range(128)]
    small, large = ({one for one in digests if is_drawn(one, share)} for share in (0.1, 0.3))
    assert small < large


def test_a_reviewer_is_not_told_that_a_value_was_accepted():
    assert [shown(reason) for reason in Reason] == [
        Reason.LOW_CONFIDENCE if reason is Reason.AUDIT else reason for reason in Reason
    ]


# Asking


def test_accepted_fields_are_audited_and_doubtful_ones_asked_as_ever(desk):
    document = desk.paper()
    reasons = dict(document.tasks.values_list("field__name", "reason"))
    assert reasons == {
        "invoice_number": Reason.LOW_CONFIDENCE,
        "iban": Reason.LOW_CONFIDENCE,
        "issue_date": Reason.AUDIT,
        "grand_total": Reason.AUDIT,
    }


def test_a_share_of_none_audits_nothing(desk, settings):
    settings.AUDITS_PER_MILLE = 0
    assert not desk.paper(fields=SURE).tasks.exists()


def test_without_consent_nothing_is_audited(desk):
    assert not desk.delivered(fields=SURE).tasks.exists()


def test_what_was_not_found_is_not_audited(desk):
    document = desk.paper(fields=("due_date", "grand_total"))
    assert [task.field.name for task in document.tasks.all()] == ["grand_total"]


def test_asked_again_the_same_lots_fall(desk, settings):
    document = desk.paper()
    drawn = set(document.tasks.filter(reason=Reason.AUDIT).values_list("field_id", flat=True))
    Task.objects.filter(reason=Reason.AUDIT).delete()
    jobs.wake(intake.job_of(document), actor=desk.house.clara.actor)
    settings.AUDITS_PER_MILLE = 0  # of readings to come, not of this one
    desk.walk(document)
    again = document.tasks.filter(reason=Reason.AUDIT).values_list("field_id", flat=True)
    assert set(again) == drawn


def test_lots_are_drawn_field_by_field(desk, settings):
    settings.AUDITS_PER_MILLE = 500
    drawn = [desk.paper(fields=SURE).tasks.count() for _ in range(12)]
    assert 0 < sum(drawn) < 24


def test_the_station_shows_an_audit_like_any_doubt(desk):
    audited(desk)
    items = review.current_items(desk.house.rita, now=timezone.now())
    assert {item["reason"] for item in items} == {Reason.LOW_CONFIDENCE}
    assert all(item["picture"] and item["value"] for item in items)


# Nobody waits


def test_the_job_does_not_wait_for_an_audit(desk):
    document = desk.paper(fields=SURE)
    assert intake.job_of(document).state == JobState.SUCCEEDED
    assert document.tasks.count() == len(SURE)
    assert set(standings(document).values()) == {Standing.ACCEPTED}


def test_the_job_waits_for_doubts_only(desk):
    document = desk.paper()
    held = desk.take(desk.house.rita)
    desk.decide(held["iban"], IBAN)
    desk.decide(held["invoice_number"], NUMBER)
    finish(desk)
    assert desk.walk(document) == JobState.SUCCEEDED
    assert document.tasks.open().count() == len(SURE)


def test_an_audit_is_not_among_what_waits(desk):
    document = desk.paper(fields=SURE)
    [row] = overview.listed(desk.house.clara, reference=document.reference, count=1)
    assert (row.waiting, row.status.text) == (0, "Delivered")
    before = overview.fingerprint(document, intake.job_of(document))
    Task.objects.filter(document=document).delete()
    assert overview.fingerprint(document, intake.job_of(document)) == before


def test_doubts_beside_an_audit_are_still_counted(desk):
    document = desk.paper()
    [row] = overview.listed(desk.house.clara, reference=document.reference, count=1)
    assert (row.waiting, row.status.text) == (2, "In review, 2 of 4 fields")


# What comes of it


def test_an_audit_that_finds_another_value_says_so_once_it_is_final(desk):
    document, held = audited(desk)
    desk.decide(held["grand_total"], "9184.66")
    assert standings(document)["grand_total"] is Standing.ACCEPTED
    finish(desk)
    [total] = [one for one in settled_fields(document) if one.name == "grand_total"]
    assert (total.standing, total.normalised) == (Standing.DECIDED, "9184.66")
    assert not Lesson.objects.get(field="grand_total").right


def test_an_audit_that_nobody_can_read_changes_nothing(desk):
    document, held = audited(desk)
    Task.objects.update(escalated=True)
    task = Task.objects.select_related("claim", "field", "document__reading").get(
        pk=held["grand_total"].pk
    )
    desk.decide(task, verdict=Verdict.UNREADABLE, user=desk.house.rita)
    finish(desk)
    assert Task.objects.get(pk=task.pk).state == State.SEALED
    assert standings(document)["grand_total"] is Standing.ACCEPTED
    assert not Lesson.objects.exists()


def test_an_audit_that_is_taken_back_leaves_what_was_accepted(desk):
    document, _ = audited(desk)
    review.withdraw(document, actor=desk.house.clara.actor, reason="test")
    assert set(standings(document).values()) == {Standing.ACCEPTED}


def test_the_trail_says_whether_the_machine_was_right_and_not_what_it_read(desk):
    _, held = audited(desk)
    desk.decide(held["grand_total"], TOTAL)
    finish(desk)
    [event] = Event.objects.filter(tag=Tag.DECISION_SEALED)
    assert audit.facts_of(event) == {"field": "grand_total", "machine_right": True}


# Lessons


def test_a_lesson_tells_what_was_believed_and_whether_it_was_right(desk):
    document, held = audited(desk)
    desk.decide(held["grand_total"], TOTAL)
    finish(desk)
    lesson, field = Lesson.objects.get(), document.fields.get(name="grand_total")
    told = (lesson.engine, lesson.doctype, lesson.type, lesson.field, lesson.reason)
    assert told == ("fake/1", "invoice", "amount", "grand_total", Reason.AUDIT)
    assert (lesson.confidence, lesson.evidence) == (field.confidence, field.evidence)
    assert lesson.calibration == document.reading.calibration
    assert (lesson.right, lesson.failed, lesson.flagged) == (True, False, False)


def test_a_field_drawn_by_lot_stands_for_those_that_were_not(desk, settings):
    settings.AUDITS_PER_MILLE = 500
    while not Task.objects.filter(reason=Reason.AUDIT).exists():
        desk.paper(fields=SURE)
    for name, task in desk.take(desk.house.rita).items():
        desk.decide(task, TOTAL if name == "grand_total" else "2019-03-26")
    finish(desk)
    assert set(Lesson.objects.values_list("weight", flat=True)) == {2.0}


@pytest.mark.parametrize(
    ("typed", "right"),
    [(IBAN, True), ("DE89 3704 0044 0532 0130 00", True), ("DE02120300000000202051", False)],
)
def test_ordinary_decisions_teach_as_well(desk, typed, right):
    desk.paper(fields=("iban",))
    desk.decide(desk.take(desk.house.rita)["iban"], typed)
    finish(desk)
    lesson = Lesson.objects.get()
    assert (lesson.right, lesson.weight, lesson.reason) == (right, 1.0, Reason.LOW_CONFIDENCE)


def test_a_value_where_nothing_is_written_was_wrong(desk):
    desk.paper(fields=("iban",))
    desk.decide(desk.take(desk.house.rita)["iban"])
    finish(desk)
    assert not Lesson.objects.get().right


def test_a_field_the_machine_did_not_find_teaches_nothing(desk):
    desk.paper(fields=("seller_name",))
    desk.decide(desk.take(desk.house.rita)["seller_name"], "Owl Ltd")
    finish(desk)
    assert not Lesson.objects.exists()


def test_a_decision_that_is_taken_back_teaches_nothing(desk):
    audited(desk)
    held = desk.take(desk.house.rita)
    desk.decide(held["grand_total"], TOTAL)
    review.undo(desk.house.rita, now=timezone.now())
    finish(desk)
    assert not Lesson.objects.exists()


def test_a_lesson_is_kept_once(desk):
    _, held = audited(desk)
    desk.decide(held["grand_total"], TOTAL)
    finish(desk)
    finish(desk)
    review.seal_late(now=timezone.now(), actor=desk.house.rita.actor)
    assert Lesson.objects.count() == 1


def test_lessons_outlive_their_document_and_name_it_nowhere(desk):
    document, held = audited(desk)
    desk.decide(held["grand_total"], TOTAL)
    finish(desk)
    kept = str(Lesson.objects.values().get())
    names = [document.pk, document.reference, held["grand_total"].pk]
    names += Field.objects.values_list("pk", flat=True)
    assert [name for name in names if str(name) in kept] == []
    assert TOTAL not in kept
