"""Where points of curves stand."""

from itertools import pairwise

import pytest

from apps.extraction.calibration import curves
from portal import charts
from portal.charts import PLOT
from tests.extraction.test_calibration import bins

COUNTED = bins(at_0_5=(100, 30), at_0_9=(500, 5), at_0_999=(400, 0))


def points(text: str) -> list[tuple[float, float]]:
    return [tuple(map(float, pair.split(","))) for pair in text.split()]


def test_everything_lies_within_its_frame():
    made = charts.reliability(curves.reliability(COUNTED), curves.reliability(COUNTED))
    heights = {y for dot in (*made.dots, *made.here) for y in (dot.y, dot.low, dot.high)}
    assert all(PLOT.top <= y <= PLOT.bottom for y in heights)
    assert all(PLOT.left <= dot.x <= PLOT.right for dot in made.dots)
    assert len(made.dots) == len(made.here) == 3


def test_a_share_stands_within_its_interval():
    for dot in charts.reliability(curves.reliability(COUNTED)).dots:
        assert min(dot.low, dot.high) <= dot.y <= max(dot.low, dot.high)


def test_surer_fields_stand_further_left_and_fewer_errors_lower():
    surest, sure, doubtful = charts.reliability(curves.reliability(COUNTED)).dots
    assert surest.x < sure.x < doubtful.x
    assert surest.y > sure.y > doubtful.y


def test_each_power_of_ten_is_as_wide_as_the_next():
    ticks = [tick.at for tick in charts.reliability([]).frame.across]
    widths = [right - left for left, right in pairwise(ticks)]
    assert widths == pytest.approx([widths[0]] * len(widths), abs=0.2)


def test_the_cost_curve_goes_from_looking_at_nothing_to_the_right():
    made = charts.cost(curves.costs(COUNTED), target=0.005, threshold=0.9)
    line, most = points(made.line), points(made.most)
    assert line[0][0] == PLOT.left
    assert [x for x, _ in line] == sorted(x for x, _ in line)
    assert all(bound <= y for (_, y), (_, bound) in zip(line, most, strict=True))
    assert made.chosen
    assert (made.chosen.x, made.chosen.y) in line


def test_no_threshold_has_no_place_on_the_curve():
    assert charts.cost(curves.costs(COUNTED), target=0.005, threshold=None).chosen is None
