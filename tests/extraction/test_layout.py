"""Runs of text become rows; every character keeps its place."""

from __future__ import annotations

import pytest

from apps.base.types import Box
from apps.extraction.engines import Glyph, Line, PageText, Word
from apps.extraction.layout import below, rows_of
from tests.extraction.pages import drawn, row


def run(text: str, left: float, top: float, *, height: float = 0.02) -> Line:
    """A run of text of its own, each character 0.01 wide."""
    glyphs = [Glyph(c, 0.9, left + at * 0.01, left + (at + 1) * 0.01) for at, c in enumerate(text)]
    box = Box(left, top, left + len(text) * 0.01, top + height)
    return Line([Word(text, box, 0.9, glyphs)], box)


def page(*lines: Line) -> PageText:
    return PageText(1, 1000, 1400, 0, lines)


def test_pieces_at_one_height_make_a_row_from_left_to_right():
    rows = rows_of(page(run("12.50", 0.8, 0.101), run("Total", 0.1, 0.1), run("Cash", 0.1, 0.13)))
    assert [one.text for one in rows] == ["Total\t12.50", "Cash"]


def test_a_small_gap_stays_within_a_cell():
    assert row("TAX   INVOICE").text == "TAX\tINVOICE"
    assert row("TAX INVOICE").text == "TAX INVOICE"


def leaning(text: str, left: float, level: float, *, lean: float, apart: float) -> Line:
    """Words so far apart on a line that sinks by `lean` page heights for each page width."""
    words = []
    for at, word in enumerate(text.split()):
        x = left + at * apart
        top = level + lean * x
        bottom = top + 0.02 + lean * len(word) * 0.01
        glyphs = [Glyph(c, 0.9, x + i * 0.01, x + i * 0.01 + 0.01) for i, c in enumerate(word)]
        words.append(Word(word, Box(x, top, x + len(word) * 0.01, bottom), 0.9, glyphs))
    box = words[0].box
    for one in words:
        box = box.union(one.box)
    return Line(words, box)


@pytest.mark.parametrize("lean", [0.0, 0.025, 0.04])
def test_a_page_that_leans_keeps_its_rows(lean):
    lines = [
        leaning(text, left, 0.1 + 0.025 * number, lean=lean, apart=apart)
        for number in range(4)
        for text, left, apart in (("one two three", 0.05, 0.2), (f"{number}.00", 0.85, 0.0))
    ]
    assert [one.text for one in rows_of(page(*lines))] == [
        f"one\ttwo\tthree\t{number}.00" for number in range(4)
    ]


def test_long_lines_of_a_page_that_leans_stay_rows_of_their_own():
    """Their boxes lie over one another by far more than their letters do."""
    lines = [
        leaning("a b c d e f g h", 0.1, 0.1 + 0.025 * number, lean=0.1, apart=0.1)
        for number in range(6)
    ]
    assert [one.text.split() for one in rows_of(page(*lines))] == [list("abcdefgh")] * 6


def test_the_box_of_a_span_is_the_box_of_its_characters():
    one = row("Total:12.50")
    amount = one.whole.row.cells[0]
    start = one.text.index("12")
    span = type(amount)(one, start, len(one.text))
    assert span.text == "12.50"
    assert span.box.left == pytest.approx(6 / 80)
    assert span.box.right == pytest.approx(11 / 80)
    assert [glyph.text for glyph in span.glyphs] == list("12.50")


def test_text_on_end_makes_rows_of_its_own():
    standing = run("SIDE", 0.5, 0.1, height=0.3)
    narrow = Line(standing.words, Box(0.5, 0.1, 0.52, 0.4))
    rows = rows_of(page(run("lying", 0.1, 0.2), narrow))
    assert [one.text for one in rows] == ["lying", "SIDE"]


def test_text_on_end_has_the_box_of_its_words():
    box = Box(0.5, 0.1, 0.52, 0.4)
    glyphs = [Glyph(c, 0.9, 0.51, 0.51) for c in "SIDE"]
    [one] = rows_of(page(Line([Word("SIDE", box, 0.9, glyphs)], box)))
    assert one.whole.box == box


def test_what_stands_under_a_label_is_found_nearest_first():
    rows = rows_of(drawn("Number      Date\n4711        1.2.2020\n4712        2.2.2020"))
    label = rows[0].cells[1]
    assert [cell.text for cell in below(label, rows)] == ["1.2.2020", "2.2.2020"]


def test_control_characters_are_spaces_and_the_places_stay():
    one = row("A\u200bB\u200eC")
    assert one.text == "A B C"
    assert len(one.text) == len(one.plain) == len(one.marks)


@pytest.mark.parametrize(
    ("text", "plain"),
    [("\u0663\u0665", "35"), ("\uff11\uff12\uff0e\uff15", "12.5"), ("caf\u00e9", "caf\u00e9")],
)
def test_digits_of_other_scripts_are_read_as_digits(text, plain):
    one = row(text)
    assert one.plain == plain
    assert one.text == text


def test_an_empty_page_has_no_rows():
    assert rows_of(page()) == []
