"""Passing slits on: twice without a word, then with a reason."""

import pytest
from django.utils import timezone

from apps.review import services as review
from apps.review.models import Decision, Task
from apps.review.rules import Verdict
from apps.review.skips import FREE, LOOKED_BACK, needs_reason
from tests.intake.browsers import JSON
from tests.review.test_station import answer

SKIP, ACCEPT = Verdict.SKIPPED, Verdict.ACCEPTED


@pytest.mark.parametrize(
    ("recent", "needs"),
    [
        ([], False),
        ([SKIP], False),
        ([SKIP, SKIP], True),
        ([ACCEPT, SKIP, ACCEPT, SKIP], True),
        ([SKIP, *[ACCEPT] * LOOKED_BACK, SKIP], False),
        ([ACCEPT] * LOOKED_BACK, False),
    ],
)
def test_after_two_skips_among_the_last_answers_a_reason_is_due(recent, needs):
    assert needs_reason(recent) is needs


@pytest.fixture
def skipping(desk, as_):
    """Rita, who has passed on two slits, and holds a third."""
    first, second = desk.paper(), desk.paper()
    desk.bare_tasks(first, 1), desk.bare_tasks(second, 1)
    held = list(desk.take(desk.house.rita).values())
    rita = as_(desk.house.rita)
    for task in held[:FREE]:
        assert answer(rita, task, "skip").status_code == 200
    return rita, held[FREE]


def test_the_third_skip_without_a_reason_is_not_taken(skipping):
    rita, task = skipping
    response = answer(rita, task, "skip")
    assert (response.status_code, response.json()["error"]) == (409, "NotSettled")
    assert Decision.objects.filter(task=task).count() == 0


def test_without_javascript_it_is_asked_why_and_then_taken(desk, as_):
    desk.paper(), desk.paper()
    review.claim(desk.house.rita, now=timezone.now())
    *skipped, task = Task.objects.open().exclude(claim=None)[: FREE + 1]
    rita = as_(desk.house.rita)
    for one in skipped:
        answer(rita, one, "skip")
    response = answer(rita, task, "skip", headers={})
    page = response.content.decode()
    assert (response.status_code, "Say why you pass this one on" in page) == (409, True)
    assert 'name="why"' in page and f'"{task.pk}"' in page
    assert answer(rita, task, "skip", why="unsure", headers={}).status_code == 302
    assert Decision.objects.get(task=task).trouble == "unsure"


def test_with_a_reason_it_is_and_the_reason_is_kept(skipping):
    rita, task = skipping
    assert answer(rita, task, "skip", why="known").status_code == 200
    assert Decision.objects.get(task=task).trouble == "known"


def test_a_reason_of_ones_own_is_not_saved(skipping):
    rita, task = skipping
    response = answer(rita, task, "skip", why="tired of it")
    assert response.json()["message"] == "Not saved: why."


def test_a_skip_that_was_taken_back_does_not_count(skipping):
    rita, task = skipping
    assert rita.post("/review/undo/", **JSON).status_code == 200
    assert answer(rita, task, "skip").status_code == 200
