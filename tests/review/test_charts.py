"""Where bars stand."""

from itertools import pairwise

import pytest

from apps.review.charts import PLOT, Column, bars


@pytest.mark.parametrize(
    ("highest", "scale"),
    [(0, "2"), (1, "2"), (3, "4"), (7, "8"), (11, "20"), (21, "30"), (480, "500"), (7400, "8k")],
)
def test_the_scale_ends_at_a_round_number(highest, scale):
    drawn = bars([Column("now", [(highest, "c1")])])
    assert drawn.frame.up[-1].text == scale


def test_everything_lies_within_the_frame_and_stands_on_what_is_below_it():
    drawn = bars([Column("a", [(30, "c1"), (10, "c4")]), Column("b", [(0, "c1"), (5, "c4")])])
    below, above, alone = drawn.parts
    assert below.y + below.height == pytest.approx(PLOT.bottom, abs=0.2)
    assert above.y + above.height == pytest.approx(below.y, abs=0.2)
    assert (above.ink, alone.ink) == ("c4", "c4")
    assert below.height == pytest.approx(3 * above.height, abs=0.3)
    for part in drawn.parts:
        assert part.x >= PLOT.left and part.x + part.width <= PLOT.right
        assert part.y >= PLOT.top


def test_columns_do_not_touch_and_stand_over_their_labels():
    drawn = bars([Column(str(at), [(1, "c1")]) for at in range(24)])
    middles = [part.x + part.width / 2 for part in drawn.parts]
    assert middles == pytest.approx([tick.at for tick in drawn.frame.across], abs=0.2)
    lefts = [part.x for part in drawn.parts]
    assert all(b - a > drawn.parts[0].width for a, b in pairwise(lefts))


def test_a_column_without_a_label_keeps_its_room():
    drawn = bars([Column("", [(1, "c1")]), Column("b", [(1, "c1")])])
    assert [tick.text for tick in drawn.frame.across] == ["b"]
    assert len(drawn.parts) == 2


def test_nothing_draws_nothing():
    assert bars([]).parts == []
