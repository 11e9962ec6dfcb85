"""Keys wrap keys, and a wrapped key fits one place only."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.base.errors import Unreadable
from apps.vault import keys
from apps.vault.keys import RootKeys, ValueCipher

CONTEXT = {"organisation": "o", "family": "source"}
OLD, NEW = "2025:" + "11" * 32, "2026:" + "22" * 32


def test_a_new_key_has_256_bits_and_is_new():
    one, other = keys.new_key(), keys.new_key()
    assert len(one) == len(other) == 32
    assert one != other


def test_a_wrapped_key_comes_back():
    key, by = keys.new_key(), keys.new_key()
    wrapped = keys.wrap(key, by=by, context=CONTEXT)
    assert key not in wrapped
    assert keys.unwrap(wrapped, by=by, context=CONTEXT) == key


def test_the_same_key_is_never_wrapped_the_same_way():
    key, by = keys.new_key(), keys.new_key()
    assert keys.wrap(key, by=by, context=CONTEXT) != keys.wrap(key, by=by, context=CONTEXT)


@pytest.mark.parametrize(
    "context",
    [
        {**CONTEXT, "organisation": "other"},
        {**CONTEXT, "family": "text"},
        {},
        {"organisation": "o"},
    ],
)
def test_a_wrapped_key_fits_its_place_only(context):
    by = keys.new_key()
    wrapped = keys.wrap(keys.new_key(), by=by, context=CONTEXT)
    with pytest.raises(Unreadable, match="does not fit"):
        keys.unwrap(wrapped, by=by, context=context)


def test_another_key_does_not_unwrap_it():
    wrapped = keys.wrap(keys.new_key(), by=keys.new_key(), context=CONTEXT)
    with pytest.raises(Unreadable, match="does not fit"):
        keys.unwrap(wrapped, by=keys.new_key(), context=CONTEXT)


@pytest.mark.parametrize("at", [0, 12, -1])
def test_a_changed_wrapped_key_is_refused(at):
    by = keys.new_key()
    wrapped = bytearray(keys.wrap(keys.new_key(), by=by, context=CONTEXT))
    wrapped[at] ^= 1
    with pytest.raises(Unreadable, match="does not fit"):
        keys.unwrap(bytes(wrapped), by=by, context=CONTEXT)


@pytest.mark.parametrize("wrapped", [b"", b"short", bytes(12), bytes(27)])
def test_what_is_too_short_to_be_a_key_is_refused(wrapped):
    with pytest.raises(Unreadable, match="does not fit"):
        keys.unwrap(wrapped, by=keys.new_key(), context=CONTEXT)


def test_the_last_root_wraps_and_the_older_ones_still_open():
    key = keys.new_key()
    before, after = RootKeys.parse(OLD), RootKeys.parse(f"{OLD}\n{NEW}\n")
    wrapped = before.wrap(key, context=CONTEXT)
    assert after.unwrap(wrapped, context=CONTEXT) == key
    assert after.current == "2026"
    assert after.wrap(key, context=CONTEXT).startswith(b"2026:")


def test_a_root_that_is_not_loaded_is_said_to_be_missing():
    wrapped = RootKeys.parse(OLD).wrap(keys.new_key(), context=CONTEXT)
    with pytest.raises(Unreadable, match="root key for this content is not loaded"):
        RootKeys.parse(NEW).unwrap(wrapped, context=CONTEXT)


def test_a_root_of_the_same_name_but_another_key_does_not_open():
    wrapped = RootKeys.parse(OLD).wrap(keys.new_key(), context=CONTEXT)
    with pytest.raises(Unreadable, match="does not fit"):
        RootKeys.parse("2025:" + "33" * 32).unwrap(wrapped, context=CONTEXT)


@pytest.mark.parametrize("wrapped", [b"", b"no colon", b":", b"\xff:x", b"2025:"])
def test_what_no_root_wrapped_is_refused(wrapped):
    with pytest.raises(Unreadable):
        RootKeys.parse(OLD).unwrap(wrapped, context=CONTEXT)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n ",
        "2025",
        ":" + "11" * 32,
        "2025:",
        "2025:11",
        "2025:" + "11" * 33,
        "2025:" + "zz" * 32,
    ],
)
def test_malformed_roots_are_refused(text):
    with pytest.raises(ValueError):
        RootKeys.parse(text)


def test_one_malformed_root_spoils_all():
    with pytest.raises(ValueError, match="64 hexadecimal digits"):
        RootKeys.parse(f"{OLD}\n2026:11")


KEY = bytes(range(32))
ORGANISATION, ROW, COLUMN = "one", 1, "value"


@pytest.fixture
def cipher():
    return ValueCipher(KEY, organisation=ORGANISATION)


@settings(deadline=None)
@given(st.text())
def test_a_value_comes_back(value):
    cipher = ValueCipher(KEY, organisation=ORGANISATION)
    sealed = cipher.seal(value, column=COLUMN, row=ROW)
    assert ValueCipher(KEY, organisation=ORGANISATION).open(sealed, column=COLUMN, row=ROW) == value


def test_the_same_value_is_never_sealed_the_same_way(cipher):
    assert cipher.seal("x", column=COLUMN, row=ROW) != cipher.seal("x", column=COLUMN, row=ROW)


@pytest.mark.parametrize(
    ("organisation", "column", "row"),
    [
        (ORGANISATION, COLUMN, 2),
        (ORGANISATION, "name", ROW),
        ("other", COLUMN, ROW),
    ],
    ids=["row", "column", "organisation"],
)
def test_a_value_moved_to_another_place_is_refused(cipher, organisation, column, row):
    sealed = cipher.seal("12.00", column=COLUMN, row=ROW)
    with pytest.raises(Unreadable, match="was changed"):
        ValueCipher(KEY, organisation=organisation).open(sealed, column=column, row=row)


def test_columns_have_keys_of_their_own(cipher, monkeypatch):
    monkeypatch.setattr(ValueCipher, "_place", lambda *_: b"everywhere")
    sealed = cipher.seal("12.00", column=COLUMN, row=ROW)
    with pytest.raises(Unreadable, match="was changed"):
        cipher.open(sealed, column="name", row=ROW)


def test_a_value_of_another_document_is_refused(cipher):
    sealed = cipher.seal("12.00", column=COLUMN, row=ROW)
    with pytest.raises(Unreadable, match="was changed"):
        ValueCipher(keys.new_key(), organisation=ORGANISATION).open(sealed, column=COLUMN, row=ROW)


@pytest.mark.parametrize("at", [1, 13, -1])
def test_a_changed_value_is_refused(cipher, at):
    sealed = bytearray(cipher.seal("12.00", column=COLUMN, row=ROW))
    sealed[at] ^= 1
    with pytest.raises(Unreadable, match="was changed"):
        cipher.open(bytes(sealed), column=COLUMN, row=ROW)


@pytest.mark.parametrize("sealed", [b"", b"\x01", bytes(13), bytes(20)])
def test_what_is_too_short_to_be_a_value_is_refused(cipher, sealed):
    with pytest.raises(Unreadable, match="was changed"):
        cipher.open(sealed, column=COLUMN, row=ROW)
