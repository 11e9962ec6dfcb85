"""Counts over bins, and what follows from them: how reliable, at what cost, from where on."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.extraction.calibration import curves
from apps.extraction.calibration.curves import EDGES, NO_FIELDS, Bins, bounds
from tests.extraction.test_calibration import bins

counts = st.lists(
    st.tuples(st.integers(0, 500), st.floats(0, 1)), min_size=len(EDGES), max_size=len(EDGES)
).map(
    lambda pairs: Bins(
        tuple(float(many) for many, _ in pairs), tuple(many * share for many, share in pairs)
    )
)
targets = st.sampled_from([0.001, 0.005, 0.01, 0.05, 0.2])


def test_a_field_falls_into_the_bin_that_its_confidence_reaches():
    found = curves.counted([(0.0, False, 1.0), (0.95, True, 1.0), (0.9599, False, 2.0)])
    assert found == bins(at_0_0=(1, 1), at_0_95=(3, 2))


@given(st.lists(st.tuples(st.floats(0, 0.9995), st.booleans(), st.just(1.0))))
def test_no_field_is_lost(judged):
    found = curves.counted(judged)
    assert sum(found.fields) == len(judged)
    assert sum(found.wrong) == sum(not right for _, right, _ in judged)


@given(st.integers(0, 50), st.integers(1, 2000))
def test_bounds_hold_the_share_between_them(wrong, fields):
    wrong = min(wrong, fields)
    low, high = bounds(wrong, fields)
    assert 0 <= low <= wrong / fields <= high <= 1


def test_more_fields_bring_the_bounds_together():
    widths = [high - low for low, high in (bounds(n // 100, n) for n in (100, 1000, 10_000))]
    assert widths == sorted(widths, reverse=True)


def test_of_nothing_nothing_is_known():
    assert bounds(0, 0) == (0.0, 1.0)


def test_the_upper_bound_holds_nine_times_in_ten():
    dice = random.Random(4)
    for share, fields in [(0.005, 800), (0.02, 300), (0.1, 100)]:
        tries = 600
        wrong = [sum(dice.random() < share for _ in range(fields)) for _ in range(tries)]
        held = sum(bounds(bad, fields)[1] >= share for bad in wrong)
        assert held / tries > 0.87


# Thresholds


def test_a_threshold_is_the_least_confidence_that_keeps_the_target():
    own = bins(at_0_5=(100, 30), at_0_95=(500, 5), at_0_99=(2000, 0))
    found = [curves.threshold(own, NO_FIELDS, target) for target in (0.002, 0.005, 0.05)]
    assert found == [0.99, 0.95, 0.5]


def test_what_was_never_seen_is_not_accepted():
    assert curves.threshold(bins(at_0_999=(5000, 0)), NO_FIELDS, 0.05) == 0.999


def test_what_is_far_likelier_wrong_than_the_target_is_not_carried_by_the_rest():
    own = bins(at_0_6=(1, 1), at_0_95=(1, 0), at_0_999=(50_000, 0))
    assert curves.threshold(own, NO_FIELDS, 0.005) == 0.95


def test_where_no_confidence_keeps_the_target_there_is_none():
    assert curves.threshold(bins(at_0_99=(1000, 20)), NO_FIELDS, 0.005) is None
    assert curves.threshold(NO_FIELDS, NO_FIELDS, 0.005) is None


def test_a_few_fields_prove_nothing_however_right_they_are():
    assert curves.threshold(bins(at_0_999=(100, 0)), NO_FIELDS, 0.005) is None


def test_other_classes_speak_where_a_class_has_few_fields():
    others = bins(at_0_95=(200, 40), at_0_97=(5000, 2))
    assert curves.threshold(bins(at_0_99=(50, 0)), others, 0.005) == 0.97
    assert curves.threshold(NO_FIELDS, others, 0.005) == 0.97


def test_a_class_that_errs_is_not_carried_by_others():
    others = bins(at_0_99=(50_000, 0))
    assert curves.threshold(bins(at_0_99=(400, 8)), others, 0.005) is None


def test_what_a_class_knows_of_itself_needs_no_other():
    erring = bins(at_0_99=(5000, 500))
    assert curves.threshold(bins(at_0_99=(2000, 0)), erring, 0.005) == 0.99


@given(counts, counts, targets, targets)
def test_a_stricter_target_never_lowers_a_threshold_by_own_fields(own, others, one, other):
    strict, lax = sorted((one, other))
    found = [curves.threshold(own, NO_FIELDS, target) for target in (strict, lax)]
    sure = [1.0 if level is None else level for level in found]
    assert sure[0] >= sure[1]


@given(counts, counts, targets)
def test_what_a_threshold_lets_pass_keeps_the_target(own, others, target):
    level = curves.threshold(own, others, target)
    if level is not None:
        fields, wrong = own.from_(EDGES.index(level))
        lent, lent_wrong = others.from_(EDGES.index(level))
        assert min(wrong / (fields or 1), (wrong + lent_wrong) / (fields + lent)) <= target


# Curves


def test_looking_at_more_never_costs_less():
    costs = curves.costs(bins(at_0_5=(100, 30), at_0_9=(500, 5), at_0_99=(400, 0)))
    assert [one.review for one in costs] == sorted(one.review for one in costs)
    assert costs[0].review == 0.0
    assert costs[0].error == pytest.approx(0.035)
    assert costs[-1].error == 0.0
    assert costs[-1].most > 0.0


@given(counts, st.integers(1, 300))
def test_reliability_counts_every_field_once(counted, least):
    points = curves.reliability(counted, least=least)
    assert sum(point.fields for point in points) == pytest.approx(sum(counted.fields))
    assert all(point.fields >= least for point in points[:-1])
    assert all(0 <= point.least <= point.right <= point.most <= 1 for point in points)


def test_the_surest_fields_come_first():
    points = curves.reliability(bins(at_0_5=(40, 20), at_0_99=(50, 1)), least=20)
    assert [(one.low, one.high, one.fields, one.right) for one in points] == [
        (0.99, 1.0, 50, 0.98),
        (0.5, 0.99, 40, 0.5),
    ]


def test_counts_add_up_and_can_be_taken_in_part():
    one, other = bins(at_0_9=(10, 1)), bins(at_0_9=(5, 0), at_0_99=(7, 2))
    assert one + other == bins(at_0_9=(15, 1), at_0_99=(7, 2))
    assert curves.together([one, other]) == one + other
    assert one.times(0.5).fields[EDGES.index(0.9)] == 5.0
