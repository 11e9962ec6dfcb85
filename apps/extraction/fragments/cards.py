"""Numbers of payment cards, whole or partly masked in print.

A whole number is told by issuer, length and check digit. Engines misread: one digit wrong leaves
all others readable, so digits that are grouped like a card's count without the check digit too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from stdnum import luhn as stdnum_luhn

from apps.extraction import lexicon
from apps.extraction.fragments.rules import issuers

LAST = 4  # digits that stay
LONGEST = 19  # digits of a card
APART = 3  # signs between two groups of a number, at most
MASKED_HEAD = 8  # digits that stand before what a print has masked, at most
LETTERS_FOR_DIGITS = str.maketrans("OoQDIl|ZSB", "0000111258")
TOKEN = re.compile(r"(?<!\d)\d[\dOoQDIl|ZSB]*")
BETWEEN = re.compile(rf"[\s\-\u2010-\u2014._/\u00b7]{{1,{APART}}}")
# As issuers and printers group them; the last group of a longer number is shorter.
GROUPED = re.compile(r"4,4,4,4(,[123])?|4,6,[45]|4,4,4,1|8,8|4,12|12,4|4,4,8|8,4,4|4,8,4")
PRINTED_MASK = re.compile(
    r"(?<![\w*#\u2022])(?<!\d[ -])(?:[\dXx*#\u2022\u25cf\u2217\u00d7][ \-]?){8,18}\d{4}(?![\w*#])"
)
MASK_SIGNS = re.compile(r"(?:[Xx*#\u2022\u25cf\u2217\u00d7][ \-]?){4,}")
IBAN = re.compile(r"(?<![A-Z0-9])(?P<country>[A-Z]{2})\d\d(?: ?[A-Z0-9]){8,30}")
EXPIRES = re.compile(r"(0[1-9]|1[0-2])\d\d(\d{3,4})?")  # month, year and code behind a number


class Group(NamedTuple):
    """Digits in one run."""

    start: int
    end: int
    digits: str


def find(text: str, *, misread: bool) -> Iterator[tuple[int, int]]:
    """Where cards stand in a text, without the digits that stay.

    With `misread`, a number without groups counts too when its check digit is wrong.
    """
    for run in _runs(text):
        yield from _in_run(run, misread)
    for match in PRINTED_MASK.finditer(text):
        if MASK_SIGNS.search(match.group()):
            yield match.start(), match.end() - LAST


def _in_run(run: Sequence[Group], misread: bool) -> Iterator[tuple[int, int]]:
    """The longest cards among groups that follow one another, left to right."""
    first = 0
    while first < len(run):
        ends = range(min(len(run), first + LONGEST), first, -1)  # a group has a digit at least
        last = next((end for end in ends if _is_card(run, first, end, misread)), None)
        if last is None:
            first += 1
        else:
            yield run[first].start, _before_last(run[first:last])
            first = last


def _is_card(run: Sequence[Group], first: int, last: int, misread: bool) -> bool:
    groups = run[first:last]
    digits = "".join(group.digits for group in groups)
    grouped = GROUPED.fullmatch(",".join(str(len(group.digits)) for group in groups)) is not None
    if len(groups) == 1 and len(digits) > LONGEST:
        return any(_is_proven(digits[:cut]) and EXPIRES.fullmatch(digits[cut:]) for cut in (15, 16))
    if not _is_issued(digits):
        return False
    if len(groups) == 1:
        return misread or _is_proven(digits)
    return grouped or (len(groups) == len(run) and _is_even(groups) and _is_proven(digits))


def _is_issued(digits: str) -> bool:
    return any(
        len(digits) in issuer.lengths
        and any(first <= digits[: len(first)] <= last for first, last in issuer.begins)
        for issuer in issuers()
    )


def _is_proven(digits: str) -> bool:
    return _is_issued(digits) and bool(stdnum_luhn.is_valid(digits))


def _is_even(groups: Sequence[Group]) -> bool:
    """Whether the groups may be one number: long ones, or digits spaced out."""
    lengths = [len(group.digits) for group in groups]
    return lengths[0] >= LAST or max(lengths) == 1


def _before_last(groups: Sequence[Group]) -> int:
    """Where the digits that stay begin."""
    room = LAST
    for group in reversed(groups):
        if len(group.digits) >= room:
            return group.end - room
        room -= len(group.digits)
    return groups[0].start


def _runs(text: str) -> Iterator[list[Group]]:
    """Groups of digits with nothing but spaces or strokes between them; IBANs are passed over."""
    taken = {at for start, end in _ibans(text) for at in range(start, end)}
    groups = [
        Group(match.start(), match.end(), match.group().translate(LETTERS_FOR_DIGITS))
        for match in TOKEN.finditer(text)
        if match.start() not in taken
        and sum(sign.isdigit() for sign in match.group()) * 2 > len(match.group())
    ]
    run = groups[:1]
    for before, group in pairwise(groups):
        if not BETWEEN.fullmatch(text[before.end : group.start]):
            yield run
            run = []
        run.append(group)
    yield run


def _ibans(text: str) -> Iterator[tuple[int, int]]:
    """Where IBANs stand, also those whose check digits are wrong."""
    for match in IBAN.finditer(text):
        room = lexicon.iban_lengths().get(match["country"], 0)
        for at, sign in enumerate(match.group(), start=1):
            room -= sign.isalnum()
            if not room:
                yield match.start(), match.start() + at
