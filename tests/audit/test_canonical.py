"""One byte string for one body."""

import datetime
import json
from decimal import Decimal
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.audit import canonical
from apps.audit.canonical import LARGEST

keys = st.text("abz_09", max_size=5).map("k{}".format)
plain = st.none() | st.booleans() | st.integers(-LARGEST, LARGEST) | st.text()
values = st.recursive(
    plain, lambda inner: st.lists(inner) | st.dictionaries(keys, inner), max_leaves=6
)
bodies = st.dictionaries(keys, values, max_size=5)
few = settings(deadline=None, max_examples=50)


@few
@given(bodies)
def test_what_is_encoded_comes_back(body):
    assert canonical.decode(canonical.encode(body)) == body


@few
@given(bodies)
def test_the_order_of_the_keys_does_not_matter(body):
    backwards = dict(reversed(list(body.items())))
    assert canonical.encode(body) == canonical.encode(backwards)


@few
@given(bodies)
def test_what_comes_back_has_the_same_bytes(body):
    once = canonical.encode(body)
    assert canonical.encode(canonical.decode(once)) == once


def test_keys_are_sorted_nothing_is_padded_and_letters_stay_letters():
    body = {"b": [1, None, True], "a": {"z": "ü", "y": "€\n"}}
    assert canonical.encode(body) == '{"a":{"y":"€\\n","z":"ü"},"b":[1,null,true]}'.encode()


def test_a_tuple_is_a_list():
    assert canonical.encode({"a": (1, 2)}) == b'{"a":[1,2]}'


@pytest.mark.parametrize(
    "value",
    [
        0.5,
        float("nan"),
        b"bytes",
        bytearray(b"bytes"),
        Decimal(1),
        datetime.date(2026, 1, 1),
        {1, 2},
        range(2),
        MappingProxyType({}),
        object(),
        "\ud800",
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_has_no_canonical_form_is_refused(value):
    for body in ({"a": value}, {"a": [value]}, {"a": {"b": [{"c": value}]}}):
        with pytest.raises(ValueError):
            canonical.encode(body)


@pytest.mark.parametrize("number", [LARGEST + 1, -LARGEST - 1, 10**30])
def test_a_number_that_readers_disagree_about_is_refused(number):
    assert canonical.encode({"a": LARGEST, "b": -LARGEST})
    with pytest.raises(ValueError, match="53 bits"):
        canonical.encode({"a": number})


@pytest.mark.parametrize("key", ["", "A", "ä", "a b", "a-b", "1a", "_a", "a" * 41, "a\n"])
def test_a_key_is_a_short_lower_case_word(key):
    for body in ({key: 1}, {"a": [{key: 1}]}):
        with pytest.raises(ValueError, match="short lower-case word"):
            canonical.encode(body)


@pytest.mark.parametrize("key", [1, None, True])
def test_a_key_that_is_no_text_is_refused(key):
    with pytest.raises(ValueError, match="short lower-case word"):
        canonical.encode({key: 1})


@pytest.mark.parametrize("value", [[], "text", 1, None])
def test_a_body_is_an_object(value):
    with pytest.raises(ValueError, match="is an object"):
        canonical.decode(json.dumps(value).encode())
