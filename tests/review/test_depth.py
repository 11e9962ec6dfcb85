"""How the queues stand, counted no further than a person can take in."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from apps.review.models import Task
from apps.review.rules import State
from apps.review.services import depth
from apps.review.services.depth import AGES, altogether, depths, escalated

MINUTE = timedelta(minutes=1)


@pytest.fixture
def tasks(desk) -> list[Task]:
    """Six open tasks of dates in Payable."""
    made = desk.bare_tasks(desk.send(), 6)
    Task.objects.filter(pk__in=[one.pk for one in made]).update(kind="date")
    return made


def born(task: Task, minutes: int, **about: Any) -> None:
    at = timezone.now() - minutes * MINUTE
    Task.objects.filter(pk=task.pk).update(created_at=at, **about)


def found(desk: Any) -> list[depth.Depth]:
    return depths([desk.house.payable.pk], now=timezone.now())


def test_what_waits_is_told_by_kind_and_age(desk, tasks):
    for task, minutes in zip(tasks, (1, 20, 40, 100, 300, 3000), strict=True):
        born(task, minutes)
    born(tasks[0], 1, kind="iban")
    dates, ibans = found(desk)
    assert (dates.kind, dates.title, dates.counts) == ("date", "Dates", [0, 1, 1, 1, 1, 1])
    assert (ibans.kind, ibans.waiting, ibans.text) == ("iban", 1, "1")


def test_ages_leave_no_gap_and_overlap_nowhere():
    spans = [(since, until) for _, since, until in AGES]
    assert spans[0][0] == timedelta(0)
    assert all(one[1] == other[0] for one, other in pairwise(spans))


def test_what_is_later_than_promised_is_late_and_the_oldest_is_told(desk, tasks):
    now = timezone.now()
    Task.objects.update(due_at=now + MINUTE)
    born(tasks[3], 90, due_at=now - MINUTE)
    [dates] = found(desk)
    assert (dates.late, dates.within) == (1, pytest.approx(5 / 6))
    assert dates.oldest_at == Task.objects.get(pk=tasks[3].pk).created_at


@pytest.mark.parametrize("about", [{"state": State.WITHDRAWN}, {"workspace": "people"}])
def test_what_does_not_wait_here_is_not_counted(desk, tasks, about):
    changes = {"workspace": desk.house.people} if "workspace" in about else about
    Task.objects.filter(pk=tasks[0].pk).update(**changes)
    [dates] = found(desk)
    assert dates.waiting == 5


def test_nothing_is_counted_further_than_enough(desk, tasks, monkeypatch):
    monkeypatch.setattr(depth, "ENOUGH", 4)
    [dates] = found(desk)
    assert (dates.waiting, dates.capped, dates.text) == (4, True, "4+")
    assert altogether(found(desk)).text == "4+"


def test_a_queue_of_many_is_walked_along_one_index(desk, tasks):
    """The plan reads no more of the table than what it counts."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        for sql, index in ((depth.WAITING, "tasks_waiting"), (depth.ESCALATED, "tasks_escalated")):
            said = depth._said([desk.house.payable.pk], timezone.now(), 500)
            cursor.execute(f"EXPLAIN {sql}", said)
            plan = "\n".join(row[0] for row in cursor.fetchall())
            assert index in plan
            assert "Seq Scan on review_task" not in plan


def test_however_many_kinds_and_workspaces_one_query_tells(desk, tasks, django_assert_num_queries):
    with django_assert_num_queries(1):
        depths([desk.house.payable.pk, desk.house.people.pk], now=timezone.now())


def test_what_came_up_is_listed_oldest_first_and_known_answers_are_not(desk, tasks):
    for task, minutes in zip(tasks[:3], (5, 50, 20), strict=True):
        born(task, minutes, escalated=True)
    keys = [task.pk for task in escalated([desk.house.payable.pk], count=2)]
    assert keys == [tasks[1].pk, tasks[2].pk]
    assert escalated([desk.house.people.pk], count=2) == []
