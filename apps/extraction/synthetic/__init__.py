"""Documents drawn from nothing: for the demonstration, for tests, for known answers.

Everything in them is invented, and for each the truth is known. `draw` is the whole interface.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from apps.extraction.synthetic import (
    agreement,
    id_card,
    invoice,
    key_form,
    letter,
    medical_form,
    passport,
    payslip,
    receipt,
    statement,
    tax_form,
)
from apps.extraction.synthetic.files import FORMS, written
from apps.extraction.synthetic.page import Draft

__all__ = ["FORMS", "KINDS", "Drawn", "draw"]


class Draw(Protocol):
    """What a module of this package offers: a document laid out, on one page if asked."""

    def __call__(self, rng: random.Random, *, single: bool) -> Draft: ...


KINDS: Mapping[str, Draw] = {
    "invoice": invoice.draw,
    "credit_note": invoice.draw_credit_note,
    "receipt": receipt.draw,
    "passport": passport.draw,
    "id_card_td1": id_card.draw_td1,
    "id_card_td2": id_card.draw_td2,
    "agreement": agreement.draw,
    "letter": letter.draw,
    "bank_statement": statement.draw,
    "payslip": payslip.draw,
    "tax_form": tax_form.draw,
    "medical_form": medical_form.draw,
    "form": key_form.draw,
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A file and what is written in it."""

    name: str  # of the file
    media_type: str
    content: bytes
    doctype: str  # the document class it belongs to
    truth: Mapping[str, str]  # field name to value: ISO dates, two decimals, upper-case numbers


def draw(kind: str, *, seed: int, worn: float = 0.0, form: str = "pdf") -> Drawn:
    """Draw a document of a kind; equal arguments give equal bytes.

    A seed stands for one document: its truth is the same however worn and in whatever form.

    Raises:
        ValueError: there is no such kind or form, `worn` is not within 0 and 1, or a born-digital
            PDF was to be worn.
    """
    if kind not in KINDS or form not in FORMS or not 0 <= worn <= 1:
        raise ValueError(f"Nothing to draw: kind {kind}, form {form}, worn {worn}.")
    shape = FORMS[form]
    draft = KINDS[kind](random.Random(f"{kind}/{seed}"), single=shape.single)  # noqa: S311
    wearing = random.Random(f"{kind}/{seed}/worn")  # noqa: S311  (seeded, no secret comes from it)
    return Drawn(
        name=f"{draft.name}{shape.ending}",
        media_type=shape.media_type,
        content=written(draft, shape, worn=worn, rng=wearing),
        doctype=draft.doctype,
        truth=draft.truth,
    )
