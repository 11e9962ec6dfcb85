"""Structured invoices attached to a file as witnesses: what they say of the same fields."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from apps.extraction.fields import Flag, Found, Second
from apps.extraction.values import Kind
from apps.extraction.witnesses.alike import part, same
from apps.extraction.witnesses.said import Invoice
from apps.extraction.witnesses.testimony import Testimony

SURE = 0.98  # how often what is attached is what is printed


def testify(found: Found, kind: Kind, invoices: Sequence[Invoice]) -> Iterator[Testimony]:
    """What each attached invoice says of a value; nothing if it does not know the field."""
    for invoice in invoices:
        values = invoice.get(found.name, ())
        if any(same(found.normalised, value, kind) for value in values):
            yield Testimony(Second.AGREES, None, SURE)
        elif values and not (kind == Kind.NAME and _is_more(found.normalised, values)):
            yield Testimony(Second.DIFFERS, Flag.EMBEDDED_DIFFERS, SURE)


def _is_more(name: str, others: Sequence[str]) -> bool:
    """Whether a name is printed with more or less of it, which says nothing for or against it."""
    return any(part(name, other) for other in others)
