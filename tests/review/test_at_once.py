"""Two people at the same moment, with real commits."""

import threading

import pytest
from django.db import connection, transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.base.errors import NotFound, NotPossible
from apps.base.scope import acting_for
from apps.review import ladder
from apps.review import services as review
from apps.review.ladder import RUNGS, Step, Why
from apps.review.models import Decision, Lesson, Task
from apps.review.rules import State
from apps.review.services.claims import BATCH
from tests.base.locks import PATIENCE
from tests.review.desk import IBAN, NUMBER
from tests.review.test_claims import claim, documents_with_tasks


def test_two_reviewers_at_the_same_moment_get_different_slits(real_desk):
    """Both have chosen before either of them commits."""
    documents_with_tasks(real_desk, 4, 4, 4, 4, 4, 4)
    house, together = real_desk.house, threading.Barrier(2, timeout=PATIENCE)
    taken: dict[str, set[object]] = {}

    def take(user: User) -> None:
        with acting_for(house.halden.pk):
            together.wait()
            taken[user.email] = {task.pk for task in claim(user)}
        connection.close()

    threads = [threading.Thread(target=take, args=[user]) for user in (house.rita, house.remy)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    hers, his = taken.values()
    assert len(hers) == len(his) == BATCH
    assert not hers & his


def test_rows_that_somebody_is_taking_are_passed_over_and_not_waited_for(real_desk):
    """While one reviewer's transaction is open, another one gets the rest at once."""
    documents_with_tasks(real_desk, 4, 4, 4, 4)
    house, taken = real_desk.house, []

    def take() -> None:
        with acting_for(house.halden.pk):
            taken.extend(claim(house.remy))
        connection.close()

    with transaction.atomic():
        hers = claim(house.rita)
        thread = threading.Thread(target=take)
        thread.start()
        thread.join(timeout=PATIENCE)
        assert not thread.is_alive()
    assert len(hers) == 12
    assert len(taken) == 4


def at_once(*works) -> None:
    """Each in a thread and on a connection of its own; whatever one raises, the test raises."""
    problems: list[BaseException] = []

    def run(work) -> None:
        try:
            work()
        except BaseException as problem:
            problems.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=PATIENCE)
    assert not problems, problems


def test_many_reviewers_at_once_are_never_given_the_same(real_desk):
    """Each takes, decides some and takes again, and nobody gives anything back."""
    house = real_desk.house
    more = [house.person(f"r{number}", Role.REVIEWER, house.payable) for number in range(4)]
    people = [house.rita, house.remy, *more]
    documents_with_tasks(real_desk, *[4] * 24)
    given: list[tuple[object, object]] = []

    def work(user: User) -> None:
        with acting_for(house.halden.pk):
            for _ in range(3):
                held = claim(user)
                given.extend((task.pk, user.pk) for task in held)
                for task in held[:3]:
                    real_desk.decide(task, user=user)

    at_once(*(lambda user=user: work(user) for user in people))
    holders = {task: {user for one, user in given if one == task} for task, _ in given}
    assert [task for task, users in holders.items() if len(users) > 1] == []
    with acting_for(house.halden.pk):
        assert Decision.objects.count() == Task.objects.exclude(state=State.OPEN).count()


@pytest.mark.parametrize("second", [IBAN, "DE02120300000000202051"])
def test_two_turns_that_are_over_at_once_settle_a_field_once(real_desk, second):
    house = real_desk.house
    real_desk.two_readers = True
    document = real_desk.paper(fields=("iban",))
    for person, value in ((house.rita, IBAN), (house.remy, second)):
        real_desk.decide(real_desk.take(person)["iban"], value)
    together = threading.Barrier(2, timeout=PATIENCE)

    def leave(user: User) -> None:
        with acting_for(house.halden.pk):
            together.wait()
            review.release(user, now=timezone.now())

    at_once(lambda: leave(house.rita), lambda: leave(house.remy))
    with acting_for(house.halden.pk):
        turns = [task.turn for task in document.tasks.order_by("turn")]
        agreed = second == IBAN
        assert turns == ([1, 2] if agreed else [1, 2, 3])
        assert Lesson.objects.count() == (1 if agreed else 0)
        assert document.tasks.first().crop.shredded_at is None or agreed


def test_a_withdrawal_and_a_decision_at_once_leave_one_of_them(real_desk):
    house = real_desk.house
    document = real_desk.paper(fields=("invoice_number",))
    task, together = (
        real_desk.take(house.rita)["invoice_number"],
        threading.Barrier(2, timeout=PATIENCE),
    )
    told: list[str] = []

    def decide() -> None:
        with acting_for(house.halden.pk):
            together.wait()
            try:
                real_desk.decide(task, NUMBER, user=house.rita)
                told.append("saved")
            except (NotPossible, NotFound):
                told.append("too late")

    def withdraw() -> None:
        with acting_for(house.halden.pk):
            together.wait()
            review.withdraw(document, actor=house.clara.actor, reason="test")

    at_once(decide, withdraw)
    with acting_for(house.halden.pk):
        task.refresh_from_db()
        assert task.state == State.WITHDRAWN
        assert Decision.objects.filter(task=task).count() == (told == ["saved"])


def test_of_two_who_take_the_last_line_of_an_hour_at_once_one_asks_a_lead(real_desk):
    """One person in two tabs: the measure is counted by one of them after the other."""
    real_desk.paper()
    rita, halden = real_desk.house.rita, real_desk.house.halden
    task = real_desk.take(rita)["iban"]
    how = {"step": Step.LINE, "reason": Why.UNIT, "user": rita}
    for _ in range(RUNGS[Step.LINE].alone - 1):
        review.ask_more(task, now=timezone.now(), **how)
    together, states = threading.Barrier(2, timeout=PATIENCE), []

    def ask() -> None:
        with acting_for(halden.pk):
            together.wait()
            states.append(review.ask_more(task, now=timezone.now(), **how).state)

    at_once(ask, ask)
    assert sorted(states) == [ladder.State.ASKED, ladder.State.GIVEN]
