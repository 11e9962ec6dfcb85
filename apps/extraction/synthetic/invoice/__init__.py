"""Supplier invoices and credit notes in seven languages, eight countries and four layouts."""

from __future__ import annotations

import random

from apps.extraction.synthetic.invoice.bill import Bill, compose, compose_credit, truth
from apps.extraction.synthetic.invoice.body import lay_out
from apps.extraction.synthetic.invoice.layouts import LAYOUTS
from apps.extraction.synthetic.page import Draft


def draw(rng: random.Random, *, single: bool) -> Draft:
    """Invent an invoice; with `single` it takes one page."""
    return _drafted(compose(rng), "invoice", rng, single=single)


def draw_credit_note(rng: random.Random, *, single: bool) -> Draft:
    """Invent a credit note; with `single` it takes one page."""
    return _drafted(compose_credit(rng), "credit_note", rng, single=single)


def _drafted(bill: Bill, doctype: str, rng: random.Random, *, single: bool) -> Draft:
    layout = rng.choice(LAYOUTS)(rng)
    number = bill.number.replace("/", "-").lower()
    return Draft(
        name=bill.words["file"].format(number=number),
        doctype=doctype,
        truth=truth(bill),
        sheets=lay_out(bill, layout, single=single),
    )
