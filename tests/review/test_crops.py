"""The slit, pixel by pixel: its window, flat blocks, and beyond them nothing at all."""

import io
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from apps.base.types import Box
from apps.review.crops import BLOCK, Slit, draw_line, draw_page, draw_slit, draw_wider

WIDTH, HEIGHT = 400, 300
INK = (10, 20, 30)  # of the value
SECRET = (200, 30, 30)  # of every other word
PAPER = (240, 240, 240)
VALUE = Box(0.4, 0.5, 0.6, 0.55)  # 160 to 240, 150 to 165

Pixels = NDArray[np.uint8]


def page_with(value: Box | None, others: Sequence[Box], secret: tuple[int, int, int] = SECRET):
    """Paper on which the words' whole boxes are filled; the value last, on top."""
    page = np.full((HEIGHT, WIDTH, 3), PAPER, np.uint8)
    for box in others:
        fill(page, box, secret)
    if value:
        fill(page, value, INK)
    return page


def fill(page: Pixels, box: Box, colour: tuple[int, int, int]) -> None:
    """Every pixel that the box touches, as ink of a word would."""
    height, width = page.shape[:2]
    rows = slice(int(box.top * height), int(np.ceil(box.bottom * height)))
    columns = slice(int(box.left * width), int(np.ceil(box.right * width)))
    page[rows, columns] = colour


def opened(slit: Slit) -> NDArray[np.int16]:
    """Red, green, blue, alpha."""
    with Image.open(io.BytesIO(slit.png)) as image:
        assert image.mode == "RGBA"
        return np.asarray(image).astype(np.int16)


def seen(slit: Slit) -> NDArray[np.int16]:
    """The colours of all pixels that are visible, in a list."""
    picture = opened(slit)
    return picture[picture[..., 3] == 255][:, :3]


def shows(slit: Slit, colour: tuple[int, int, int]) -> bool:
    return bool((seen(slit) == colour).all(axis=1).any())


def place(slit: Slit) -> tuple[int, int]:
    """Where the picture's upper left corner lies on the page, in pixels."""
    return round(slit.frame.left * WIDTH), round(slit.frame.top * HEIGHT)


NEIGHBOURS = {
    "far away":                        Box(0.05, 0.1, 0.3, 0.15),
    "to the left":                     Box(0.2, 0.5, 0.39, 0.55),
    "to the right":                    Box(0.61, 0.5, 0.9, 0.55),
    "touching on the left":            Box(0.2, 0.5, 0.4, 0.55),
    "touching on the right":           Box(0.6, 0.5, 0.8, 0.55),
    "the line above":                  Box(0.3, 0.44, 0.7, 0.49),
    "the line below":                  Box(0.3, 0.56, 0.7, 0.61),
    "touching above":                  Box(0.3, 0.45, 0.7, 0.5),
    "touching below":                  Box(0.3, 0.55, 0.7, 0.6),
    "aslant above, half in the margin": Box(0.55, 0.46, 0.7, 0.495),
    "between two pixels on the left":  Box(0.2, 0.5, 0.3901, 0.55),
    "between two pixels above":        Box(0.3, 0.44, 0.7, 0.4934),
    "between two pixels below":        Box(0.3, 0.5567, 0.7, 0.61),
    "between two pixels on the right": Box(0.6099, 0.5, 0.8, 0.55),
    "a single pixel":                  Box(0.6101, 0.52, 0.6102, 0.5201),
}  # fmt: skip


@pytest.mark.parametrize("where", NEIGHBOURS)
def test_a_neighbour_is_never_seen(where):
    other = NEIGHBOURS[where]
    slit = draw_slit(page_with(VALUE, [other]), [VALUE], [VALUE, other])
    assert shows(slit, INK)
    assert not shows(slit, SECRET)


@pytest.mark.parametrize("where", NEIGHBOURS)
def test_the_value_is_seen_whole_whoever_stands_beside_it(where):
    other = NEIGHBOURS[where]
    slit = draw_slit(page_with(VALUE, [other]), [VALUE], [VALUE, other])
    visible = (seen(slit) == INK).all(axis=1).sum()
    rounded_off = 4 * 5  # the corners of the window
    assert visible >= 80 * 15 - rounded_off


