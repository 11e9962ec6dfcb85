"""What of a value is shown while it is hidden."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.delivery.masking import BAR, Mask, mask
from apps.extraction import doctypes

MOST = {  # characters that a kind of mask may show
    Mask.ENDS: 4,
    Mask.START: 3,
    Mask.CENTS: 3,
    Mask.LAST4: 4,
    Mask.INITIAL: 1,
    Mask.YEAR: 4,
    Mask.ALL: 0,
}
hiding = st.sampled_from(sorted(MOST))
signs = st.characters(exclude_characters=BAR, exclude_categories=["Cs"])
values = st.one_of(
    st.text(signs, min_size=1),
    st.from_regex(r"\d{1,9}[.,]\d\d", fullmatch=True),
    st.dates().map(str),
    st.from_regex(r"[A-Z]{2}[0-9]{8,30}", fullmatch=True),
)
different = st.lists(signs, min_size=1, unique=True).map("".join)  # no character twice


def test_every_kind_that_hides_is_covered():
    assert set(MOST) | {Mask.NONE} == set(Mask)


@pytest.mark.parametrize(
    ("how", "value", "shown"),
    [
        (Mask.NONE, "2026-11-14", "2026-11-14"),
        (Mask.ENDS, "DE89370400440532013000", f"DE{BAR}00"),
        (Mask.START, "Kestrel Ltd", f"Kes{BAR}"),
        (Mask.CENTS, "9184.60", f"{BAR}.60"),
        (Mask.CENTS, "9.184,60", f"{BAR},60"),
        (Mask.CENTS, "9184", BAR),
        (Mask.LAST4, "4111111111111111", f"{BAR}1111"),
        (Mask.INITIAL, "Kestrel", f"K{BAR}"),
        (Mask.YEAR, "1985-04-12", f"1985{BAR}"),
        (Mask.ALL, "anything", BAR),
    ],
)
def test_each_kind_shows_its_part(how, value, shown):
    assert str(mask(value, how)) == shown


@pytest.mark.parametrize(
    ("how", "value"),
    [
        (Mask.ENDS, "DE8900"),
        (Mask.START, "Kestr"),
        (Mask.CENTS, "12.60"),
        (Mask.LAST4, "123456"),
        (Mask.INITIAL, "Bob"),
        (Mask.ALL, "x"),
    ],
)
def test_a_value_too_short_to_keep_a_secret_is_withheld_whole(how, value):
    assert str(mask(value, how)) == BAR


@pytest.mark.parametrize("value", ["12041985", "1204 1985", "1204-1985", "12.04.1985", "850412"])
def test_a_date_that_may_begin_with_its_day_shows_nothing(value):
    assert str(mask(value, Mask.YEAR)) == BAR


@pytest.mark.parametrize("how", Mask)
def test_of_nothing_nothing_is_hidden(how):
    assert str(mask("", how)) == ""


@given(how=hiding, value=values)
def test_something_is_always_hidden_and_little_is_shown(how, value):
    masked = mask(value, how)
    assert masked.hidden
    assert len(masked.before) + len(masked.after) <= MOST[how]
    assert value.startswith(masked.before)
    assert value.endswith(masked.after)


@given(how=hiding, value=values)
def test_one_or_two_characters_are_never_left_to_be_guessed(how, value):
    masked = mask(value, how)
    shown = len(masked.before) + len(masked.after)
    assert shown == 0 or len(value) - shown >= 3


@given(how=hiding, value=different)
def test_no_hidden_character_is_in_what_is_shown(how, value):
    masked = mask(value, how)
    hidden = value[len(masked.before) : len(value) - len(masked.after)]
    assert hidden
    assert not set(hidden) & set(str(masked))


@given(how=hiding, value=values)
def test_the_bar_in_text_does_not_tell_how_long_a_value_is(how, value):
    masked = mask(value, how)
    assert str(masked) == f"{masked.before}{BAR}{masked.after}"


@given(value=values)
def test_a_public_value_is_shown_as_it_is(value):
    assert str(mask(value, Mask.NONE)) == value


@pytest.mark.parametrize(
    ("length", "drawn"), [(1, "s"), (4, "s"), (5, "m"), (10, "m"), (11, "l"), (500, "l")]
)
def test_a_bar_is_drawn_in_three_lengths_only(length, drawn):
    assert mask("x" * length, Mask.ALL).hidden == drawn


def test_every_field_of_every_class_has_a_mask_and_what_is_personal_is_hidden():
    rules = [rule for doctype in doctypes.load_all() for rule in doctype.fields]
    assert rules
    for rule in rules:
        assert Mask(rule.mask) is not Mask.NONE or rule.sensitivity < 2, rule.name
