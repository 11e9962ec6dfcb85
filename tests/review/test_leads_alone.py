"""What leads may not do for people, rooms and differences that are none of theirs."""

import uuid

import pytest
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.base.errors import NotAllowed, NotFound, NotPossible
from apps.review import services as review
from apps.review.ladder import State, Step, Why
from apps.review.models import Claim, Grant, Pause, Scope, Task
from apps.review.services.mixing import LEASE
from tests.review.desk import IBAN


@pytest.fixture
def lydia(house) -> User:
    """A lead of another workspace."""
    return house.person("lydia", Role.REVIEW_LEAD, house.people)


@pytest.fixture
def scope(desk) -> Scope:
    return review.assign(desk.house.rita, user=desk.house.lena, kind="iban")


@pytest.fixture
def third(desk) -> Task:
    """A difference that nobody has taken."""
    return desk.differ()


def settle(task: Task, user: User, choice: str = "9"):
    said = {"typed": IBAN, "overrides": False, "key": uuid.uuid4(), "now": timezone.now()}
    return review.settle(task, choice, user=user, **said)


def test_a_reviewer_is_offered_rooms_they_are_a_member_of(desk):
    """Even a lead of both rooms offers nobody what they may not enter."""
    house = desk.house
    lead = house.person("lars", Role.REVIEW_LEAD, house.payable, house.people)
    with pytest.raises(NotFound):
        review.assign(house.rita, user=lead, workspace=house.people)


def test_a_lead_offers_rooms_of_their_own(desk):
    """Even to somebody who is a member of the lead's room and of the other."""
    house = desk.house
    both = house.person("ruth", Role.REVIEWER, house.payable, house.people)
    with pytest.raises(NotFound):
        review.assign(both, user=house.lena, workspace=house.people)
    assert not Scope.objects.exists()


def test_a_lead_of_others_takes_no_scope_away(lydia, scope):
    with pytest.raises(NotFound):
        review.unassign(scope, user=lydia)
    assert Scope.objects.filter(pk=scope.pk).exists()


def test_a_lead_of_others_lets_nobody_go_on(desk, lydia):
    review.pause(desk.house.rita, user=desk.house.lena)
    with pytest.raises(NotFound):
        review.resume(desk.house.rita, user=lydia, now=timezone.now())
    assert Pause.objects.filter(ended_at=None).exists()


def test_a_lead_of_others_divides_nothing_even_where_nothing_would_change(desk, lydia, scope):
    with pytest.raises(NotFound):
        review.divide({desk.house.rita.pk: {"iban"}}, user=lydia)


def test_only_leads_settle_a_difference(desk, third):
    """A reviewer who came to hold it does not."""
    third.claim = Claim(reviewer=desk.house.rita, until=timezone.now() + LEASE)
    with pytest.raises(NotAllowed, match="leads"):
        settle(third, desk.house.rita)


def test_who_does_not_hold_a_difference_is_told_nothing_of_its_answers(desk, third):
    with pytest.raises(NotFound):
        settle(third, desk.house.lena)


def test_of_two_leads_one_answers(desk, monkeypatch):
    desk.paper()
    held = desk.take(desk.house.rita)
    how = {"reason": Why.WHICH_FIELD, "user": desk.house.rita, "now": timezone.now()}
    grant = review.ask_more(held["iban"], step=Step.PAGE, **how)
    monkeypatch.setattr(Grant, "move", lambda *_, **__: False)  # the other was faster
    with pytest.raises(NotPossible, match="before you"):
        review.answer(grant, give=True, user=desk.house.lena, now=timezone.now())
    assert Grant.objects.get(pk=grant.pk).state == State.ASKED
