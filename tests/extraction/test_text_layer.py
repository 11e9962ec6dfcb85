"""The text layer comes out of the jail with where each word stands and whether it is seen."""

import io

import numpy as np
import pikepdf
import pytest

from apps.extraction import layers
from apps.extraction.layers import CHARACTER, BadLayer, Look
from apps.extraction.synthetic import draw
from tests.extraction.layered import (
    HEIGHT,
    INVISIBLE,
    OUTLINE,
    WHOLE_PAGE,
    WIDTH,
    WINDOW,
    looks,
    patch,
    pdf,
    said,
    text,
    told,
    written,
)

CENTRE = (50 / WIDTH, 1 - 200 / HEIGHT)  # where `text` begins, as fractions of an upright page


def test_a_word_is_seen_where_it_stands():
    [word] = told(pdf(text("Total")))
    assert (word.text, word.look) == ("Total", Look.SEEN)
    assert (word.box.left, word.box.bottom) == pytest.approx(CENTRE, abs=0.03)
    assert word.box.height == pytest.approx(20 / HEIGHT, rel=0.4)


@pytest.mark.parametrize(
    ("rotate", "corner"),
    [
        (90, (1 - CENTRE[1], CENTRE[0])),
        (180, (1 - CENTRE[0], 1 - CENTRE[1])),
        (270, (CENTRE[1], 1 - CENTRE[0])),
    ],
)
def test_a_word_stands_where_it_is_drawn_on_a_page_that_the_file_turns(rotate, corner):
    [word] = told(pdf(text("Total"), rotate=rotate))
    box = word.box
    assert word.look is Look.SEEN
    corners = [(x, y) for x in (box.left, box.right) for y in (box.top, box.bottom)]
    assert any(one == pytest.approx(corner, abs=0.03) for one in corners)


def test_a_word_stands_where_it_is_drawn_on_a_cropped_page():
    [word] = told(pdf(text("Total"), crop=(50, 0, 250, HEIGHT)))
    assert word.look is Look.SEEN
    assert word.box.left == pytest.approx(0, abs=0.01)


def test_words_part_at_gaps_and_lines():
    content = pdf(text("Total due"), text("100.00", 250), text("EUR", y=100))
    assert [word.text for word in told(content)] == ["Total", "due", "100.00", "EUR"]


HIDDEN = {
    "invisible": [text("900.00", mode=INVISIBLE)],
    "only a window": [text("900.00", mode=WINDOW)],
    "white on white": [text("900.00", grey=1)],
    "nearly white": [text("900.00", grey=0.97)],
    "black on black": [patch(0), text("900.00")],
    "one point": [text("900.00", size=1)],
    "one point by scale": [b"0.05 0 0 0.05 0 0 cm\n", text("900.00", 1000, 4000)],
    "above the page": [text("900.00", y=HEIGHT + 40)],
    "beside the page": [text("900.00", x=-400)],
    "covered in white": [text("900.00"), patch(1)],
    "covered in grey": [text("900.00"), patch(0.4)],
    "clipped": [b"q 300 20 50 50 re W n\n", text("900.00"), b"Q\n"],
    "transparent": [b"/S gs\n", text("900.00")],
}


@pytest.mark.parametrize("content", HIDDEN.values(), ids=HIDDEN)
def test_what_the_eye_does_not_see_is_told_as_unseen(content):
    assert looks(told(pdf(*content))) == {"900.00": "UNSEEN"}


def test_what_is_cropped_away_is_unseen():
    assert looks(told(pdf(text("900.00"), crop=(0, 0, WIDTH, 150)))) == {"900.00": "UNSEEN"}


SHOWN = {
    "white on black": [patch(0), text("100.00", grey=1)],
    "outlined": [text("100.00", mode=OUTLINE)],
    "grey": [text("100.00", grey=0.6)],
    "small print": [text("100.00", size=5)],
    "small by itself, drawn larger": [b"10 0 0 10 0 0 cm\n", text("100.00", 5, 20, size=1.5)],
}


@pytest.mark.parametrize("content", SHOWN.values(), ids=SHOWN)
def test_what_the_eye_sees_is_told_as_seen(content):
    assert looks(told(pdf(*content))) == {"100.00": "SEEN"}


def test_a_hidden_digit_before_a_word_that_is_seen_is_no_part_of_it():
    content = pdf(text("9", 38, grey=1), text("00.00"))
    assert looks(told(content)) == {"9": "UNSEEN", "00.00": "SEEN"}


