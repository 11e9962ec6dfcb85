"""Payment codes printed on a page as witnesses: EPC ("Girocode") and the Swiss QR-bill.

Sources: EPC069-12 version 3.0, Quick Response Code guidelines; Swiss Implementation Guidelines for
the QR-bill, version 2.3, chapter 4.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from apps.extraction.fields import Flag, Found, Second
from apps.extraction.values import Kind
from apps.extraction.witnesses.alike import same, stands_in
from apps.extraction.witnesses.said import Invoice
from apps.extraction.witnesses.testimony import Testimony

SURE = 0.98  # how often what a code holds is what is printed
EPC, SWISS = "BCD", "SPC"
AMOUNT, REFERENCE = "amount", "reference"  # of a payment; fields of a document have other names
# Fields that a payment may speak of; the first that a document has is meant by its amount.
AMOUNTS = ("due_payable", "grand_total")
NUMBERS = ("invoice_number",)  # may be part of what the payer is to write
# Fields that a payment knows less well than the paper: a factor may be paid instead of the seller.
BACKED_ONLY = frozenset({"seller_name"})
# Lines of a code, from 0, by what they hold.
EPC_LINES = {"bic": 4, "seller_name": 5, "iban": 6, AMOUNT: 7}
EPC_REFERENCES = (9, 10)
SWISS_LINES = {"iban": 3, "seller_name": 5, AMOUNT: 18, "currency": 19}
SWISS_REFERENCES = (28, 29)
EURO = "EUR"


def payments(codes: Sequence[str]) -> list[Invoice]:
    """What payment codes say; other codes are passed over."""
    return [payment for code in codes if (payment := _payment(code.splitlines()))]


def testify(
    found: Found, kind: Kind, told: Sequence[Invoice], names: Collection[str]
) -> Iterator[Testimony]:
    """What each payment says of a value of a document in which fields of these names were found."""
    for payment in told:
        if found.name in NUMBERS and _is_named(found, kind, payment):
            yield Testimony(Second.AGREES, None, SURE)
        elif values := _values(found.name, payment, names):
            if any(same(found.normalised, value, kind) for value in values):
                yield Testimony(Second.AGREES, None, SURE)
            elif found.name not in BACKED_ONLY:
                yield Testimony(Second.DIFFERS, Flag.CODE_DIFFERS, SURE)


def _payment(lines: Sequence[str]) -> dict[str, list[str]]:
    head = lines[0].strip() if lines else ""
    if head == EPC:
        said = _at(lines, EPC_LINES, EPC_REFERENCES)
        amounts = said.get(AMOUNT, [])
        said[AMOUNT] = [one.removeprefix(EURO) for one in amounts if one.startswith(EURO)]
        return said | ({"currency": [EURO]} if said[AMOUNT] else {})
    return _at(lines, SWISS_LINES, SWISS_REFERENCES) if head == SWISS else {}


def _at(
    lines: Sequence[str], places: Mapping[str, int], references: Sequence[int]
) -> dict[str, list[str]]:
    said = {
        name: [lines[at].strip()]
        for name, at in places.items()
        if at < len(lines) and lines[at].strip()
    }
    return said | {REFERENCE: [lines[at].strip() for at in references if at < len(lines)]}


def _values(name: str, payment: Invoice, names: Collection[str]) -> Sequence[str]:
    if name in AMOUNTS:
        meant = next((one for one in AMOUNTS if one in names), "")
        return payment.get(AMOUNT, ()) if name == meant else ()
    return payment.get(name, ())


def _is_named(found: Found, kind: Kind, payment: Invoice) -> bool:
    """Whether a number stands in what the payer is to write."""
    words = [word for text in payment.get(REFERENCE, ()) for word in text.split()]
    return stands_in(found.value, words, kind)
