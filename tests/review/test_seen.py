"""Exposure: what was sent, what was on screen, and who is told."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.retention import services as retention
from apps.review import services as review
from apps.review.ladder import RUNGS, State, Step, Why
from apps.review.models import Grant, Look, Task
from tests.intake.browsers import JSON
from tests.intake.looking import facts
from tests.looking import said
from tests.review.desk import IBAN

SECOND = timedelta(seconds=1)


@pytest.fixture
def task(desk) -> Task:
    """A slit under Rita's claim."""
    desk.paper()
    return desk.take(desk.house.rita)["iban"]


def fetch(desk: Any, task: Task, now: Any) -> Look:
    review.crop(task, user=desk.house.rita, now=now)
    return Look.objects.latest("id")


def tell(desk: Any, task: Task, ms: int, now: Any, step: Step = Step.SLIT) -> int:
    return review.shown(task, step=step, ms=ms, user=desk.house.rita, now=now)


# Sent and on screen


def test_what_is_fetched_ahead_counts_as_sent_and_not_as_seen(desk, as_, task):
    as_(desk.house.rita).get(f"/review/{task.pk}/crop.png")
    look = Look.objects.get()
    assert (look.step, look.reason, look.shown_ms) == (Step.SLIT, "", 0)
    assert (look.reviewer, look.document, look.task) == (desk.house.rita, task.document, task)
    assert look.ended_at is None
    assert look.pixels == round(task.geometry["share"] * look.of_pixels)
    assert not Event.objects.filter(tag=Tag.PICTURE_SHOWN).exists()


def test_a_decision_tells_how_long_its_slit_was_on_screen_and_ends_access(desk, task):
    now = timezone.now()
    look = fetch(desk, task, now - 5 * SECOND)
    desk.decide(task, IBAN, shown_ms=2100, now=now)
    look.refresh_from_db()
    assert (look.shown_ms, look.ended_at) == (2100, now)
    assert facts(Event.objects.get(tag=Tag.PICTURE_SHOWN)) == {
        "field": "iban",
        "page": 1,
        "step": "slit",
        "milliseconds": 2100,
    }


def test_a_forged_time_is_no_longer_than_access_was(desk, task):
    now = timezone.now()
    look = fetch(desk, task, now - 5 * SECOND)
    desk.decide(task, IBAN, shown_ms=3_600_000, now=now)
    look.refresh_from_db()
    assert look.shown_ms == 5000
    assert tell(desk, task, 3_600_000, now + 60 * SECOND) == 5000


def test_whoever_leaves_without_an_answer_tells_as_well(desk, as_, task):
    fetch(desk, task, timezone.now() - 5 * SECOND)
    rita = as_(desk.house.rita)
    for _ in range(2):
        told = rita.post(f"/review/{task.pk}/shown/", {"step": "slit", "ms": 400}, **JSON)
        assert told.status_code == 204
    assert Look.objects.get().shown_ms == 800


def test_telling_does_not_take_a_claim_because_leaving_ends_it(desk, as_, task):
    fetch(desk, task, timezone.now() - 5 * SECOND)
    rita = as_(desk.house.rita)
    rita.post("/review/release/", **JSON)
    told = rita.post(f"/review/{task.pk}/shown/", {"step": "slit", "ms": 400}, **JSON)
    assert told.status_code == 204


@pytest.mark.parametrize("said", [{}, {"step": "slit"}, {"step": "file", "ms": 1}, {"ms": -1}])
def test_what_makes_no_sense_is_refused(desk, as_, task, said):
    fetch(desk, task, timezone.now())
    assert as_(desk.house.rita).post(f"/review/{task.pk}/shown/", said, **JSON).status_code == 400


def test_nobody_tells_of_what_was_not_sent_to_them(desk, as_, task):
    fetch(desk, task, timezone.now())
    for person, step in ((desk.house.remy, "slit"), (desk.house.rita, "line")):
        told = as_(person).post(f"/review/{task.pk}/shown/", {"step": step, "ms": 9}, **JSON)
        assert told.status_code == 404


def test_a_step_of_some_seconds_is_not_seen_for_longer(desk, task):
    now = timezone.now()
    review.ask_more(task, step=Step.LINE, reason=Why.UNIT, user=desk.house.rita, now=now)
    review.more(task, step=Step.LINE, user=desk.house.rita, now=now)
    late = now + timedelta(minutes=5)
    assert tell(desk, task, 300_000, late, Step.LINE) == RUNGS[Step.LINE].seconds * 1000


