"""Which lines of a page are its header: a few, large and early, and never the body."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.base.types import Box
from apps.review.crops import draw_heading, most_seen
from apps.review.headings import MOST_LINES, MOST_SEEN, heading
from tests.review.test_crops import INK, PAPER, SECRET, fill, opened, share_of, shows

WIDTH, HEIGHT = 400, 600  # pixels of a page
LIMIT = 0.12  # of a page that whoever tells its class may see


def line(top: float, *, left: float = 0.1, words: int = 3, height: float = 0.012) -> list[Box]:
    """Words of one line, side by side."""
    edges = [left + at * 0.11 for at in range(words)]
    return [Box(edge, top, edge + 0.1, top + height) for edge in edges]


def seen(*lines: list[Box]) -> list[Box]:
    return heading([word for words in lines for word in words], width=WIDTH, height=HEIGHT)


BODY = [line(0.1 + at * 0.03) for at in range(25)]


def test_the_first_lines_are_the_header_where_all_print_is_alike():
    tops = [round(box.top, 3) for box in seen(*BODY)]
    assert tops == [0.1, 0.13, 0.16, 0.19, 0.22]


def test_large_print_comes_before_the_first_lines():
    title = line(0.3, words=1, height=0.03)
    boxes = seen(*BODY[:6], title, *BODY[8:])
    assert title[0] in boxes
    assert len(boxes) == MOST_LINES


def test_large_print_in_the_body_is_not_the_header():
    total = line(0.8, words=1, height=0.05)
    boxes = seen(*BODY[:20], total)
    assert len(boxes) == MOST_LINES
    assert total[0] not in boxes


def test_what_stands_far_beside_it_is_another_line():
    boxes = seen(line(0.05, words=1), line(0.05, left=0.7, words=1), *BODY)
    assert [round(box.left, 2) for box in boxes[:2]] == [0.1, 0.7]


def test_a_page_that_begins_late_has_its_header_there():
    low = [line(0.6 + at * 0.03) for at in range(12)]
    assert seen(*low)[0].top == pytest.approx(0.6)


@pytest.mark.parametrize(("lines", "shown"), [(1, 1), (2, 1), (3, 1), (4, 2), (9, 4), (30, 5)])
def test_half_of_a_short_page_stays_closed(lines, shown):
    assert len(seen(*BODY[:lines], *(line(0.86 + 0.02 * at) for at in range(lines - 25)))) == shown


def test_a_page_without_words_has_no_header():
    assert seen() == []


def test_a_line_as_large_as_the_page_is_cut():
    [box] = seen([Box(0.0, 0.0, 1.0, 1.0)])
    assert most_seen([box], WIDTH, HEIGHT) <= MOST_SEEN
    assert box.top == 0.0


def test_the_body_is_absent_from_the_picture():
    """Not blurred and not covered: its pixels are nowhere in the file."""
    words = [word for words in BODY for word in words]
    boxes = heading(words, width=WIDTH, height=HEIGHT)
    page = np.full((HEIGHT, WIDTH, 3), PAPER, np.uint8)
    for word in words:
        fill(page, word, INK if word.top < 0.23 else SECRET)
    slit = draw_heading(page, boxes, words)
    assert shows(slit, INK)
    assert not shows(slit, SECRET)
    hidden = opened(slit)[opened(slit)[..., 3] == 0]
    assert (hidden == 0).all()
    other = page.copy()
    other[(page == SECRET).all(axis=2)] = (1, 2, 3)
    assert draw_heading(other, boxes, words).png == slit.png


words_anywhere = st.lists(
    st.tuples(*[st.floats(0, 1) for _ in range(4)])
    .map(lambda e: (*sorted(e[:2]), *sorted(e[2:])))
    .filter(lambda e: e[1] - e[0] > 0.002 and e[3] - e[2] > 0.002)
    .map(lambda e: Box(e[0], e[2], e[1], e[3])),
    min_size=1,
    max_size=30,
)


@settings(max_examples=60, deadline=None)
@given(words_anywhere, st.sampled_from([(400, 600), (300, 900), (900, 400)]))
def test_wherever_words_stand_little_of_the_page_is_seen(words, size):
    width, height = size
    boxes = heading(words, width=width, height=height)
    assert 1 <= len(boxes) <= MOST_LINES
    page = np.zeros((height, width, 3), np.uint8)
    slit = draw_heading(page, boxes, words)
    assert slit.share < LIMIT
    visible = (opened(slit)[..., 3] == 255).sum()
    assert visible == round(slit.share * width * height)


def test_the_share_is_what_can_be_seen():
    words = [word for words in BODY for word in words]
    boxes = heading(words, width=400, height=300)
    slit = draw_heading(np.zeros((300, 400, 3), np.uint8), boxes, words)
    assert slit.share == pytest.approx(share_of(slit))
