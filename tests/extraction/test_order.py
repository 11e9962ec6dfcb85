"""Reading order: columns to their end, tables across."""

import numpy as np
import pytest

from apps.extraction.layout import rows_of
from apps.extraction.order import paragraphs
from tests.extraction.pages import drawn


def texts(drawing: str) -> list[str]:
    return [one.text for one in paragraphs(rows_of(drawn(drawing)))]


TWO_COLUMNS = """
    A title that goes right across both of the columns below it

    The left column has lines that       The right column is beside it
    are read to their end before the     and is read only after the left
    right one is begun at its top        one has come to its own end
    and this is its last line            with one line more below
                                         than the left one has in all
"""


def test_columns_of_prose_are_read_one_after_the_other():
    title, left, right = texts(TWO_COLUMNS)
    assert title.startswith("A title")
    assert left.startswith("The left column")
    assert left.endswith("this is its last line")
    assert right.startswith("The right column")
    assert right.endswith("in all")


def test_three_columns_are_read_one_after_the_other():
    columns = [
        [f"{name} column line number {n}" for n in range(4)] for name in ("one", "two", "six")
    ]
    drawing = "\n".join("   ".join(line) for line in zip(*columns, strict=True))
    assert texts(drawing) == ["\n".join(column) for column in columns]


def test_lines_of_columns_need_not_stand_at_one_height():
    left = [f"left column has a line {n}" for n in range(4)]
    right = [f"right column a line {n}" for n in range(4)]
    rows = [
        line for pair in zip(left, right, strict=True) for line in (pair[0], " " * 40 + pair[1])
    ]
    page = drawn("\n".join(["top left of the columns    top right of the columns", *rows]))
    said = "\n".join(one.text for one in paragraphs(rows_of(page)))
    assert said.index("left column has a line 3") < said.index("right column a line 0")


TABLE = """
    Description of the article       Amount
    Grey paper, one hundred sheets    12.50
    Blue paper, fifty sheets          13.00
    Envelopes with a window            4.20
    Stamps                             1.10
"""


def test_a_table_is_read_row_by_row():
    rows = texts(TABLE)
    assert rows[0] == "Description of the article\tAmount"
    assert rows[1:] == [
        "Grey paper, one hundred sheets\t12.50",
        "Blue paper, fifty sheets\t13.00",
        "Envelopes with a window\t4.20",
        "Stamps\t1.10",
    ]


def test_labels_and_their_values_are_read_together():
    form = """
        Invoice number      KX-77314
        Date of invoice     26 March 2019
        Payable until       25 April 2019
        Name of customer    Kestrelberg Limited
    """
    assert texts(form)[0] == "Invoice number\tKX-77314"


def test_what_stands_far_below_columns_comes_after_both():
    footer = TWO_COLUMNS.rstrip("\n ") + "\n\n\n\n\n    Page one of two"
    assert texts(footer)[-1] == "Page one of two"


def test_a_table_under_columns_stays_a_table():
    said = texts(TWO_COLUMNS + "\n\n\n\n" + TABLE)
    assert "Stamps\t1.10" in said
    assert said.index("Stamps\t1.10") > 2


def test_a_gap_parts_paragraphs():
    assert texts("one line of it\nand another\n\n\nthe next one") == [
        "one line of it\nand another",
        "the next one",
    ]


def test_the_box_of_a_paragraph_holds_its_lines():
    [one] = paragraphs(rows_of(drawn("a line that is long\nshort")))
    tops = [line.box.top for line in one.lines]
    assert one.box.top == min(tops)
    assert one.box.right == max(line.box.right for line in one.lines)


@pytest.mark.parametrize("drawing", ["", "word"])
def test_a_page_with_next_to_nothing_is_read(drawing):
    assert texts(drawing) == ([drawing] if drawing else [])


def test_nothing_is_lost_or_said_twice():
    rng = np.random.default_rng(4)
    words = ["alpha", "beta", "gamma", "delta"]
    lines = [
        "".join(
            f"{rng.choice(words)}{number}x{cell}".ljust(20) for cell in range(rng.integers(1, 5))
        )
        for number in range(40)
    ]
    said = " ".join(texts("\n".join(lines))).split()
    assert sorted(said) == sorted("\n".join(lines).split())
