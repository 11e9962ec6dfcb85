"""A flagged value is decided by who has seen its slit, and the trail says so."""

import uuid

import pytest
from django.utils import timezone

from apps.base.errors import NotPossible
from apps.extraction.fields import Flag
from apps.review import services as review
from apps.review.ladder import Step, Why
from apps.review.models import Task
from apps.review.rules import Reason, State, Verdict
from apps.review.services import Answer
from tests.review.desk import IBAN

FLAGGED = "look at its slit first"


@pytest.fixture
def task(desk) -> Task:
    """A doubtful slit that Rita holds, of a field that is flagged as well."""
    document = desk.paper()
    document.fields.filter(name="iban").update(flags=[Flag.HIDDEN])
    return desk.take(desk.house.rita)["iban"]


def look(task: Task, user) -> None:
    review.crop(task, user=user, now=timezone.now())


@pytest.mark.parametrize("verdict", [Verdict.ACCEPTED, Verdict.CORRECTED])
def test_nobody_hands_on_what_they_did_not_see(desk, task, verdict):
    with pytest.raises(NotPossible, match=FLAGGED):
        desk.decide(task, IBAN, verdict=verdict)
    task.refresh_from_db()
    assert (task.state, task.decision) == (State.OPEN, None)


def test_who_has_seen_the_slit_decides(desk, task):
    look(task, desk.house.rita)
    desk.decide(task, IBAN)
    task.refresh_from_db()
    assert task.state == State.DECIDED


@pytest.mark.parametrize("step", [Step.WIDER, Step.LINE])
def test_who_has_seen_more_than_the_slit_decides(desk, task, step):
    rita, now = desk.house.rita, timezone.now()
    review.ask_more(task, step=step, reason=Why.UNIT, user=rita, now=now)
    review.more(task, step=step, user=rita, now=now)
    desk.decide(task, IBAN)


def test_what_another_has_seen_does_not_count(desk, task):
    look(task, desk.house.rita)
    review.release(desk.house.rita, now=timezone.now())
    held = desk.take(desk.house.remy)["iban"]
    with pytest.raises(NotPossible, match=FLAGGED):
        desk.decide(held, IBAN)


def test_another_slit_does_not_count(desk):
    document = desk.paper()
    document.fields.update(flags=[Flag.HIDDEN])
    held = desk.take(desk.house.rita)
    look(held["invoice_number"], desk.house.rita)
    with pytest.raises(NotPossible, match=FLAGGED):
        desk.decide(held["iban"], IBAN)


@pytest.mark.parametrize("verdict", [Verdict.BLANK, Verdict.UNREADABLE])
def test_what_hands_no_value_on_needs_no_look(desk, task, verdict):
    answer = Answer(uuid.uuid4(), verdict, trouble="blurred")
    review.decide(task, answer, user=desk.house.rita, now=timezone.now())


def test_what_is_only_doubtful_is_decided_as_before(desk):
    desk.paper()
    task = desk.take(desk.house.rita)["iban"]
    assert task.reason != Reason.FLAGGED
    desk.decide(task, IBAN)
