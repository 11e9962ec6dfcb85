"""Checks on a value, by name: what a field rule may demand.

Each takes the normalised value and the value as printed and answers whether it passes. None of
them repairs anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from stdnum import luhn as stdnum_luhn

from apps.extraction import lexicon, registers
from apps.extraction.registers import Use
from apps.extraction.values.accounts import is_iban
from apps.extraction.values.codes import BIC
from apps.extraction.values.taxids import is_vat_id

Check = Callable[[str, str], bool]

BUSINESS_YEARS = range(1980, 2081)  # of invoices, receipts and statements
LIFE_YEARS = range(1900, 2081)  # of persons and their papers
ABSURD = Decimal(10**9)  # no amount of a single document is larger
TAX_YEAR = re.compile(r"(\d{4})(?:[/-](?:\d\d|\d{4}))?")  # of two years if it ends in April
# Source: WHO, ICD-10 volume 2; the last letter is German and says how sure the physician is.
ICD_10 = re.compile(r"[A-Z]\d[0-9A-Z](?:\.[0-9A-Z-]{1,4})?[AGVZ]?")


def run(names: Iterable[str], normalised: str, printed: str) -> tuple[tuple[str, bool], ...]:
    """Each check by name with its outcome. Raises KeyError for a name that is not known."""
    return tuple((name, CHECKS[name](normalised, printed)) for name in names)


def _iban(value: str, printed: str) -> bool:
    return is_iban(value)


def _bic(value: str, printed: str) -> bool:
    return bool(BIC.fullmatch(value))


def _vat_id(value: str, printed: str) -> bool:
    return is_vat_id(value)


def _luhn(value: str, printed: str) -> bool:
    return stdnum_luhn.is_valid(re.sub(r"\D", "", value))


def _decimals(value: str, printed: str) -> bool:
    """Cents are printed. Without them a lost point goes unseen: 5750 for 57.50."""
    return re.search(r"(?<=\d)[.,](?:\d{1,4}(?!\d)|--?|[\u2013\u2014])", printed) is not None


def _amount(value: str, printed: str) -> bool:
    try:
        return abs(Decimal(value)) < ABSURD
    except InvalidOperation:
        return False


def _positive(value: str, printed: str) -> bool:
    return _amount(value, printed) and Decimal(value) > 0


def _date(value: str, printed: str) -> bool:
    return _year(value) in BUSINESS_YEARS


def _life_date(value: str, printed: str) -> bool:
    return _year(value) in LIFE_YEARS


def _year(value: str) -> int:
    try:
        return date.fromisoformat(value).year
    except ValueError:
        return 0


def _currency(value: str, printed: str) -> bool:
    return value in lexicon.currencies().values()


def _has_digit(value: str, printed: str) -> bool:
    return any(sign.isdigit() for sign in value)


def _has_letters(value: str, printed: str) -> bool:
    """At least two letters, and not more digits than letters."""
    letters = sum(sign.isalpha() for sign in value)
    return letters >= 2 and letters >= sum(sign.isdigit() for sign in value)


def _in_register(use: Use) -> Check:
    """A check that a number has the shape and the check digits of a register for this use."""
    return lambda value, printed: registers.accepts(value, use)


def _tax_year(value: str, printed: str) -> bool:
    match = TAX_YEAR.fullmatch(value)
    return match is not None and int(match[1]) in BUSINESS_YEARS


def _icd_10(value: str, printed: str) -> bool:
    return ICD_10.fullmatch(value) is not None


def _sex(value: str, printed: str) -> bool:
    return value in ("F", "M", "X")


def _country(value: str, printed: str) -> bool:
    return value in lexicon.states()


CHECKS: Mapping[str, Check] = {
    "iban": _iban,
    "bic": _bic,
    "vat_id": _vat_id,
    "luhn": _luhn,
    "tax_number": _in_register(Use.TAX),
    "social_security": _in_register(Use.SOCIAL),
    "health_number": _in_register(Use.HEALTH),
    "national_id": _in_register(Use.IDENTITY),
    "tax_year": _tax_year,
    "icd_10": _icd_10,
    "decimals": _decimals,
    "amount": _amount,
    "positive": _positive,
    "date": _date,
    "life_date": _life_date,
    "currency": _currency,
    "has_digit": _has_digit,
    "has_letters": _has_letters,
    "sex": _sex,
    "country": _country,
}
