"""How a key is written, taken apart and compared. No database."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts import tokens
from apps.accounts.scopes import LETS_THROUGH, TITLES, Scope, let_through

ORGANISATION = uuid.UUID(int=7)


def test_a_key_says_whose_it_is_and_is_found_by_its_prefix():
    made = tokens.make(ORGANISATION)
    read = tokens.parse(made.text)
    assert read == made
    assert (read.organisation, len(read.prefix)) == (ORGANISATION, tokens.PREFIX_DIGITS)


def test_two_keys_share_nothing_but_their_organisation():
    one, other = tokens.make(ORGANISATION), tokens.make(ORGANISATION)
    assert one.prefix != other.prefix
    assert one.digest != other.digest
    assert not one.matches(other.digest)


def test_a_key_matches_its_own_digest():
    made = tokens.make(ORGANISATION)
    assert made.matches(made.digest)
    assert made.text not in made.digest


def test_a_key_in_a_trace_shows_no_secret():
    made = tokens.make(ORGANISATION)
    assert made.text[-tokens.SECRET_DIGITS :] not in repr(made)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[:-1],
        lambda text: text + "0",
        lambda text: text.upper(),
        lambda text: text + "\n",
        lambda text: " " + text,
        lambda text: text.replace("_", "-"),
        lambda text: text.replace("arrowslit", "arrow"),
        lambda text: text * 100,
        lambda text: text[:-1] + "٣",  # a digit, but not one of ours
    ],
)
def test_what_is_nearly_a_key_is_none(change):
    assert tokens.parse(change(tokens.make(ORGANISATION).text)) is None


@given(st.text())
def test_any_text_is_looked_at_without_trouble(text):
    assert tokens.parse(text) is None


def test_every_scope_has_words_and_permissions():
    assert set(TITLES) == set(LETS_THROUGH) == set(Scope)


def test_scopes_add_up():
    assert let_through([]) == frozenset()
    assert let_through(["submit", "state"]) == {"intake.add_document", "intake.view_document"}
