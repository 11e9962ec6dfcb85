"""Amounts of money as they are printed: 1,234.50 · 1.234,50 · 1 234,50 · (12.50) · RM 12.50-."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from apps.extraction import lexicon
from apps.extraction.layout import Row, Span
from apps.extraction.values import Habits, Reading

CENT = Decimal("0.01")
BARE = 0.25  # trust in an amount without cents: the point may be lost in print or by the engine
BARE_WITH_CURRENCY = 0.85
REPAIRED = 0.4  # trust when a letter was taken for a digit or a space for a point
AMBIGUOUS = 0.5  # trust in "1.000", which is one or one thousand
LETTERS_FOR_DIGITS = str.maketrans("OoIlB", "00118")
UNITS = frozenset(["L", "ML", "CL", "G", "KG", "GM", "LB", "CM", "MM", "M", "X", "PM", "AM", "GB"])


def _signs() -> str:
    signs = sorted(lexicon.currencies(), key=len, reverse=True)
    return "(?i:" + "|".join(re.escape(sign) for sign in signs) + ")"


AMOUNT = re.compile(
    rf"""
    (?<![\d.,/])
    (?P<open>[(\[]\s?)?
    (?P<minus>[-\u2013\u2212])?\s?
    (?P<before>(?:(?<![A-Za-z]){_signs()})(?=[\s\d.,(OoB\u2013\u2212-]))?\s?
    (?P<inner>[-\u2013\u2212])?\s?
    (?P<number>
        \d{{1,3}}(?:[.,'\u2019]\d{{3}})*[.,](?:--?|[\u2013\u2014])(?![\d])
      | [\dOoIlB]{{1,3}}(?:,[\dOoIlB]{{3}})+\.[\dOoIlB]{{2}}(?![A-Za-z])
      | [\dOoIlB]{{1,3}}(?:\.[\dOoIlB]{{3}})+,[\dOoIlB]{{2}}(?![A-Za-z])
      | \d{{1,3}}(?:,\d{{3}})+(?:\.\d{{1,4}})?
      | \d{{1,3}}(?:\.\d{{3}})+(?:,\d{{1,4}})?
      | \d{{1,3}}(?:['\u2019]\d{{3}})+[.,]\d{{2}}
      | \d{{1,3}}(?:\ \d{{3}})+,\d{{2}}
      | \d{{1,3}}(?:\ \d{{3}}){{2,}}\.\d{{2}}
      | \d{{1,9}}[.,]\d{{1,4}}
      | [.,]\d{{2}}
      | \d{{1,5}}[-:\ ]\d{{2}}(?=\s*(?:[A-Z]{{1,3}})?\s*(?:\t|$))
      | [\dOoIlB]{{1,6}}[.,][\dOoIlB]{{2}}(?=[A-Z]?(?![A-Za-z]))
      | \d{{1,9}}
    )
    (?![.,:/]?\d)
    (?P<after>\s?(?:{_signs()})(?![A-Za-z]))?
    (?P<trail>\s?[-\u2013\u2212](?![\w])|\s?[)\]])?
    """,
    re.VERBOSE,
)
NO_CENTS = re.compile(r"[.,](?:--?|[\u2013\u2014])$")  # "12,--": a dash for the cents
WHOLE_CELL = re.compile(r"\s*[A-Z]{0,3}\s*$")


def find(row: Row, habits: Habits) -> Iterator[Reading]:
    """The amounts of a row, left to right; bare integers only where nothing else stands by."""
    for match in AMOUNT.finditer(row.plain):
        if reading := _reading(row, match, habits):
            yield reading


def parse(number: str, decimal: str = ".") -> tuple[Decimal, float]:
    """The value of a printed number, and the trust in it (0 to 1).

    `decimal` is the document's own sign before the cents; it decides where the form does not.
    """
    straight = number.translate(LETTERS_FOR_DIGITS)
    trust = 1.0 if straight == number else REPAIRED
    if re.fullmatch(r"\d+[-: ]\d\d", straight):  # "28-90": the point was misread
        return Decimal(re.sub("[-: ]", ".", straight)), REPAIRED
    if NO_CENTS.search(straight):
        return Decimal(re.sub(r"\D", "", straight)), trust
    digits = re.sub(r"[ '\u2019]", "", straight)
    signs = re.sub(r"\d", "", digits)
    whole, _, cents = digits.rpartition(signs[-1]) if signs else (digits, "", "")
    if not whole:  # ".99": what stood before the point is gone
        whole, trust = "0", REPAIRED
    whole = re.sub("[.,]", "", whole)
    if not signs or signs.count(signs[-1]) > 1:
        return Decimal(whole + cents), trust
    if len(signs) == 1 and len(cents) == 3:
        return Decimal(f"{whole}.{cents}" if signs == decimal else whole + cents), trust * AMBIGUOUS
    return Decimal(f"{whole}.{cents}"), trust


def normalised(value: Decimal) -> str:
    """A decimal string with two places and no minus before zero."""
    rounded = value.quantize(CENT)
    return f"{rounded if rounded else CENT - CENT:f}"


def in_cents(value: int) -> str:
    """A number of cents as a decimal string."""
    return normalised(Decimal(value) / 100)


def _reading(row: Row, match: re.Match[str], habits: Habits) -> Reading | None:
    number = match["number"]
    if not _is_number(number) or not _stands_free(row.plain, match):
        return None
    value, trust = parse(number, habits.decimal)
    currency = _currency(match)
    if not re.search(r"[.,]\d|\d[-: ]\d", number) and not NO_CENTS.search(number):
        trust *= BARE_WITH_CURRENCY if currency else BARE
        if not currency and not _alone(row, match):
            return None
    if _negative(match):
        value = -value
    return Reading(_span(row, match), normalised(value), trust, currency)


def _is_number(text: str) -> bool:
    """Whether at least one digit is a digit; letters alone are a word."""
    return any(sign.isdigit() for sign in text)


def _span(row: Row, match: re.Match[str]) -> Span:
    """The number with its sign or brackets, without the currency where it can be left out."""
    signed = match["open"] or match["minus"]
    start = match.start("open") if match["open"] else match.start("minus")
    if not signed:
        start = match.start("inner") if match["inner"] else match.start("number")
    end = match.end("trail") if match["trail"] else match.end("number")
    return Span(row, start, end).trimmed()


def _stands_free(text: str, match: re.Match[str]) -> bool:
    """Whether the number is no part of a percentage, a code, a measure or a time."""
    start, end = match.start("number"), match.end("number")
    after = re.match(r" ?(%|[A-Za-z]+)", text[end : end + 12])
    if after and (after[1] == "%" or _is_word(after[1], match)):
        return False
    before, earlier = text[max(0, start - 1) : start], text[max(0, start - 2) : start - 1]
    if match["before"]:
        return True
    cents = len(_cents(match["number"]))
    if before in ("-", "#", "_") and earlier.isalnum():
        return False
    if not cents and before and before in ":#*\u00d7@":
        return before == ":" and not earlier.isdigit()
    return not before.isalpha() or cents == 2


def _cents(number: str) -> str:
    """What stands after the last point or comma of a number."""
    return re.split("[.,]", number)[-1] if re.search("[.,]", number) else ""


def _is_word(letters: str, match: re.Match[str]) -> bool:
    if match["after"] or letters.upper() in lexicon.currencies():
        return False
    return letters.upper() in UNITS or (len(letters) > 3 and len(_cents(match["number"])) != 2)


def _alone(row: Row, match: re.Match[str]) -> bool:
    """Whether nothing but a tax code follows in the cell."""
    rest = row.plain[match.end() : match.end() + 20].split("\t")[0]
    return bool(WHOLE_CELL.match(rest))


def _negative(match: re.Match[str]) -> bool:
    bracketed = bool(match["open"]) and (match["trail"] or "").strip() in (")", "]")
    trailing = (match["trail"] or "").strip() in ("-", "\u2013", "\u2212")
    return bool(match["minus"] or match["inner"]) or bracketed or trailing


def _currency(match: re.Match[str]) -> str:
    sign = (match["before"] or match["after"] or "").strip().upper()
    return lexicon.currencies().get(sign, "")
