"""A known answer is no work: no queue offers it, no figure counts it, nobody else is given it."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.base.errors import NotFound
from apps.review import services as review
from apps.review.models import Task
from apps.review.models.counts import Tally, What
from apps.review.rules import CorrectionReason, State, Verdict
from apps.review.services.counting import count_up
from tests.review.known import TRUTH, answer

pytestmark = pytest.mark.usefixtures("all_lots_fall")


@pytest.fixture
def left(mixed) -> Task:
    """One that lies about, as none ever should: open, and in nobody's hands."""
    _, test = mixed
    Task.objects.filter(pk=test.pk).update(claim=None, reader=None)
    return test


def test_no_queue_offers_one(desk, left):
    assert not Task.objects.free_for(desk.house.remy).filter(pk=left.pk).exists()


def test_no_workspace_is_stuck_for_one(desk, left):
    for person in (desk.house.rita, desk.house.remy, desk.house.lena):
        person.is_active = False
        person.save()
    Task.objects.real().update(state=State.WITHDRAWN)
    assert review.stuck(desk.house.payable).tasks == 0


def test_one_that_was_passed_on_stays_with_whom_it_was_given_to(desk, mixed):
    _, test = mixed
    said = review.Answer(test.pk, Verdict.SKIPPED)
    review.skip(test, said, user=desk.house.rita, now=timezone.now())
    test.refresh_from_db()
    assert (test.claim, test.reader) == (None, desk.house.rita)


def test_one_is_never_corrected(desk, mixed):
    _, test = mixed
    answer(desk, test, TRUTH)
    review.release(desk.house.rita, now=timezone.now())
    task = Task.objects.select_related("decision").get(pk=test.pk)
    assert task.state == State.SEALED
    said = review.Answer(uuid.uuid4(), Verdict.BLANK)
    about = {"because": CorrectionReason.SLIP, "user": desk.house.rita, "now": timezone.now()}
    with pytest.raises(NotFound):
        review.correct(task, said, **about)


def test_no_figure_counts_one(desk, mixed):
    """Neither that it was asked, nor that it was seen, nor what was said of it."""
    rita, now = desk.house.rita, timezone.now()
    for task in mixed:
        review.crop(task, user=rita, now=now)
        answer(desk, task, TRUTH)
    count_up(desk.house.halden.pk, now=now + timedelta(minutes=2))
    counted = dict(Tally.objects.filter(reviewer=None).values_list("name", "count"))
    assert counted[What.ASKED] == counted[What.DECIDED] == 1
    assert sum(n for name, n in counted.items() if name == What.SLIT) == 1