def test_a_neighbour_that_lies_over_the_value_hides_nothing_of_it():
    """Boxes overlap where an engine is unsure; what lies in the window is the window's."""
    other = Box(0.58, 0.5, 0.8, 0.55)  # a tenth of it in the window
    slit = draw_slit(page_with(VALUE, [other]), [VALUE], [VALUE, other])
    assert (seen(slit) == INK).all(axis=1).sum() >= 80 * 15 - 20
    assert not shows(slit, SECRET)


def test_pixels_outside_are_absent_and_not_only_transparent():
    other = Box(0.3, 0.44, 0.7, 0.49)
    picture = opened(draw_slit(page_with(VALUE, [other]), [VALUE], [VALUE, other]))
    assert set(np.unique(picture[..., 3])) == {0, BLOCK[3], 255}
    assert (picture[picture[..., 3] == 0] == 0).all()
    assert (picture[picture[..., 3] == BLOCK[3]] == BLOCK).all()


def test_a_block_stands_where_a_word_is_withheld():
    other = Box(0.3, 0.42, 0.7, 0.47)
    slit = draw_slit(page_with(VALUE, [other]), [VALUE], [VALUE, other])
    picture, (left, top) = opened(slit), place(slit)
    middle = picture[round(0.445 * HEIGHT) - top, round(0.5 * WIDTH) - left]
    assert tuple(middle) == BLOCK


def test_no_block_stands_where_nothing_is_withheld():
    picture = opened(draw_slit(page_with(VALUE, []), [VALUE], [VALUE]))
    assert set(np.unique(picture[..., 3])) == {0, 255}


def test_the_picture_does_not_depend_on_what_the_neighbours_say():
    """Same boxes, other letters: the same file, byte by byte."""
    others = [box for name, box in NEIGHBOURS.items() if "touching" not in name]
    rng = np.random.default_rng(7)
    red = page_with(VALUE, others)
    noise = rng.integers(0, 255, red.shape, np.uint8)
    fill(noise, Box(0.36, 0.47, 0.64, 0.58), PAPER)  # the window's margin
    noise_below = page_with(VALUE, others)
    hidden = (red == SECRET).all(axis=2)
    noise_below[hidden] = noise[hidden]
    words = [VALUE, *others]
    assert draw_slit(red, [VALUE], words).png == draw_slit(noise_below, [VALUE], words).png


def test_blocks_do_not_measure_words():
    """A letter more or less is within the grid to which blocks snap."""
    page = page_with(VALUE, [])
    short, long = Box(0.42, 0.42, 0.5, 0.47), Box(0.42, 0.42, 0.505, 0.47)
    assert draw_slit(page, [VALUE], [short]).png == draw_slit(page, [VALUE], [long]).png


@pytest.mark.parametrize(
    "window",
    [
        Box(0.0, 0.0, 0.1, 0.05),
        Box(0.9, 0.0, 1.0, 0.05),
        Box(0.0, 0.95, 0.1, 1.0),
        Box(0.9, 0.95, 1.0, 1.0),
        Box(0.0, 0.5, 1.0, 0.55),
        Box(0.0, 0.0, 1.0, 1.0),
        Box(0.5, 0.5, 0.507, 0.507),
    ],
)
def test_a_window_at_the_edge_of_the_page_is_seen(window):
    slit = draw_slit(page_with(window, []), [window], [window])
    assert shows(slit, INK)
    picture, (left, top) = opened(slit), place(slit)
    rows, columns = np.nonzero(picture[..., 3])
    assert 0 <= rows.min() + top <= rows.max() + top < HEIGHT
    assert 0 <= columns.min() + left <= columns.max() + left < WIDTH


def test_several_lines_of_one_value_are_one_slit():
    first, second = Box(0.4, 0.5, 0.6, 0.55), Box(0.1, 0.6, 0.3, 0.65)
    between = Box(0.7, 0.5, 0.9, 0.55)
    page = page_with(None, [between])
    fill(page, first, INK)
    fill(page, second, (30, 20, 10))
    slit = draw_slit(page, [first, second], [first, second, between])
    assert shows(slit, INK) and shows(slit, (30, 20, 10))
    assert not shows(slit, SECRET)
    assert slit.share == pytest.approx(share_of(slit))


