"""What each guard of a claim refuses alone, even where the one before it let it through."""

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.errors import NotFound, NotPossible
from apps.review import ladder, permissions
from apps.review import services as review
from apps.review.models import Claim, Decision, Task
from apps.review.rules import State, Verdict
from apps.review.services import claims, final
from apps.review.services.decisions import Answer
from tests.review.test_claims import claim, documents_with_tasks


@pytest.fixture
def task(desk) -> Task:
    """One that Rita holds."""
    documents_with_tasks(desk, 1)
    [task] = claim(desk.house.rita)
    return task


def check_holds(user, task) -> None:
    permissions.check_holds(user, task, now=timezone.now())


def test_who_turns_out_to_have_sent_a_document_holds_none_of_it(desk, task):
    """Nor lets the database anybody take one: a reader of a task is not its sender."""
    check_holds(desk.house.rita, task)
    task.sender = desk.house.rita
    with pytest.raises(NotFound):
        check_holds(desk.house.rita, task)
    with pytest.raises(IntegrityError, match="nobody_reads_what_they_sent"), transaction.atomic():
        task.save(update_fields=["sender"])


def test_a_claim_that_was_ended_is_over_before_its_time(desk, task):
    task.claim.ended_at = timezone.now()
    with pytest.raises(NotPossible):
        check_holds(desk.house.rita, task)


def test_a_task_moves_under_the_claim_it_was_read_with(task):
    assert not task.move(State.DECIDED, under=Claim(pk=uuid.uuid4()))
    assert Task.objects.get(pk=task.pk).state == State.OPEN


def test_a_state_follows_one_that_it_may_follow(task):
    with pytest.raises(ValueError, match="cannot become sealed"):
        task.move(State.SEALED)


def test_only_reviewers_are_offered_work(desk):
    documents_with_tasks(desk, 1)
    assert Task.objects.workable_by(desk.house.rita)
    assert Task.objects.workable_by(desk.house.clara) == []


def test_whoever_read_a_field_is_not_offered_its_other_reading(desk):
    """Neither by the queue nor, where the queue fails, by the database."""
    desk.two_readers = True
    desk.paper(fields=("iban",))
    desk.decide(desk.take(desk.house.rita)["iban"], "DE89370400440532013000")
    review.release(desk.house.rita, now=timezone.now())
    free = Task.objects.filter(field__name="iban", claim=None)
    assert free.free_for(desk.house.remy).exists()
    assert not free.free_for(desk.house.rita).exists()


def test_only_who_holds_a_slit_leaves_it_to_somebody_else(desk, task):
    answer = Answer(uuid.uuid4(), Verdict.SKIPPED)
    with pytest.raises(NotFound):
        review.skip(task, answer, user=desk.house.remy, now=timezone.now())
    assert not Decision.objects.exists()


def test_what_is_final_is_passed_over_when_something_is_taken_back(desk):
    documents_with_tasks(desk, 2)
    first, second = claim(desk.house.rita)
    desk.decide(first)
    desk.decide(second)
    assert Task.objects.get(pk=second.pk).move(State.SEALED)
    assert review.undo(desk.house.rita, now=timezone.now()).pk == first.pk
    with pytest.raises(NotPossible):
        review.undo(desk.house.rita, now=timezone.now())


def test_what_is_made_final_twice_at_once_is_final_once(desk):
    """The second holds a row of before, and finds that it was moved meanwhile."""
    desk.paper()
    task = desk.take(desk.house.rita)["iban"]
    desk.decide(task)
    first, second = (Task.objects.select_related("job").get(pk=task.pk) for _ in range(2))
    assert final.seal(first, actor=desk.house.rita.actor)
    assert not final.seal(second, actor=desk.house.rita.actor)
    assert Event.objects.filter(tag=Tag.DECISION_SEALED, subject=task.pk).count() == 1


def test_of_two_tabs_that_begin_at_once_both_show_one_claim(desk, task, monkeypatch):
    def slower(*_):
        raise IntegrityError

    monkeypatch.setattr(claims, "_fill", slower)
    assert review.claim(desk.house.rita, now=timezone.now()) == task.claim


def test_a_slit_that_went_on_to_somebody_else_is_not_passed_on_again(desk, task):
    answer = Answer(uuid.uuid4(), Verdict.SKIPPED)
    other = Claim.objects.create(
        reviewer=desk.house.remy, organisation_id=task.organisation_id, until=task.claim.until
    )
    Task.objects.filter(pk=task.pk).update(claim=other, reader=desk.house.remy)
    with pytest.raises(NotPossible):
        review.skip(task, answer, user=desk.house.rita, now=timezone.now())
    assert Task.objects.get(pk=task.pk).claim == other


def test_the_clock_of_a_browser_takes_nothing_back():
    now = timezone.now()
    told = {"since": now, "until": now + timedelta(seconds=9)}
    assert ladder.bounded(-5_000, before=700, **told) == 700


def test_what_is_offered_is_of_ones_own_organisation(desk):
    """Even where a membership led into another one."""
    documents_with_tasks(desk, 1)
    foreign = desk.house.rita
    assert any(lane.exists() for lane in Task.objects.workable_by(foreign))
    foreign.organisation_id = desk.house.northmere.pk
    assert not any(lane.exists() for lane in Task.objects.workable_by(foreign))
