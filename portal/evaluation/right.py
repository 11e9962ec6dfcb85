"""When a field is right: its normalised form equals the truth's.

Letter case, white space and, in free text, punctuation are ignored; dates are compared as dates,
amounts as decimals. A field that the document does not show is right when it is missing.
"""

import re
from decimal import Decimal, InvalidOperation

from apps.extraction.values import Kind

CENTURY_FREE = re.compile(r"\d{6}")  # a date as a machine-readable zone has it: YYMMDD


def is_right(got: str, truth: str, kind: Kind) -> bool:
    """Whether a value counts as right; empty text stands for a missing one on either side."""
    if not truth or not got:
        return got == truth
    if kind == Kind.AMOUNT:
        return _amount(got) == _amount(truth) is not None
    if kind == Kind.DATE:
        return _date(got, truth)
    return _text(got) == _text(truth)


def _amount(value: str) -> Decimal | None:
    try:
        return Decimal(re.sub(r"[^\d.\-]", "", value.replace(",", "")))
    except InvalidOperation:
        return None


def _date(got: str, truth: str) -> bool:
    digits = re.sub(r"\D", "", got)
    if CENTURY_FREE.fullmatch(truth):
        return digits[2:] == truth
    return digits == re.sub(r"\D", "", truth)


def _text(value: str) -> str:
    return re.sub(r"[\W_]", "", value).casefold()