def test_a_word_that_lies_half_in_a_window_belongs_to_it():
    inside, outside = Box(0.55, 0.5, 0.64, 0.55), Box(0.57, 0.5, 0.66, 0.55)
    assert shows(draw_slit(page_with(None, [inside]), [VALUE], [inside]), SECRET)
    beyond = draw_slit(page_with(None, [outside]), [VALUE], [outside])
    visible = (opened(beyond)[..., :3] == SECRET).all(axis=2)
    assert visible.nonzero()[1].max() + place(beyond)[0] < 0.6 * WIDTH  # not beyond the window


def test_the_share_is_the_part_of_the_page_that_is_seen():
    slit = draw_slit(page_with(VALUE, []), [VALUE], [VALUE])
    assert slit.share == pytest.approx(share_of(slit))
    assert 0.01 < slit.share < 0.03


def test_more_words_around_leave_less_to_see():
    alone = draw_slit(page_with(VALUE, []), [VALUE], [])
    crowded = draw_slit(page_with(VALUE, []), [VALUE], list(NEIGHBOURS.values()))
    assert crowded.share < alone.share


def test_a_slit_is_no_larger_than_its_frame_says():
    slit = draw_slit(page_with(VALUE, []), [VALUE], [VALUE])
    picture = opened(slit)
    assert picture.shape[:2] == (slit.height, slit.width)
    assert slit.width == round(slit.frame.width * WIDTH)
    assert slit.height == round(slit.frame.height * HEIGHT)
    assert slit.height < 4 * 15 + 20  # a few lines around the value's own


def test_the_window_says_where_in_the_picture_one_can_see():
    slit = draw_slit(page_with(VALUE, []), [VALUE], [VALUE])
    rows, columns = (opened(slit)[..., 3] == 255).nonzero()
    assert slit.window.left * slit.width == pytest.approx(columns.min(), abs=1)
    assert slit.window.right * slit.width == pytest.approx(columns.max() + 1, abs=1)
    assert slit.window.top * slit.height == pytest.approx(rows.min(), abs=1)
    assert slit.window.bottom * slit.height == pytest.approx(rows.max() + 1, abs=1)


def test_the_picture_carries_nothing_but_pixels():
    slit = draw_slit(page_with(VALUE, []), [VALUE], [VALUE])
    with Image.open(io.BytesIO(slit.png)) as image:
        assert image.info == {}
        assert image.text == {}


def test_a_slit_without_a_window_is_refused():
    with pytest.raises(ValueError, match="has a window"):
        draw_slit(page_with(VALUE, []), [], [VALUE])


CODE = np.array([1, 1 << 10, 1 << 20], np.int64)  # makes one number of a colour

