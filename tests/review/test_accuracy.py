"""How sure a few known answers make of a person."""

import pytest

from apps.review.accuracy import Accuracy, usual_seconds


@pytest.mark.parametrize(
    ("met", "answered", "low", "high"),
    [
        (0, 0, 0.0, 1.0),
        (8, 10, 0.490, 0.943),
        (10, 10, 0.722, 1.0),
        (0, 10, 0.0, 0.278),
        (95, 100, 0.888, 0.978),
    ],
)
def test_bounds_are_wilsons(met, answered, low, high):
    found = Accuracy(met, answered).bounds
    assert found == (pytest.approx(low, abs=0.001), pytest.approx(high, abs=0.001))


@pytest.mark.parametrize(
    ("met", "answered", "floor", "below"),
    [
        (0, 9, 0.8, False),
        (0, 10, 0.8, True),
        (5, 10, 0.8, True),
        (6, 10, 0.8, False),
        (10, 10, 0.99, False),
        (0, 50, 0.0, False),
    ],
)
def test_somebody_is_below_a_floor_only_if_it_is_sure(met, answered, floor, below):
    assert Accuracy(met, answered).is_below(floor) is below


def test_nothing_answered_has_no_share():
    assert Accuracy(0, 0).share is None
    assert Accuracy(3, 4).share == 0.75


@pytest.mark.parametrize(
    ("shown", "seconds"), [([], None), ([1200], 1.2), ([900, 1100, 60_000], 1.1)]
)
def test_the_usual_time_is_the_median(shown, seconds):
    assert usual_seconds(shown) == seconds
