"""What a document is, from its words and its shape."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path
from statistics import fmean

import pytest

from apps.extraction.classify import SURE_ENOUGH, Guess, classify
from apps.extraction.doctypes import get, load_all
from tests.extraction.pages import drawn
from tests.extraction.test_find import INVOICE, RECEIPT
from tests.extraction.test_mrz import TD3

NEIGHBOURS = Path(__file__).with_name("neighbours.toml")
PAGES = [
    pytest.param(page["class"], page["text"], id=page["name"])
    for page in tomllib.loads(NEIGHBOURS.read_text(encoding="utf-8"))["page"]
]
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


@pytest.mark.parametrize(("doctype", "text"), PAGES)
def test_a_document_is_told_from_its_neighbours(doctype, text):
    guess = classify([drawn(text)], load_all())
    assert guess.doctype.name == doctype


def parts(text: str) -> list[str]:
    """The upper and the lower half of a page, and its second quarter."""
    lines = text.strip("\n").splitlines()
    half, quarter = len(lines) // 2, len(lines) // 4
    return ["\n".join(lines[:half]), "\n".join(lines[half:]), "\n".join(lines[quarter:half])]


def test_confidence_in_a_class_is_how_often_it_is_right():
    guesses = [
        (classify([drawn(part)], load_all()), doctype)
        for doctype, text in (page.values for page in PAGES)
        for part in [str(text), *parts(str(text))]
    ]
    right = [guess.doctype.name == doctype for guess, doctype in guesses]
    assert 0.5 < fmean(right) < 0.95  # parts of pages are hard, or this would prove nothing
    assert fmean(guess.confidence for guess, _ in guesses) == pytest.approx(fmean(right), abs=0.08)
    sure = [one for one, (guess, _) in zip(right, guesses, strict=True) if guess.is_sure]
    assert len(sure) > len(right) / 3
    assert fmean(sure) > 0.96


def test_a_guess_is_sure_from_the_threshold_on():
    assert Guess(get("letter"), SURE_ENOUGH).is_sure
    assert not Guess(get("letter"), SURE_ENOUGH - 0.01).is_sure


@pytest.mark.parametrize("text", ["", "?", "a shopping list\nmilk\neggs", "0 1 2 3", "lorem ipsum"])
def test_a_person_says_what_a_document_is_that_says_nothing(text):
    pages = [drawn(text)] if text else []
    assert not classify(pages, load_all()).is_sure


def test_a_title_in_large_letters_outweighs_a_word_in_the_text():
    small = "Our invoice follows.\n" + "We deliver as agreed.\n" * 6
    page = drawn(small)
    line = page.lines[0]
    large = [
        replace(
            line,
            box=replace(line.box, bottom=line.box.bottom * 1.9),
            words=[
                replace(word, box=replace(word.box, bottom=word.box.bottom * 1.9))
                for word in line.words
            ],
        )
    ]
    titled = replace(page, lines=[*large, *page.lines[1:]])
    before, after = (classify([one], [get("invoice"), get("other")]) for one in (page, titled))
    assert _invoice(after) > _invoice(before)


def _invoice(guess: Guess) -> float:
    return guess.confidence if guess.doctype.name == "invoice" else 1 - guess.confidence


@pytest.mark.parametrize("price", ["12.50", "12,50 EUR", "Rs 1939", "RM 12", "$1,200", "€ 40"])
def test_a_price_has_cents_or_the_sign_of_a_currency(price):
    priced = drawn(f"Room, two nights     {price}\nBooking id     44171")
    bare = drawn("Room, two nights     1939\nBooking id     44171")
    known = [get("invoice"), get("other")]
    assert _invoice(classify([priced], known)) > _invoice(classify([bare], known))


def test_a_credit_note_is_an_invoice_with_marks_of_its_own():
    both = [get("invoice"), get("credit_note")]
    assert classify([drawn(INVOICE)], both).doctype.name == "invoice"
    credited = INVOICE.replace("Rechnung", "Gutschrift").replace("Zahlbar bis", "Gutgeschrieben am")
    assert classify([drawn(credited)], both).doctype.name == "credit_note"


def test_a_kind_is_known_without_the_class_it_is_a_kind_of():
    known = [get("credit_note"), get("letter")]
    assert classify([drawn("CREDIT NOTE\nCredit note no. 1")], known).doctype.name == "credit_note"


def test_a_document_without_words_is_none_of_the_known():
    assert classify([], load_all()).doctype.name == "other"
    assert classify([drawn("?")], load_all()).doctype.name == "other"


def test_the_same_mark_counts_once():
    once = classify([drawn("invoice")], load_all())
    often = classify([drawn("invoice invoice invoice")], load_all())
    assert often.confidence == pytest.approx(once.confidence)


def test_without_classes_there_is_no_guess():
    with pytest.raises(ValueError, match="no classes"):
        classify([drawn("invoice")], [])


def test_one_class_is_always_the_answer():
    assert classify([drawn("anything")], [get("form")]).doctype.name == "form"
