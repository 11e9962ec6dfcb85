"""A chart of a mix of filters counts what a walk finds, or what a page holds if that is all."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.assurance import histogram as charts
from apps.audit import explorer
from apps.audit.explorer import Walk, Wanted
from apps.audit.tags import Outcome, Tag
from tests.assurance.conftest import happen
from tests.assurance.test_explorer import REMY, RITA, ROOM

MIX = Wanted(actor=RITA, workspace=ROOM)


@pytest.fixture
def events(house):
    """Three kinds of what a chart tells apart, among others that do not fit."""
    about = {"actor": RITA, "workspace": ROOM}
    happen(house.halden.pk, 3, tag=Tag.CROP_DELIVERED, outcome=Outcome.DONE, **about)
    happen(house.halden.pk, 2, tag=Tag.KEY_MADE, outcome=Outcome.DONE, **about)
    happen(house.halden.pk, 1, tag=Tag.CROP_DELIVERED, outcome=Outcome.DENIED, **about)
    happen(house.halden.pk, 4, tag=Tag.KEY_MADE, actor=REMY, workspace=ROOM)


def chart(house, wanted=MIX, page=None):
    now = timezone.now() + timedelta(minutes=1)
    return charts.histogram(wanted, organisation=house.halden.pk, now=now, page=page)


def asked(house, wanted=MIX, **how):
    return explorer.search(wanted, organisation=house.halden.pk, reader=REMY, **how)


def total(drawn):
    return [sum(bar.split[at] for bar in drawn.bars) for at in range(3)]


def test_a_walk_is_counted_by_what_was_seen_done_and_refused(house, events):
    drawn = chart(house)
    assert total(drawn) == [3, 2, 1]
    assert not drawn.sampled


def test_a_page_that_holds_all_there_is_is_not_walked_again(house, events, monkeypatch):
    page = asked(house, count=10)
    walked = chart(house)
    monkeypatch.setattr(Walk, "by_hour", lambda *_: pytest.fail("It was walked again."))
    drawn = chart(house, page=page)
    assert total(drawn) == total(walked)
    assert drawn.sampled is walked.sampled is False


@pytest.mark.parametrize("following", [False, True])
def test_a_page_that_is_a_part_is_not_taken_for_all(house, events, following):
    page = asked(house, count=2)
    if following:
        page = asked(house, count=10, before=page.before)
        assert page.before is None
    assert not page.is_all
    assert total(chart(house, page=page)) == [3, 2, 1]


def test_where_a_walk_ended_early_the_chart_says_so(house, events):
    page = asked(house, count=10)
    assert chart(
        house, page=replace(page, before=page.events[-1].pk, looked_to=timezone.now())
    ).sampled


def test_where_there_are_more_than_are_counted_the_chart_says_so(house, events, monkeypatch):
    monkeypatch.setattr(charts, "SAMPLE", 4)
    drawn = chart(house)
    assert drawn.sampled
    assert sum(total(drawn)) == 4


def test_what_does_not_exist_has_an_empty_chart(house, events):
    nothing = replace(MIX, nothing=True)
    assert Walk(nothing, house.halden.pk).by_hour(9) == []
    assert total(chart(house, nothing)) == [0, 0, 0]
