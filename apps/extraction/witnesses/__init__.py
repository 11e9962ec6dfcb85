"""What a file says besides its looks: second readings, never trusted by themselves.

A witness speaks of values that the engine has found, and of no others: what only a witness says is
nowhere taken over. `said` has how witnesses come out of the jail, `layer`, `embedded`, `codes` and
`visual` one witness each, `testimony` what a field's confidence makes of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum

from apps.extraction.doctypes import DocType
from apps.extraction.engines import PageText
from apps.extraction.fields import Found, Missing
from apps.extraction.layers import Look
from apps.extraction.witnesses import codes, embedded
from apps.extraction.witnesses.layer import Layers
from apps.extraction.witnesses.said import SILENT, Witnesses, together
from apps.extraction.witnesses.testimony import Testimony, weighed
from apps.extraction.witnesses.visual import Print

__all__ = ["SILENT", "Notice", "Witnesses", "heard", "noticed", "together"]


class Notice(StrEnum):
    """What is odd about a file as a whole."""

    HIDDEN_TEXT = "hidden text"  # words that are not seen, where nothing is to be read
    UNMAPPED_TEXT = "unmapped text"  # words whose characters the file does not name
    TOO_MUCH_TEXT = "too much text"  # more than we look at on a page, or than we can
    REFUSED_INVOICE = "refused invoice"  # attached XML that could not be read safely


def heard(
    fields: Sequence[Found | Missing],
    witnesses: Witnesses,
    doctype: DocType,
    *,
    pages: Sequence[PageText] = (),
) -> Sequence[Found | Missing]:
    """The fields with what the witnesses say of each.

    `pages` are what the engine read; without them a layer is taken to be upright, and an identity
    paper's zone has no witness.
    """
    hearing = _Hearing(fields, witnesses, doctype, pages)
    return [one if isinstance(one, Missing) else hearing.weigh(one) for one in fields]


def noticed(witnesses: Witnesses, pages: Sequence[PageText]) -> list[Notice]:
    """What is odd about a file as a whole, whatever its fields are."""
    layers = Layers(witnesses.layers, pages)
    looks = {one.look for told in layers.told.values() for one in told}
    odd = {
        Notice.HIDDEN_TEXT: bool(layers.hidden),
        Notice.UNMAPPED_TEXT: Look.UNMAPPED in looks,
        Notice.TOO_MUCH_TEXT: any(layer.cut for layer in witnesses.layers),
        Notice.REFUSED_INVOICE: witnesses.refused,
    }
    return [notice for notice, is_so in odd.items() if is_so]


class _Hearing:
    """All witnesses of one document; what several fields need is worked out once."""

    def __init__(
        self,
        fields: Sequence[Found | Missing],
        witnesses: Witnesses,
        doctype: DocType,
        pages: Sequence[PageText],
    ) -> None:
        self.doctype = doctype
        self.invoices = witnesses.invoices
        self.payments = codes.payments(witnesses.codes)
        self.layers = Layers(witnesses.layers, pages)
        self.print = Print(pages)
        self.names = {one.name for one in fields if isinstance(one, Found)}

    def weigh(self, found: Found) -> Found:
        return weighed(found, list(self._testimonies(found)))

    def _testimonies(self, found: Found) -> Iterator[Testimony]:
        kind = self.doctype.rule(found.name).type
        yield from self.layers.testify(found, kind)
        yield from embedded.testify(found, kind, self.invoices)
        yield from codes.testify(found, kind, self.payments, self.names)
        if self.doctype.reader == "mrz":
            yield from self.print.testify(found)
