"""What happened is counted once, late by a minute, by kind of field and by person."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.base.ids import born_at, first_at, uuid7
from apps.base.scope import acting_for
from apps.review import services as review
from apps.review.ladder import Step, Why
from apps.review.models.counts import Counted, Tally, What
from apps.review.rules import Verdict
from apps.review.services.counting import KEPT, LAG, SPAN, count_up
from tests.review.desk import IBAN

NOW = timedelta(minutes=2)  # from now on everything is old enough to be counted


def count(desk: Any, later: timedelta = NOW) -> int:
    return count_up(desk.house.halden.pk, now=timezone.now() + later)


def tally(**about: Any) -> dict[str, int]:
    """Sums by what is counted."""
    found: dict[str, int] = {}
    for row in Tally.objects.filter(**about):
        found[row.name] = found.get(row.name, 0) + row.count
    return found


@pytest.fixture
def worked(desk) -> None:
    """Rita saw two slits and a line, accepted one and corrected one."""
    desk.paper()
    rita, now = desk.house.rita, timezone.now()
    held = desk.take(rita)
    for task in held.values():
        review.crop(task, user=rita, now=now)
    review.ask_more(held["iban"], step=Step.LINE, reason=Why.UNIT, user=rita, now=now)
    review.more(held["iban"], step=Step.LINE, user=rita, now=now)
    desk.decide(held["iban"], IBAN, verdict=Verdict.ACCEPTED)
    desk.decide(held["invoice_number"], "KX-77314-R0")


def test_ids_are_told_by_when_they_were_made():
    made = uuid7()
    born = born_at(made)
    assert first_at(born) <= made < first_at(born + timedelta(milliseconds=1))


def test_the_last_minute_is_left_for_the_next_time(desk, worked):
    Counted.objects.all().delete()
    assert count(desk, timedelta(0)) == 0
    assert not Tally.objects.exists()
    assert count(desk) > 0


def test_what_happened_is_counted_by_kind(desk, worked):
    count(desk)
    assert tally(kind="iban") == {
        What.READ: 1, What.ASKED: 1, What.DECIDED: 1, What.SLIT: 1, What.LINE: 1,
    }  # fmt: skip
    assert tally(kind="reference") == {
        What.READ: 1, What.ASKED: 1, What.DECIDED: 1, What.CORRECTED: 1, What.SLIT: 1,
    }  # fmt: skip
    assert tally(kind="amount") == {What.READ: 1}


def test_and_by_person_with_the_pixels_that_were_sent(desk, worked):
    count(desk)
    mine = tally(reviewer=desk.house.rita)
    assert (mine[What.DECIDED], mine[What.CORRECTED]) == (2, 1)
    assert mine[What.PIXELS] > 0
    assert set(Tally.objects.filter(reviewer__isnull=False).values_list("kind", flat=True)) == {""}


def test_counting_again_counts_nothing_twice(desk, worked):
    count(desk)
    before = tally()
    assert count(desk) == 0
    assert count(desk, 2 * NOW) == 0
    assert tally() == before


def test_what_comes_later_is_added(desk, worked):
    count(desk)
    Counted.objects.update(until=timezone.now() - LAG)  # as if the clock had struck before it
    Tally.objects.filter(kind="iban", name=What.SLIT).update(count=41)
    count(desk)
    assert tally(kind="iban")[What.SLIT] == 42


def test_who_was_away_for_long_catches_up_an_hour_at_a_time(desk, worked):
    count(desk, timedelta(0))
    long_ago = timezone.now() - 3 * SPAN
    Counted.objects.update(until=long_ago)
    count(desk)
    assert Counted.objects.get().until == long_ago + SPAN


def test_what_is_old_is_forgotten(desk, worked):
    count(desk)
    Tally.objects.update(hour=timezone.now() - KEPT - timedelta(hours=1))
    Counted.objects.update(until=timezone.now() - SPAN)
    count(desk, 2 * NOW)
    assert not Tally.objects.filter(hour__lt=timezone.now() - KEPT).exists()


def test_each_organisation_is_counted_for_itself(desk, worked):
    with acting_for(desk.house.northmere.pk):
        assert count_up(desk.house.northmere.pk, now=timezone.now() + NOW) == 0
    count(desk)
    assert set(Tally.objects.values_list("workspace__organisation", flat=True)) == {
        desk.house.halden.pk
    }


def test_a_row_is_by_kind_or_by_person(desk, worked):
    count(desk)
    row = Tally.objects.filter(reviewer=None).first()
    with pytest.raises(IntegrityError, match="by_kind_or_by_person"), transaction.atomic():
        Tally.objects.filter(pk=row.pk).update(kind="")