def test_a_slit_that_is_looked_at_again_is_another_look(desk, task):
    now = timezone.now()
    fetch(desk, task, now - 9 * SECOND)
    desk.decide(task, IBAN, shown_ms=1000, now=now - 5 * SECOND)
    review.undo(desk.house.rita, now=now - 4 * SECOND)
    fetch(desk, task, now - 3 * SECOND)
    assert tell(desk, task, 2000, now) == 2000
    assert list(Look.objects.order_by("id").values_list("shown_ms", flat=True)) == [1000, 2000]


# Who is told what


@pytest.fixture
def seen(desk, task) -> Task:
    """Rita saw the slit for two seconds, and the line for eight."""
    now = timezone.now()
    fetch(desk, task, now - 20 * SECOND)
    rita = desk.house.rita
    review.ask_more(task, step=Step.LINE, reason=Why.UNIT, user=rita, now=now - 15 * SECOND)
    review.more(task, step=Step.LINE, user=rita, now=now - 15 * SECOND)
    tell(desk, task, 8000, now, Step.LINE)
    desk.decide(task, IBAN, shown_ms=2000, now=now)
    return task


def test_the_officer_reads_names_regions_times_and_reasons(desk, as_, seen):
    page = said(as_(desk.house.carl).get(f"/review/seen/{seen.document.reference}/"))
    for told in ("Rita", "IBAN", "Slit", "Line", "2 s", "8 s", "20 s", "page 1"):
        assert told in page
    assert "Currency or unit" in page
    assert IBAN not in page
    read = Event.objects.filter(tag=Tag.TRAIL_READ).latest("id")
    assert (read.actor, facts(read)) == (desk.house.carl.actor, {"looks": 2})


def test_pixels_are_multiplied_by_seconds_for_each_person(desk, seen):
    slit, line = Look.objects.order_by("id")
    found = review.seen(seen.document, reader=desk.house.carl)
    [person] = found.people
    assert (person.who, person.pictures, person.more, person.seconds) == ("Rita", 2, 1, 10.0)
    assert person.pixel_seconds == slit.pixels * 2 + line.pixels * 8


def test_the_sender_reads_roles_and_no_names(desk, as_, seen):
    page = said(as_(desk.house.clara).get(f"/jobs/{seen.document.reference}/seen/"))
    assert "Reviewer 1" in page
    assert "Rita" not in page


def test_the_job_tells_of_each_look_beyond_the_slit(desk, as_, seen):
    page = said(as_(desk.house.clara).get(f"/jobs/{seen.document.reference}/"))
    assert "1 slit went to 1 person, 10 s on screen." in page
    assert "Line around iban" in page
    assert "Reviewer 1 saw it for 8 s to tell: currency or unit." in page


def test_a_job_that_nobody_looked_at_says_nothing_of_looks(desk, as_, task):
    page = said(as_(desk.house.clara).get(f"/jobs/{task.document.reference}/"))
    assert "What people saw" not in page


def test_where_nobody_saw_anything_the_page_says_so(desk, as_, task):
    page = said(as_(desk.house.carl).get(f"/review/seen/{task.document.reference}/"))
    assert "Nobody saw any of it" in page


def test_an_unknown_or_foreign_document_is_not_there(desk, as_, seen):
    carl, mallory = as_(desk.house.carl), as_(desk.house.mallory)
    assert carl.get("/review/seen/7KQ-52F/").status_code == 404
    assert mallory.get(f"/jobs/{seen.document.reference}/seen/").status_code == 404


def test_what_was_seen_outlives_the_document(desk, seen):
    desk.walk(seen.document)
    retention.delete(seen.document, user=desk.house.clara)
    found = review.seen(seen.document, reader=desk.house.carl)
    assert [sight.step for sight in found.sights] == ["Line", "Slit"]
    assert Grant.objects.get().state == State.GIVEN


def test_more_looks_cost_no_more_queries(desk, seen, django_assert_max_num_queries):
    with django_assert_max_num_queries(10):
        review.seen(seen.document, reader=desk.house.carl)
    look = Look.objects.order_by("id").first()
    for _ in range(20):
        look.pk = None
        look.id = Look._meta.pk.get_default()
        look.save(force_insert=True)
    with django_assert_max_num_queries(10):
        assert len(review.seen(seen.document, reader=desk.house.carl).sights) == 22
