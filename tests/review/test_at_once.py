"""Two people at the same moment, with real commits."""

import threading

from django.db import connection, transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.base.scope import acting_for
from apps.review import services as review
from apps.review.ladder import RUNGS, State, Step, Why
from apps.review.services.claims import BATCH
from tests.review.test_claims import claim, documents_with_tasks


def test_two_reviewers_at_the_same_moment_get_different_slits(real_desk):
    """Both have chosen before either of them commits."""
    documents_with_tasks(real_desk, 4, 4, 4, 4, 4, 4)
    house, together = real_desk.house, threading.Barrier(2, timeout=20)
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
        thread.join(timeout=20)
        assert not thread.is_alive()
    assert len(hers) == 12
    assert len(taken) == 4


def test_of_two_who_take_the_last_line_of_an_hour_at_once_one_asks_a_lead(real_desk):
    """One person in two tabs: the measure is counted by one of them after the other."""
    real_desk.paper()
    rita, halden = real_desk.house.rita, real_desk.house.halden
    task = real_desk.take(rita)["iban"]
    how = {"step": Step.LINE, "reason": Why.UNIT, "user": rita}
    for _ in range(RUNGS[Step.LINE].alone - 1):
        review.ask_more(task, now=timezone.now(), **how)
    together, states = threading.Barrier(2, timeout=20), []

    def ask() -> None:
        with acting_for(halden.pk):
            together.wait()
            states.append(review.ask_more(task, now=timezone.now(), **how).state)
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(states) == [State.ASKED, State.GIVEN]