@pytest.mark.parametrize(
    "laid",
    [
        [text("900.00", mode=INVISIBLE)],
        [text("900.00", mode=WINDOW)],
        [b"/S gs\n", text("900.00")],
    ],
    ids=["invisible", "only a window", "transparent"],
)
def test_what_is_laid_invisibly_over_a_picture_is_unseen(laid):
    """The page shows something there, so only the file can tell."""
    content = pdf(WHOLE_PAGE, *laid, picture=written("100.00"))
    assert looks(told(content)) == {"900.00": "UNSEEN"}


@pytest.mark.parametrize("code", ["\ue000", "\x07", "\ufffd"], ids=["private", "control", "fffd"])
def test_a_shape_that_is_mapped_to_no_character_says_nothing(code):
    assert {word.look for word in told(pdf(text("AA"), means={"A": code}))} == {Look.UNMAPPED}


def test_drawings_that_nobody_names_say_nothing_although_their_codes_look_like_text():
    assert {word.look for word in told(pdf(text("900.00"), squares=True))} == {Look.UNMAPPED}


def test_a_font_without_a_map_says_nothing():
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(draw("receipt", seed=4).content)) as document:
        for held in document.objects:
            if isinstance(held, pikepdf.Dictionary) and "/ToUnicode" in held:
                del held["/ToUnicode"]
        document.save(out)
    words = told(out.getvalue())
    assert len(words) > 20
    assert {word.look for word in words} == {Look.UNMAPPED}


def test_a_page_that_the_project_typesets_is_seen_word_for_word():
    drawn = draw("receipt", seed=4)
    text = " ".join(word.text for word in told(drawn.content) if word.look is Look.SEEN)
    assert drawn.truth["total"] in text


def test_a_shape_that_is_mapped_to_another_character_is_told_as_that_one():
    """Only the engine, which sees the shape, can find this out."""
    content = pdf(text("100.00"), means={"1": "9", "0": "0", ".": "."})
    assert looks(told(content)) == {"900.00": "SEEN"}


def test_a_picture_has_no_layer():
    assert said(pdf(WHOLE_PAGE, picture=written("100.00"))).layers == []


def test_a_page_of_a_million_characters_is_drawn_and_its_layer_cut():
    lines = [text("many words " * 1_000, 10, 3 * y, size=0.5) for y in range(1, 97)]
    [layer] = said(pdf(*lines)).layers
    assert layer.cut
    assert len(layer.characters) == layers.MOST


def test_forms_within_forms_are_drawn_whatever_their_layer():
    content = [b"q " * 20_000, text("Total"), b" Q" * 20_000]
    assert looks(told(pdf(*content))) == {"Total": "SEEN"}


def character(code: int = ord("A"), look: int = 0) -> np.ndarray:
    return np.array([(code, 1, 1, 2, 2, look)], CHARACTER)


@pytest.mark.parametrize(
    "content",
    [
        character().tobytes()[:-1],
        character(code=0x110000).tobytes(),
        character(code=0xD800).tobytes(),
        character(look=3).tobytes(),
        character().tobytes() * (layers.MOST + 1),
    ],
    ids=["half a character", "beyond Unicode", "half of a pair", "unknown look", "too many"],
)
def test_what_is_no_text_layer_is_refused(content):
    with pytest.raises(BadLayer):
        layers.from_bytes(content, 1, cut=False)


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_any_edges_make_boxes_that_lie_on_the_page(turned):
    edges = np.random.default_rng(3).integers(0, 65_536, (500, 4))
    edges[:4] = [[0] * 4, [65_535] * 4, [65_535, 0, 0, 65_535], [0, 65_535, 65_535, 0]]
    characters = np.zeros(500, CHARACTER)
    characters["code"] = ord("A")
    for name, column in zip(layers.EDGES, edges.T, strict=True):
        characters[name] = column
    words = layers.from_bytes(characters.tobytes(), 1, cut=False).words(turned=turned)
    assert "".join(word.text for word in words) == "A" * 500


def test_a_page_that_is_read_turned_has_its_words_turned():
    """A quarter clockwise: the lower left corner comes to the upper left."""
    characters = np.array([(ord("A"), 0, 60_000, 5_000, 65_535, 0)], CHARACTER)
    [word] = layers.from_bytes(characters.tobytes(), 1, cut=False).words(turned=90)
    assert (word.box.left, word.box.top) == (0, 0)
    assert word.box.right == pytest.approx(1 - 60_000 / 65_535, abs=0.001)
