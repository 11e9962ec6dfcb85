"""What a text layer says of a value: only what is seen counts, and only where it says the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from apps.base.types import Box
from apps.extraction import doctypes, layers
from apps.extraction.engines import PageText
from apps.extraction.fields import Flag, Found, Missing, Second
from apps.extraction.find import find_fields
from apps.extraction.layers import CHARACTER, SCALE, Layer, Look
from apps.extraction.witnesses import Notice, Witnesses, heard, noticed
from tests.extraction.layered import characters
from tests.extraction.pages import drawn

PAPER = """
    INVOICE

    Invoice No: RE-2026-0017
    Invoice date: 04.03.2026

    Kestrel & Sons Ltd

    Total amount         EUR 1,119.00
"""
DOUBT = 0.7  # of every character: what a second reading can help
NUMBER, DATE, TOTAL = "RE-2026-0017", "04.03.2026", "1,119.00"


def page(confidence: float = DOUBT) -> PageText:
    return drawn(PAPER, confidence=confidence)


def layer_of(page: PageText, *, look: Look = Look.SEEN, **instead: str) -> Layer:
    """A layer that says what the engine read, but for words that a test replaces.

    `instead` has words by other words; `_` stands for a sign that no Python name may have.
    """
    told = []
    for word in page.words:
        text = instead.get(word.text, word.text)
        told += characters(text, word.box, look)
    return Layer(1, np.array(told, CHARACTER))


def also(layer: Layer, text: str, box: Box, look: Look = Look.UNSEEN) -> Layer:
    """The same layer with more words, in one box."""
    more = np.array(characters(text, box, look), CHARACTER)
    return replace(layer, characters=np.concatenate([layer.characters, more]))


def fields(told: Sequence[Layer], pages: Sequence[PageText]) -> dict[str, Found]:
    doctype = doctypes.get("invoice")
    found = find_fields(pages, doctype, [rule.name for rule in doctype.fields])
    said = heard(found, Witnesses(layers=told), doctype, pages=pages)
    return {one.name: one for one in said if isinstance(one, Found)}


def place(text: str, of: PageText) -> Box:
    return next(word.box for word in of.words if word.text == text)


@pytest.mark.parametrize("name", ["invoice_number", "issue_date", "grand_total"])
def test_a_layer_that_is_seen_and_says_the_same_backs_a_value(name):
    alone, backed = (fields(told, [page()])[name] for told in ((), [layer_of(page())]))
    assert alone.evidence.second is Second.NONE
    assert backed.evidence.second is Second.AGREES
    assert backed.confidence > alone.confidence
    assert not backed.flags
    assert backed.normalised == alone.normalised


def test_a_layer_knows_what_is_written_and_not_which_value_is_meant():
    one = fields([layer_of(page())], [page()])["grand_total"]
    assert one.confidence <= one.evidence.chosen


@pytest.mark.parametrize(
    ("name", "printed", "other"),
    [
        ("invoice_number", NUMBER, "RE-2026-0077"),
        ("invoice_number", NUMBER, "RE-2026-00171"),
        ("invoice_number", NUMBER, "RE-2026-0017-2"),
        ("issue_date", DATE, "04.05.2026"),
        ("grand_total", TOTAL, "9,119.00"),
        ("grand_total", TOTAL, "11,119.00"),
        ("grand_total", TOTAL, "1,119.007"),
        ("grand_total", TOTAL, "-1,119.00"),
    ],
)
def test_a_layer_that_is_seen_and_says_something_else_is_flagged(name, printed, other):
    """Covered by a picture, or mapped to other characters: it is seen, and says something else."""
    alone = fields([], [page()])[name]
    one = fields([layer_of(page(), **{printed: other})], [page()])[name]
    assert one.evidence.second is Second.DIFFERS
    assert one.flags == (Flag.DIFFERS,)
    assert one.confidence < alone.confidence
    assert one.others[0] == other
    assert (one.value, one.normalised) == (alone.value, alone.normalised)


@pytest.mark.parametrize(
    ("printed", "other"),
    [
        (TOTAL, "EUR1,119.00"),
        (TOTAL, "1,119.00."),
        (TOTAL, "1119.00"),
        (TOTAL, "1.119,00"),
        (DATE, "04.03.2026,"),
        (DATE, "2026-03-04"),
        (DATE, "4.März2026"),
        (NUMBER, "re\u20102026\u20100017"),
        (NUMBER, "(RE-2026-0017)"),
    ],
)
def test_what_only_looks_different_is_the_same(printed, other):
    found = fields([layer_of(page(), **{printed: other})], [page()])
    alike = [one for one in found.values() if one.value in (printed, f"EUR {printed}")]
    assert {one.evidence.second for one in alike} == {Second.AGREES}


@pytest.mark.parametrize("look", [Look.UNSEEN, Look.UNMAPPED])
def test_a_layer_that_is_not_seen_or_not_mapped_never_backs_a_value(look):
    for one in fields([layer_of(page(), look=look)], [page()]).values():
        assert one.evidence.second is Second.NONE
        assert not one.flags


def test_an_invisible_reading_of_a_scan_that_says_something_else_is_flagged():
    """The picture says 1,119.00, the invisible layer over it 9,119.00."""
    lying = layer_of(page(), look=Look.UNSEEN, **{TOTAL: "9,119.00"})
    found = fields([lying], [page()])
    assert found["grand_total"].flags == (Flag.HIDDEN,)
    assert found["grand_total"].normalised == "1119.00"
    assert found["grand_total"].evidence.second is Second.NONE
    assert not found["issue_date"].flags


@pytest.mark.parametrize(
    ("text", "name"),
    [("9,119.00", "grand_total"), ("05.04.2026", "issue_date")],
)
def test_a_hidden_value_of_its_kind_anywhere_flags_a_field(text, name):
    layer = also(layer_of(page()), text, Box(0.7, 0.05, 0.9, 0.1))
    found = fields([layer], [page()])
    assert Flag.HIDDEN in found[name].flags
    assert Flag.HIDDEN not in found["invoice_number"].flags
    assert noticed(Witnesses(layers=[layer]), [page()]) == [Notice.HIDDEN_TEXT]


@pytest.mark.parametrize("text", ["1,119.00", "{{Sig_es_:signer1}}", "04.03.2026"])
def test_hidden_words_without_a_value_of_their_own_flag_the_file_only(text):
    layer = also(layer_of(page()), text, Box(0.7, 0.05, 0.9, 0.1))
    assert not any(one.flags for one in fields([layer], [page()]).values())
    assert noticed(Witnesses(layers=[layer]), [page()]) == [Notice.HIDDEN_TEXT]


def test_a_faithful_invisible_reading_of_a_scan_is_not_hidden_text():
    assert noticed(Witnesses(layers=[layer_of(page(), look=Look.UNSEEN)]), [page()]) == []


def test_what_is_hidden_is_never_found():
    """A total that only the hidden layer has is missing, as if there were no layer."""
    bare = drawn("INVOICE\n\nInvoice No: RE-2026-0017")
    doctype = doctypes.get("invoice")
    found = find_fields([bare], doctype, ["grand_total"])
    layer = also(layer_of(bare), "Total amount EUR 9,119.00", Box(0.1, 0.6, 0.9, 0.7), Look.SEEN)
    [one] = heard(found, Witnesses(layers=[layer]), doctype, pages=[bare])
    assert isinstance(one, Missing)


@pytest.mark.parametrize("turned", [90, 180, 270])
def test_a_page_that_was_read_turned_has_its_layer_turned(turned):
    upright = page()
    straight = layer_of(upright).characters.copy()
    left, top, right, bottom = (
        straight[name].copy() for name in ("left", "top", "right", "bottom")
    )
    back = {
        90: (top, SCALE - right, bottom, SCALE - left),
        180: (SCALE - right, SCALE - bottom, SCALE - left, SCALE - top),
        270: (SCALE - bottom, left, SCALE - top, right),
    }
    for name, edge in zip(("left", "top", "right", "bottom"), back[turned], strict=True):
        straight[name] = edge
    found = fields([Layer(1, straight)], [replace(upright, turned=turned)])
    assert found["grand_total"].evidence.second is Second.AGREES


def test_a_page_that_was_laid_straight_has_no_layer_to_speak():
    leaning = replace(page(), skew=2.5)
    found = fields([layer_of(leaning)], [leaning])
    assert {one.evidence.second for one in found.values()} == {Second.NONE}


def test_words_without_characters_are_noticed():
    assert noticed(Witnesses(layers=[layer_of(page(), look=Look.UNMAPPED)]), [page()]) == [
        Notice.UNMAPPED_TEXT
    ]


def test_a_layer_that_was_cut_is_noticed():
    layer = replace(layer_of(page()), cut=True)
    assert noticed(Witnesses(layers=[layer]), [page()]) == [Notice.TOO_MUCH_TEXT]


def test_a_refused_invoice_is_noticed():
    assert noticed(Witnesses(refused=True), [page()]) == [Notice.REFUSED_INVOICE]


@pytest.mark.parametrize("look", Look)
@pytest.mark.parametrize("text", ["word", "9,119.00 ", "04.05.2026", "A", "\x00", "\u202e"])
def test_layers_that_no_honest_page_has_are_heard_without_an_exception(text, look):
    rng = np.random.default_rng(5)
    places = rng.random((layers.MOST // (len(text) + 1), 2)) * 0.9
    told = [
        sign for x, y in places for sign in characters(text, Box(x, y, x + 0.05, y + 0.02), look)
    ]
    found = fields([Layer(1, np.array(told, CHARACTER))], [page()])
    assert found["grand_total"].normalised == "1119.00"


def test_a_line_without_an_end_is_heard_without_an_exception():
    told = characters("9" * (layers.MOST - 1), Box(0.1, 0.1, 0.9, 0.12), Look.UNSEEN)
    found = fields([Layer(1, np.array(told, CHARACTER))], [page()])
    assert found["grand_total"].normalised == "1119.00"
