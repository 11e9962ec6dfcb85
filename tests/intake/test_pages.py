"""Which pages a sender asks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.base.errors import Unreadable
from apps.intake.pages import LONGEST, check, selection

CHOSEN = {
    "": [1, 2, 3, 4, 5],
    "   ": [1, 2, 3, 4, 5],
    "1": [1],
    "last": [5],
    "Last": [5],
    "1-3": [1, 2, 3],
    "1 - 3": [1, 2, 3],
    "1–3": [1, 2, 3],
    "1-3, 5": [1, 2, 3, 5],
    "5, 1": [1, 5],
    "1;2;2;1": [1, 2],
    "1 3": [1, 3],
    "4-last": [4, 5],
    "last-last": [5],
    "1-5, 2-3": [1, 2, 3, 4, 5],
    "1, 2,": [1, 2],
    ", 2": [2],
    "00002": [2],
}
NO_SUCH_PAGES = ["0", "6", "3-1", "last-1", "1-6", "99999", "2, 9"]
NO_LIST = [
    "all", "1-2-3", "-3", "3-", "1.5", "one", "1-", "first", "123456", "1..3", ",", "-", "²",
]  # fmt: skip


@pytest.mark.parametrize("wanted", CHOSEN)
def test_pages_are_chosen_rising_and_once(wanted):
    assert selection(wanted, total=5) == CHOSEN[wanted]
    check(wanted)


@pytest.mark.parametrize("wanted", NO_SUCH_PAGES)
def test_pages_that_are_not_there_are_refused(wanted):
    check(wanted)  # of another document it could make sense
    with pytest.raises(Unreadable, match="does not have"):
        selection(wanted, total=5)


@pytest.mark.parametrize("wanted", [*NO_LIST, "1," * LONGEST])
def test_what_is_no_list_of_pages_is_told_before_any_file_is_read(wanted):
    with pytest.raises(Unreadable, match=r"Write pages like"):
        check(wanted)
    with pytest.raises(Unreadable):
        selection(wanted, total=5)


@given(st.text("0123456789-–,; last", max_size=LONGEST + 5), st.integers(1, 400))
def test_whatever_is_written_only_pages_that_exist_are_kept(wanted, total):
    try:
        chosen = selection(wanted, total=total)
    except Unreadable:
        return
    assert chosen == sorted(set(chosen))
    assert 1 <= chosen[0] <= chosen[-1] <= total


@given(st.text("0123456789-–,; last", max_size=LONGEST))
def test_what_the_form_accepts_can_name_pages_of_some_document(wanted):
    try:
        check(wanted)
    except Unreadable:
        return
    try:
        selection(wanted, total=99_999)
    except Unreadable as error:
        assert "does not have" in str(error)
