"""A box lies on a page, and two boxes know of each other."""

import math
from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.base.types import Box

edge = st.floats(0, 1, allow_subnormal=False)


@st.composite
def boxes(draw):
    left, right = sorted(draw(st.tuples(edge, edge).filter(lambda pair: pair[0] != pair[1])))
    top, bottom = sorted(draw(st.tuples(edge, edge).filter(lambda pair: pair[0] != pair[1])))
    return Box(left, top, right, bottom)


@pytest.mark.parametrize(
    "edges",
    [
        (-0.01, 0, 1, 1),
        (0, -0.01, 1, 1),
        (0, 0, 1.01, 1),
        (0, 0, 1, 1.01),
        (0.5, 0, 0.5, 1),
        (0, 0.5, 1, 0.5),
        (0.6, 0, 0.4, 1),
        (0, 0.6, 1, 0.4),
        (math.nan, 0, 1, 1),
        (0, 0, 1, math.inf),
    ],
)
def test_what_does_not_lie_on_a_page_is_no_box(edges):
    with pytest.raises(ValueError, match="does not lie on a page"):
        Box(*edges)


def test_the_whole_page_is_a_box():
    page = Box(0, 0, 1, 1)
    assert (page.width, page.height, page.middle) == (1, 1, (0.5, 0.5))


def test_a_box_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        Box(0, 0, 1, 1).left = 0.5


@settings(deadline=None)
@given(boxes(), boxes())
def test_a_union_holds_both_and_no_more(one, other):
    both = one.union(other)
    assert both == other.union(one)
    assert {both.left, both.right} <= {one.left, one.right, other.left, other.right}
    assert both.left <= min(one.left, other.left)
    assert both.right >= max(one.right, other.right)
    assert both.top <= min(one.top, other.top)
    assert both.bottom >= max(one.bottom, other.bottom)


@settings(deadline=None)
@given(boxes(), boxes())
def test_boxes_overlap_if_they_share_more_than_an_edge(one, other):
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.bottom, other.bottom) - max(one.top, other.top)
    assert one.overlaps(other) == other.overlaps(one) == (width > 0 and height > 0)


def test_neighbours_that_touch_do_not_overlap():
    assert not Box(0, 0, 0.5, 1).overlaps(Box(0.5, 0, 1, 1))
