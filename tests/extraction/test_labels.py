"""Printed labels are found through misreadings, and the longest phrase wins."""

from __future__ import annotations

import pytest

from apps.extraction.labels import Phrases, Target
from tests.extraction.pages import row

PHRASES = Phrases(
    {
        phrase: [Target(name, 1.0)]
        for phrase, name in {
            "total": "total",
            "subtotal": "subtotal",
            "total qty": "",
            "invoice no": "number",
            "tl": "short",
            "*rechnung nr": "rechnung",
            "date": "date",
        }.items()
    }
)


def found(text: str) -> list[tuple[str, str]]:
    return [(hit.targets[0].name, hit.span.text) for hit in PHRASES.find(row(text))]


def test_the_longest_phrase_keeps_its_words_to_itself():
    assert found("Subtotal 9.00") == [("subtotal", "Subtotal")]
    assert found("TOTAL QTY 3") == [("", "TOTAL QTY")]


@pytest.mark.parametrize("text", ["Invo1ce No", "INV0ICE NO.", "lnvoice No:", "InvoiceNo"])
def test_letters_that_look_alike_are_one(text):
    assert [name for name, _ in found(text)] == ["number"]


def test_a_number_sign_is_the_word_for_it():
    assert found("INVOICE # 4711") == [("number", "INVOICE #")]
    assert found("INVOICE #A4711") == [("number", "INVOICE #")]


@pytest.mark.parametrize(
    "text", ["Auftrag/Date", "Totally", "subtotals", "MUSTER-DATE", "Candidate"]
)
def test_a_part_of_a_word_is_no_label(text):
    assert found(text) == []


@pytest.mark.parametrize("text", ["Total12.50", "TotalAmount", "TOTALRM12.50"])
def test_a_label_may_be_glued_to_what_follows(text):
    assert found(text)[0][0] == "total"


def test_a_short_phrase_must_be_read_exactly():
    assert found("TL 5.00") == [("short", "TL")]
    assert found("T@1 5.00") == found("T1 5.00") == []


def test_a_starred_phrase_may_begin_inside_a_word():
    assert found("Mietrechnung Nr. 7") == [("rechnung", "rechnung Nr")]


def test_no_label_reaches_across_cells():
    assert found("Invoice\tno") == []
