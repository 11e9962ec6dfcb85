"""Which bytes a signature covers is read from the bytes alone."""

import pytest

from apps.preservation.jailed import covering
from apps.preservation.jailed.covering import Span

HEAD, TAIL = b"%PDF-1.7 before", b"after %%EOF\n"
CONTENT = HEAD + b"<ABCD00>" + TAIL
SPAN = Span(0, len(HEAD), len(HEAD) + 8, len(TAIL))
SIGNATURE = bytes.fromhex("abcd00")


def test_a_signature_that_leaves_out_itself_alone_holds():
    assert SPAN.holds(CONTENT, SIGNATURE)


@pytest.mark.parametrize(
    "span",
    [
        Span(1, SPAN.before - 1, SPAN.after, SPAN.rest),
        Span(0, SPAN.before - 1, SPAN.after, SPAN.rest),
        Span(0, SPAN.before, SPAN.after + 1, SPAN.rest - 1),
        Span(0, SPAN.before, SPAN.after, SPAN.rest + 1),
        Span(0, SPAN.before, SPAN.before, SPAN.rest),
        Span(0, 0, SPAN.after, SPAN.rest),
    ],
)
def test_one_that_leaves_out_or_takes_in_more_does_not(span):
    assert not span.holds(CONTENT, SIGNATURE)


def test_the_gap_must_hold_this_very_signature():
    assert not SPAN.holds(CONTENT, bytes.fromhex("abce00"))
    assert not SPAN.holds(CONTENT.replace(b"<ABCD00>", b"(ABCD00)"), SIGNATURE)
    assert not SPAN.holds(CONTENT.replace(b"<ABCD00>", b"<AB>CD00"), SIGNATURE)


@pytest.mark.parametrize("said", [[], [0, 1], [0, 1, 2, -3], [0, 1, 2, "x"], [0, 1, 2, 3, 4]])
def test_a_range_that_is_no_range_is_none(said):
    assert covering.span(said) is None


def _with(span):
    return b"/ByteRange [0 %d %d %d]" % (span.before, span.after, span.rest)


def test_a_signature_that_nothing_leads_to_is_a_remnant():
    content = CONTENT + _with(SPAN)
    assert covering.remnants(content, []) == 1
    assert covering.remnants(content, [SPAN]) == 0


def test_one_that_a_later_signature_covers_was_taken_out_before_it_signed():
    later = Span(0, len(CONTENT), len(CONTENT) + 10, 10)
    assert covering.remnants(CONTENT + _with(SPAN), [later]) == 0


def test_ranges_of_another_file_and_places_held_free_are_no_remnants():
    assert covering.remnants(CONTENT + b"/ByteRange [0 2 9 4] /ByteRange [0 0 0 0]", []) == 0


@pytest.mark.parametrize(("after", "count"), [(b"", 0), (b"\r\n\0 ", 0), (b"\njunk", 4)])
def test_bytes_after_the_end_are_counted_but_blanks(after, count):
    assert covering.trailing(CONTENT + after) == count
    assert covering.unaccounted(CONTENT + after, SPAN) == count
