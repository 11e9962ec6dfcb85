"""How a page lies is told from where text stands; no model is needed for that."""

import math
from typing import Any

import numpy as np
import pytest

from apps.extraction.engines import upright
from apps.extraction.engines.upright import UPRIGHT, Lie, axis, cut, lie, straightened

WIDE, HIGH = 400, 300


def quad(angle: float, *, length: float = 200.0, height: float = 20.0, at: float = 0.0) -> Any:
    """The corners of a run of text as a detector gives them: the left ones first."""
    turn = math.radians(angle)
    along = np.array([math.cos(turn), math.sin(turn)]) * length / 2
    down = np.array([-math.sin(turn), math.cos(turn)]) * height / 2
    corners = np.array([-along - down, along - down, along + down, -along + down]) + 500 + at
    left, right = np.split(corners[np.argsort(corners[:, 0], kind="stable")], 2)
    upper_left, lower_left = left[np.argsort(left[:, 1])]
    upper_right, lower_right = right[np.argsort(right[:, 1])]
    return np.array([upper_left, upper_right, lower_right, lower_left], np.float32)


@pytest.mark.parametrize("angle", [0, 1, -1, 7, -12, 90, 97, 80, 93])
def test_the_axis_of_text_is_found_whichever_corner_comes_first(angle):
    quads = [quad(angle, length=100 + 40 * number) for number in range(5)]
    assert axis(quads) == pytest.approx(angle, abs=0.5)


def test_a_line_that_runs_another_way_does_not_change_the_axis():
    assert axis([*[quad(3)] * 5, quad(90, length=100), quad(-20, length=50)]) == pytest.approx(
        3, abs=0.5
    )


def test_where_much_text_runs_either_way_larger_letters_win():
    """A passport laid open: a page of small print on its side above the page with the picture."""
    passport = [*[quad(0, length=250, height=26)] * 8, *[quad(90, length=600, height=14)] * 20]
    assert axis(passport) == pytest.approx(0, abs=0.5)
    on_its_side = [*[quad(90, length=250, height=26)] * 8, *[quad(0, length=600, height=14)] * 20]
    assert axis(on_its_side) == pytest.approx(90, abs=0.5)


def begun(*, over: bool = False) -> Any:
    """A run of text whose beginning is dark, as it is cut out."""
    crop = np.full((20, 160, 3), 200, np.uint8)
    crop[:, -20 if over else 0 :][:, :20] = 0
    return crop


def sure(crops: Any) -> list[float]:
    return [0.98 if crop[:, :20].mean() < crop[:, -20:].mean() else 0.6 for crop in crops]


@pytest.mark.parametrize(
    ("angle", "over", "expected"),
    [
        (0, False, Lie(0, 0.0)),
        (0, True, Lie(180, 0.0)),
        (90, False, Lie(270, 0.0)),  # read downwards it makes sense: turn it anticlockwise
        (90, True, Lie(90, 0.0)),
        (5, False, Lie(0, 5.0)),
        (5, True, Lie(180, 5.0)),
        (-5, False, Lie(0, -5.0)),
        (1.5, True, Lie(180, 0.0)),  # layout bears with that much
    ],
)
def test_a_page_is_turned_so_that_its_lines_begin_where_they_should(angle, over, expected):
    quads = [quad(angle, height=20, length=160)] * 6
    found = lie(axis(quads), quads, [begun(over=over)] * 6, sure)
    assert found.turned == expected.turned
    assert found.skew == pytest.approx(expected.skew, abs=0.5)


def test_lines_that_run_across_the_page_s_text_are_not_asked():
    quads = [*[quad(0, height=30)] * 3, *[quad(90)] * 3]
    asked: list[Any] = []

    def listening(crops: Any) -> list[float]:
        asked.extend(crops)
        return sure(crops)

    lie(0.0, quads, [*[begun()] * 3, *[begun(over=True)] * 3], listening)
    assert len(asked) == 6
    assert sum(sure(asked[3:])) > sum(sure(asked[:3]))  # the same three, the other way up first


def test_a_page_that_reads_no_better_the_other_way_stays():
    quads = [quad(0)] * 4
    assert lie(0.0, quads, [begun()] * 4, lambda crops: [0.7] * len(crops)) == UPRIGHT


@pytest.mark.parametrize("skew", [0.0, 6.0, -6.0])
@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_a_page_is_laid_as_it_was_said_to_lie(turned, skew):
    mark = (slice(20, 40), slice(20, 80))
    page = np.full((HIGH, WIDE, 3), 255, np.uint8)
    page[mark] = 0
    laid = np.rot90(page, k=turned // 90)  # as it would come to us
    if skew:
        laid = straightened(laid, Lie(0, -skew))
    back = straightened(np.ascontiguousarray(laid), Lie(turned, skew))
    ys, xs = np.nonzero(back[..., 0] < 100)
    extra_y, extra_x = (back.shape[0] - HIGH) / 2, (back.shape[1] - WIDE) / 2
    assert ys.mean() - extra_y == pytest.approx(29.5, abs=2)
    assert xs.mean() - extra_x == pytest.approx(49.5, abs=2)
    assert back[0, 0].tolist() == [255, 255, 255]


@pytest.mark.parametrize("angle", [0, 10, -10, 90])
def test_a_run_is_cut_out_and_laid_flat(angle):
    page = np.full((1000, 1000, 3), 255, np.uint8)
    turn = math.radians(angle)
    for step in np.linspace(-90, 90, 400):  # a stroke along the run
        x, y = 500 + step * math.cos(turn), 500 + step * math.sin(turn)
        page[round(y) - 2 : round(y) + 2, round(x) - 2 : round(x) + 2] = 0
    crop = cut(page, quad(angle))
    assert crop.shape[1] / crop.shape[0] == pytest.approx(10, rel=0.1)
    middle = crop.shape[0] // 2
    assert crop[middle, 20:-20].mean() < 60
    assert crop[:4].mean() > 250


def test_far_off_the_axes_no_page_is_scanned():
    assert upright.noticeable(30.0) == upright.noticeable(-30.0) == 0.0
