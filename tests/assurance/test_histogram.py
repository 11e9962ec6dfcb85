"""Bars over time."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from apps.assurance.bars import Bar, Split, Unit
from apps.assurance.histogram import _bars, _split, _unit
from apps.assurance.pictures import BOTTOM, LEFT, NARROW, WIDE, _short, _top, picture
from apps.audit.tags import Outcome
from apps.audit.tallies import Count

utc = partial(datetime, tzinfo=UTC)

DAY = timedelta(days=1)
MIDNIGHT = datetime(2026, 2, 27, tzinfo=UTC)  # a Friday


@pytest.mark.parametrize(
    ("days", "unit"),
    [(1, Unit.HOUR), (3, Unit.HOUR), (4, Unit.DAY), (100, Unit.DAY), (101, Unit.WEEK),
     (730, Unit.WEEK), (731, Unit.MONTH)],
)  # fmt: skip
def test_bars_are_never_too_many(days, unit):
    assert _unit(days * DAY) is unit


@pytest.mark.parametrize(
    ("unit", "begin", "next_"),
    [
        (Unit.HOUR, utc(2026, 2, 27, 9), utc(2026, 2, 27, 10)),
        (Unit.DAY, utc(2026, 2, 27), utc(2026, 2, 28)),
        (Unit.WEEK, utc(2026, 2, 23), utc(2026, 3, 2)),
        (Unit.MONTH, utc(2026, 2, 1), utc(2026, 3, 1)),
    ],
)
def test_a_bar_begins_where_its_unit_does(unit, begin, next_):
    assert unit.begin(utc(2026, 2, 27, 9, 30)) == begin
    assert unit.next(begin) == next_


def test_months_follow_each_other_through_a_year():
    at, seen = utc(2026, 1, 1), []
    for _ in range(13):
        seen.append((at.year, at.month, at.day))
        at = Unit.MONTH.next(at)
    assert seen == [*((2026, month, 1) for month in range(1, 13)), (2027, 1, 1)]


def test_hours_are_added_up_and_empty_bars_are_drawn_too():
    hours = {MIDNIGHT + timedelta(hours=hour): Split(1, 2, 3) for hour in (0, 5, 24)}
    bars = list(_bars(hours, Unit.DAY, MIDNIGHT, MIDNIGHT + 3 * DAY))
    assert [bar.split for bar in bars] == [Split(2, 4, 6), Split(1, 2, 3), Split()]
    assert [bar.events for bar in bars] == [12, 6, 0]
    assert bars[0].until == bars[1].since


@pytest.mark.parametrize(
    ("outcomes", "split"),
    [
        ([], Split(3, 4, 3)),
        ([Outcome.DONE], Split(3, 4, 0)),
        ([Outcome.DENIED], Split(0, 0, 2)),
        ([Outcome.FAILED], Split(0, 0, 1)),
        ([Outcome.DENIED, Outcome.FAILED], Split(0, 0, 3)),
    ],
)
def test_counts_are_split_by_what_is_asked_for(outcomes, split):
    count, seen = Count(10, denied=2, failed=1), Count(3)
    assert _split(count, seen, outcomes) == split


@pytest.mark.parametrize(
    ("most", "top"), [(0, 2), (1, 2), (3, 10), (11, 20), (21, 50), (999, 1000)]
)
def test_a_scale_ends_in_a_round_even_number(most, top):
    assert _top(most) == top


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0"), (500, "500"), (1000, "1 k"), (2500, "2.5 k"), (5_000_000, "5 M")]
)
def test_large_numbers_are_said_short(count, said):
    assert _short(count) == said


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("count", [0, 1, 31, 100])
def test_what_is_drawn_lies_in_its_picture(width, count):
    bars = [
        Bar(MIDNIGHT + at * DAY, MIDNIGHT + (at + 1) * DAY, Split(at, 1, 10**6 * (at % 2)))
        for at in range(count)
    ]
    drawn = picture(bars, Unit.DAY, width)
    for part in drawn.parts:
        assert LEFT <= part.x <= part.x + part.width <= width + 0.2
        assert 0 <= part.y < part.y + part.height <= BOTTOM + 0.2
        assert part.height >= 1
    assert all(LEFT <= x <= width for x, _ in drawn.labels)
    assert len(drawn.labels) <= 12
    assert next(text for _, text in drawn.scale) == "0"


def test_each_kind_is_one_shape_of_all_its_rectangles():
    bars = [Bar(MIDNIGHT + at * DAY, MIDNIGHT + (at + 1) * DAY, Split(2, at, 0)) for at in range(3)]
    drawn = picture(bars, Unit.DAY, NARROW)
    shapes = dict(drawn.shapes)
    assert list(shapes) == ["c2", "c1"]  # nothing was refused
    assert [outline.count("z") for outline in shapes.values()] == [3, 2]
    for part in drawn.parts:
        right_down_and_back = f"h{part.width}v{part.height}h-{part.width}z"
        assert f"M{part.x} {part.y}{right_down_and_back}" in shapes[part.ink]
