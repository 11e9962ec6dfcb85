"""What the jail says besides pages is checked like anything from outside."""

import json
from typing import Any

import pytest

from apps.extraction.witnesses import SILENT, Witnesses, together
from apps.extraction.witnesses.said import Malformed, of_page

HONEST: dict[str, Any] = {
    "cut": False,
    "codes": ["a code"],
    "invoices": [{"iban": ["DE1", "DE2"]}],
    "refused": False,
}


def page(**changes: Any) -> Witnesses:
    return of_page(1, b"", json.dumps(HONEST | changes).encode())


def test_what_was_said_is_heard():
    heard = page()
    assert (heard.codes, heard.invoices) == (["a code"], [{"iban": ["DE1", "DE2"]}])
    assert (heard.layers, heard.refused) == ([], False)


def test_a_layer_of_which_nothing_could_be_read_is_no_silence():
    [layer] = page(cut=True).layers
    assert layer.cut


MANY = {f"{first}{second}": [] for first in "abcdefg" for second in "abcdef"}  # fields
LIES: dict[str, list[Any]] = {
    "cut": [1, "no", None, []],
    "refused": [0, "no", None, {}],
    "codes": [None, "code", {}, [1], [None], [["code"]], ["x" * 3_001], ["x"] * 9, ["\ud800"]],
    "invoices": [
        None, {}, "x", [[]], [1], [{}] * 5, [{"iban": "DE1"}], [{"iban": [1]}], [{"iban": {}}],
        [{"iban": ["x" * 301]}], [{"iban": ["x"] * 9}], [{"iban": ["\udfff"]}], [{"IBAN": ["x"]}],
        [{"a" * 41: ["x"]}], [{"": ["x"]}], [{"file name.xml": ["x"]}], [MANY],
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "lie"), [(name, lie) for name, lies in LIES.items() for lie in lies], ids=repr
)
def test_what_is_out_of_bounds_is_refused(name, lie):
    with pytest.raises(Malformed):
        page(**{name: lie})


@pytest.mark.parametrize(
    "aside", [b"", b"null", b"[]", b"7", b'"x"', b"{}", b"{", b"\xff", b"[" * 100_000, b"NaN"]
)
def test_what_is_no_object_is_refused(aside):
    with pytest.raises(Malformed):
        of_page(1, b"", aside)


def test_a_layer_of_half_a_character_is_refused():
    with pytest.raises(Malformed):
        of_page(1, b"123", json.dumps(HONEST).encode())


def test_witnesses_of_pages_are_witnesses_of_their_document():
    heard = together([page(), SILENT, page(codes=["another"], refused=True)])
    assert heard.codes == ["a code", "another"]
    assert len(heard.invoices) == 2
    assert heard.refused
    assert together([]) == Witnesses([], [], [], False)
