"""What a document is, from its words and its shape."""

from __future__ import annotations

import pytest

from apps.extraction.classify import classify
from apps.extraction.doctypes import get, load_all
from tests.extraction.pages import drawn
from tests.extraction.test_find import INVOICE, RECEIPT
from tests.extraction.test_mrz import TD3

LETTER = """
Teatown, 3 May 2021

Dear Ms Bowl,

we are writing to thank you for your letter of last week and for the tea that came with it.

Yours sincerely,
"""
CONTRACT = """
Supply agreement by and between the parties

WHEREAS the parties agree on the following terms, hereinafter called this agreement,
and whereas the governing law is that of Teatown, termination needs three months of notice.
"""
FORM = """
REGISTRATION FORM
Name:                Date:
Department:          Project no.:
Approved by:         Signature:
"""
STATEMENT = "Statement of account\nOpening balance   1,000.00\nClosing balance   1,150.00"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("receipt", RECEIPT),
        ("invoice", INVOICE),
        ("letter", LETTER),
        ("contract", CONTRACT),
        ("form", FORM),
        ("bank_statement", STATEMENT),
        ("identity", "\n".join(["PASSPORT", *TD3])),
        ("other", "a shopping list\nmilk\neggs"),
    ],
)
def test_each_class_is_known_by_its_marks(name, text):
    guess = classify([drawn(text)], load_all())
    assert guess.doctype.name == name
    assert guess.confidence > 0.5


def test_a_document_without_words_is_none_of_the_known():
    assert classify([], load_all()).doctype.name == "other"
    assert classify([drawn("?")], load_all()).doctype.name == "other"


def test_the_same_mark_counts_once():
    once = classify([drawn("invoice")], load_all())
    often = classify([drawn("invoice invoice invoice")], load_all())
    assert often.confidence == pytest.approx(once.confidence)


def test_without_classes_there_is_no_guess():
    with pytest.raises(ValueError, match="max"):
        classify([drawn("invoice")], [])


def test_one_class_is_always_the_answer():
    assert classify([drawn("anything")], [get("form")]).doctype.name == "form"