boxes = st.tuples(*[st.floats(0, 1) for _ in range(4)]).map(
    lambda edges: (*sorted(edges[:2]), *sorted(edges[2:]))
).filter(lambda e: e[1] - e[0] > 0.001 and e[3] - e[2] > 0.001).map(
    lambda e: Box(e[0], e[2], e[1], e[3])
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.lists(boxes, min_size=1, max_size=3), st.lists(boxes, max_size=8))
def test_whatever_the_boxes_no_word_outside_the_windows_is_seen(windows, words):
    """Each page pixel says its place, so that the picture can be laid back on the page."""
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    page = np.dstack([rows % 256, columns % 256, rows // 256 * 2 + columns // 256])
    slit = draw_slit(page.astype(np.uint8), windows, words)
    picture, visible = opened(slit), laid_back(slit)
    assert visible.sum() == round(slit.share * WIDTH * HEIGHT)
    assert (picture[picture[..., 3] == 0] == 0).all()
    assert (np.sort(seen(slit) @ CODE) == np.sort(page[visible] @ CODE)).all()
    for word in words:
        if outside(word, windows):
            assert not (visible & covered(word) & ~anywhere(windows)).any()


def test_a_line_shows_the_line_and_blocks_above_and_below():
    beside, above, below = (
        Box(0.7, 0.5, 0.9, 0.55),
        Box(0.4, 0.4, 0.6, 0.45),
        Box(0.1, 0.6, 0.3, 0.7),
    )
    page = page_with(VALUE, [above, below])
    fill(page, beside, (0, 0, 250))
    slit = draw_line(page, [VALUE], [VALUE, beside, above, below])
    assert shows(slit, INK) and shows(slit, (0, 0, 250))
    assert not shows(slit, SECRET)
    assert slit.share == pytest.approx(share_of(slit))
    assert slit.share < 0.1


BESIDE, ABOVE, BELOW = (
    Box(0.63, 0.5, 0.8, 0.55), Box(0.25, 0.43, 0.45, 0.48), Box(0.25, 0.565, 0.45, 0.61),
)  # fmt: skip


def test_a_wider_slit_shows_what_the_slit_was_too_tight_for():
    page = page_with(VALUE, [])
    stroke = Box(VALUE.right + 0.03, VALUE.top, VALUE.right + 0.05, VALUE.bottom)
    struck = Box(VALUE.left, VALUE.bottom + 0.012, VALUE.right, VALUE.bottom + 0.02)
    for at, mark in enumerate((stroke, struck)):
        fill(page, mark, (0, 250, 40 * at))
    tight = draw_slit(page, [VALUE], [VALUE])
    assert not shows(tight, (0, 250, 0)) and not shows(tight, (0, 250, 40))
    wider = draw_wider(page, [VALUE], [VALUE])
    assert shows(wider, INK) and shows(wider, (0, 250, 0)) and shows(wider, (0, 250, 40))
    assert wider.share == pytest.approx(share_of(wider))


def test_words_around_a_wider_slit_stay_closed_where_they_stand():
    page = page_with(VALUE, [BESIDE, ABOVE, BELOW])
    slit = draw_wider(page, [VALUE], [VALUE, BESIDE, ABOVE, BELOW])
    assert shows(slit, INK)
    assert not shows(slit, SECRET)
    visible = laid_back(slit)
    for word in (BESIDE, ABOVE, BELOW):
        assert not (visible & covered(word)).any()


def test_each_step_shows_more_of_a_page_than_the_one_before():
    page, words = page_with(VALUE, [ABOVE]), [VALUE, ABOVE]
    steps = [draw_slit, draw_wider, draw_line]
    shares = [draw(page, [VALUE], words).share for draw in steps]
    shares.append(draw_page(page).share)
    assert shares == sorted(set(shares))
    assert shares[-1] == 1.0


def test_a_page_is_the_whole_page_and_nothing_that_came_with_it():
    page = page_with(VALUE, [ABOVE])
    slit = draw_page(page)
    with Image.open(io.BytesIO(slit.png)) as image:
        assert (np.asarray(image) == page).all()
        assert image.info == {}


def share_of(slit: Slit) -> float:
    return float((opened(slit)[..., 3] == 255).sum()) / (WIDTH * HEIGHT)


def laid_back(slit: Slit) -> NDArray[np.bool_]:
    """The pixels of the page that a slit shows."""
    (left, top), visible = place(slit), np.zeros((HEIGHT, WIDTH), bool)
    rows, columns = (opened(slit)[..., 3] == 255).nonzero()
    visible[rows + top, columns + left] = True
    return visible


def covered(box: Box) -> NDArray[np.bool_]:
    """The pixels that a box touches."""
    marked = np.zeros((HEIGHT, WIDTH, 1), np.uint8)
    fill(marked, box, (1,))  # type: ignore[arg-type]
    return marked[..., 0].astype(bool)


def anywhere(windows: Sequence[Box]) -> NDArray[np.bool_]:
    return np.any([covered(window) for window in windows], axis=0)


def outside(word: Box, windows: Sequence[Box]) -> bool:
    """Less than half of the word lies in the windows."""
    inside = 0.0
    for window in windows:
        across = min(word.right, window.right) - max(word.left, window.left)
        down = min(word.bottom, window.bottom) - max(word.top, window.top)
        inside += max(0.0, across) * max(0.0, down)
    return inside < 0.499 * word.width * word.height
