"""Whether two sources say the same, by kind of value: what only looks different does not count."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation
from itertools import pairwise

from apps.extraction.lexicon import squeezed
from apps.extraction.values import Kind

DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212\u00ad"), "-")
THOUSANDS = dict.fromkeys(map(ord, "'\u2019\u00b4`"), None)  # signs within amounts
# Signs that mean something in a value of the kind, beside letters and digits.
SIGNS = {Kind.AMOUNT: ".,-", Kind.DATE: "./-", Kind.REFERENCE: "-/._\\"}
SHAPED = frozenset({Kind.AMOUNT, Kind.DATE})  # letters beside digits do not belong to the value
HEAD_OFFICE = "XXX"  # may end a BIC


def same(value: str, other: str, kind: Kind) -> bool:
    """Whether two normalised values of a kind mean the same."""
    if kind == Kind.AMOUNT:
        return _decimal(value) == _decimal(other) is not None
    if kind == Kind.DATE:
        return value == other
    if kind == Kind.BIC:
        return squeezed(value.removesuffix(HEAD_OFFICE)) == squeezed(
            other.removesuffix(HEAD_OFFICE)
        )
    return squeezed(value) == squeezed(other) != ""


def part(value: str, other: str) -> bool:
    """Whether one of two texts is the other with something more: a legal form, a branch."""
    short, long = sorted((squeezed(value), squeezed(other)), key=len)
    return bool(short) and short in long


def stands_in(printed: str, words: Iterable[str], kind: Kind) -> bool:
    """Whether a value as printed stands among some words, as a whole and not within a longer one.

    Gaps do not count: engines lose and invent them.
    """
    wanted = "".join(sign for sign, _ in _signs([printed], kind)).strip(".,/")
    signs = list(_signs(words, kind))
    text = "".join(sign for sign, _ in signs)
    edges = {0, len(text), *(at for at, (_, edge) in enumerate(signs) if edge)}
    if kind in SHAPED:
        edges |= {at for at, (a, b) in enumerate(pairwise(text), 1) if a.isalpha() != b.isalpha()}
    start = text.find(wanted) if wanted else -1
    while start >= 0:
        end = start + len(wanted)
        if start in edges and (end in edges or _only_closes(text, end, edges)):
            return True
        start = text.find(wanted, start + 1)
    return False


def says_something(words: Iterable[str], kind: Kind) -> bool:
    """Whether words hold anything that a value of a kind could be made of."""
    return any(sign.isalnum() for sign, _ in _signs(words, kind))


def _only_closes(text: str, end: int, edges: set[int]) -> bool:
    """Whether nothing but a full stop or comma follows: the end of a sentence."""
    return text[end : end + 1] in (".", ",") and end + 1 in edges


def _signs(words: Iterable[str], kind: Kind) -> Iterator[tuple[str, bool]]:
    """What counts of some words, folded; with each sign whether a new word may begin there."""
    kept = SIGNS.get(kind, "")
    for word in words:
        edge = True
        plain = word.translate(DASHES).translate(THOUSANDS if kind == Kind.AMOUNT else {})
        for sign in unicodedata.normalize("NFKD", plain.casefold()):
            if unicodedata.combining(sign):
                continue
            if sign.isdigit() or sign in kept or (sign.isalpha() and kind != Kind.AMOUNT):
                yield sign, edge
                edge = False
            else:
                edge = True


def _decimal(value: str) -> Decimal | None:
    try:
        return Decimal(value.replace(",", ""))
    except InvalidOperation:
        return None
