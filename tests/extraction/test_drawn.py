"""Every class passes its own test: drawn, read, known for what it is, its fields found.

Many documents are read from their drawing, without pixels; one of each kind is really read from
its picture, which takes seconds.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pytest
from PIL import Image

from apps.extraction import doctypes
from apps.extraction.classify import Guess, classify
from apps.extraction.engines import PageText
from apps.extraction.engines.rapid import RapidEngine
from apps.extraction.fields import Found
from apps.extraction.synthetic import KINDS, draw
from apps.extraction.synthetic.page import Draft
from apps.extraction.understanding import understand
from apps.extraction.values import Kind
from portal.evaluation.right import is_right
from tests.extraction.seen import drafted, seen

SEEDS = range(12)
ENGINE = "exact/1"  # without a calibration: confidences are as they were found
SURE = 0.95
# How many of a hundred values of a kind may be wrong or missing before review: a part of the tax
# of an invoice, an address without its street, the name of an office that reads like a sentence.
TOLERATED = {"invoice": 4, "credit_note": 4, "tax_form": 1, "receipt": 1}
OF_OFFICES = ("payslip", "tax_form", "medical_form", "form")
# A seed of each kind whose picture is really read.
PICTURES = {
    "invoice": 1,
    "credit_note": 1,
    "receipt": 1,
    "passport": 1,
    "id_card_td1": 1,
    "id_card_td2": 1,
    "bank_statement": 1,
    "payslip": 1,
    "tax_form": 1,
    "medical_form": 1,
    "form": 1,
    "agreement": 1,
    "letter": 5,
}


@dataclass(frozen=True, slots=True)
class Case:
    """A drawn document, and what was understood of it."""

    draft: Draft
    guess: Guess
    found: Mapping[str, Found]


def found_in(pages: Sequence[PageText], doctype: str) -> Mapping[str, Found]:
    fields = understand(pages, engine=ENGINE, said=doctype).fields
    return {field.name: field for field in fields if isinstance(field, Found)}


@cache
def cases(kind: str) -> Sequence[Case]:
    drafts = [drafted(kind, seed) for seed in SEEDS]
    return [
        Case(one, classify(seen(one), doctypes.load_all()), found_in(seen(one), one.doctype))
        for one in drafts
    ]


def wrong(found: Mapping[str, Found], doctype: str, truth: Mapping[str, str]) -> dict[str, str]:
    """The values that are not what the truth says, by field."""
    got = {name: found[name].normalised if name in found else "" for name in truth}
    kinds = {name: doctypes.get(doctype).rule(name).type for name in truth}
    return {name: got[name] for name in truth if not is_right(got[name], truth[name], kinds[name])}


def test_every_class_but_the_rest_is_drawn():
    drawn = {drafted(kind, 1).doctype for kind in KINDS}
    assert drawn == {doctype.name for doctype in doctypes.load_all()} - {"other"}


def test_every_kind_has_a_picture_that_is_read():
    assert set(PICTURES) == set(KINDS)


@pytest.mark.parametrize(
    "kind", ["invoice", "credit_note", "payslip", "tax_form", "medical_form", "form"]
)
def test_seven_languages_are_spoken(kind):
    languages = {drafted(kind, seed).name.partition("-")[0] for seed in range(60)}
    assert len(languages) >= 6  # of file names; two languages share a word now and then


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_drawn_is_known_for_what_it_is(kind):
    for case in cases(kind):
        assert (case.draft.name, case.guess.doctype.name) == (case.draft.name, case.draft.doctype)
        assert case.guess.confidence > 0.7


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_drawn_is_found(kind):
    mistakes = [
        (case.draft.name, name, value)
        for case in cases(kind)
        for name, value in wrong(case.found, case.draft.doctype, case.draft.truth).items()
    ]
    values = sum(len(case.draft.truth) for case in cases(kind))
    assert len(mistakes) <= TOLERATED.get(kind, 0) * values / 100, mistakes


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_found_and_wrong_is_doubted(kind):
    for case in cases(kind):
        for name in wrong(case.found, case.draft.doctype, case.draft.truth):
            field = case.found.get(name)
            if field and not field.failed and not field.flags:
                assert field.confidence < SURE, (case.draft.name, name)


@pytest.mark.parametrize("kind", OF_OFFICES[:3])
def test_numbers_of_persons_are_found_and_pass_their_register(kind):
    for case in cases(kind):
        doctype = doctypes.get(case.draft.doctype)
        for name, field in case.found.items():
            if doctype.rule(name).type == Kind.PERSON_NUMBER:
                assert field.failed == []


# Slow: one picture of each kind is really read


@pytest.fixture(scope="module")
def slow_engine() -> RapidEngine:
    return RapidEngine(threads=2)


def pixels(content: bytes) -> Any:
    with Image.open(io.BytesIO(content)) as image:
        return np.asarray(image.convert("RGB"))


@pytest.mark.parametrize("kind", KINDS)
def test_slow_a_picture_of_each_kind_is_read(kind, slow_engine):
    drawn = draw(kind, seed=PICTURES[kind], form="png")
    pages = [slow_engine.read(pixels(drawn.content), 1)]
    assert classify(pages, doctypes.load_all()).doctype.name == drawn.doctype
    assert wrong(found_in(pages, drawn.doctype), drawn.doctype, drawn.truth) == {}
