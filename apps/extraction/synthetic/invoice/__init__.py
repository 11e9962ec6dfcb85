"""Supplier invoices in three languages, four countries and four layouts."""

from __future__ import annotations

import random

from apps.extraction.synthetic.invoice.bill import compose, truth
from apps.extraction.synthetic.invoice.body import lay_out
from apps.extraction.synthetic.invoice.layouts import LAYOUTS
from apps.extraction.synthetic.page import Draft


def draw(rng: random.Random, *, single: bool) -> Draft:
    """Invent an invoice; with `single` it takes one page."""
    bill = compose(rng)
    layout = rng.choice(LAYOUTS)(rng)
    number = bill.number.replace("/", "-").lower()
    return Draft(
        name=bill.words["file"].format(number=number),
        doctype="invoice",
        truth=truth(bill),
        sheets=lay_out(bill, layout, single=single),
    )
