"""Codes put right by their check digits: what a recogniser took for something that looks like it.

Where a code must have a digit, a letter was misread; where either may stand, the check digits tell.
A code that was put right is less sure than one that was read right, and the more so the more of
its characters might have been the misread one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from apps.extraction.layout import Mark
from apps.extraction.zones import as_wanted

# What recognisers confuse where the kind of character is right.
ALIKE = {
    "0": "8OD", "1": "7IL", "2": "7Z", "3": "8", "4": "9", "5": "6S", "6": "85G", "7": "1",
    "8": "360B", "9": "4", "O": "0", "D": "0", "I": "1", "L": "1", "Z": "2", "S": "5", "G": "6",
    "B": "8",
}  # fmt: skip
BY_KIND = 0.97  # trust left for each character that its place puts right
BY_DOUBT = 0.85  # trust where the check digits put a doubtful character right
BY_LOOKS = 0.6  # trust where they put one right that the engine hardly doubted
AMBIGUOUS = 0.4  # trust where they put it right in more ways than one
TWICE = 0.5  # trust where they put two doubtful characters right
DOUBTFUL = 0.95  # confidence; a surer character is changed last
SURE = 0.99  # confidence; a surer character is never changed: a sample's number is wrong in print
MOST_TWICE = 6  # doubtful characters that are changed two at a time

Valid = Callable[[str], bool]


class Mended(NamedTuple):
    """A code as it was meant."""

    text: str
    trust: float  # 0 to 1


class _Change(NamedTuple):
    at: int
    sign: str
    doubtful: bool


def mended(text: str, marks: Sequence[Mark | None], wants: str, is_valid: Valid) -> Mended | None:
    """A code with the fewest changes that make it valid; None if nothing likely does.

    `wants` says what each place takes: "9" a digit, "A" a letter, "*" either. All three have one
    length.
    """
    placed = "".join(map(as_wanted, text, wants))
    trust = BY_KIND ** sum(a != b for a, b in zip(text, placed, strict=True))
    if _fits(placed, wants) and is_valid(placed):
        return Mended(placed, trust)
    changes = list(_changes(placed, marks, wants))
    once = [one for one in changes if _is_cure(placed, (one,), wants, is_valid)]
    if once:
        best = min(once, key=lambda one: not one.doubtful)
        alone = sum(one.doubtful == best.doubtful for one in once) == 1
        sure = BY_DOUBT if best.doubtful else BY_LOOKS
        return Mended(_changed(placed, (best,)), trust * (sure if alone else AMBIGUOUS))
    doubtful = [one for one in changes if one.doubtful][:MOST_TWICE]
    twice = [two for two in combinations(doubtful, 2) if _is_cure(placed, two, wants, is_valid)]
    return Mended(_changed(placed, twice[0]), trust * TWICE) if len(twice) == 1 else None


def _changes(text: str, marks: Sequence[Mark | None], wants: str) -> Iterator[_Change]:
    """What each character may be instead: the engine's second guess, then what looks like it."""
    for at, (sign, mark, wanted) in enumerate(zip(text, marks, wants, strict=True)):
        if mark is None or mark.glyph.confidence > SURE:
            continue
        other = as_wanted(mark.glyph.other.upper(), wanted)
        doubtful = mark.glyph.confidence < DOUBTFUL
        for instead in dict.fromkeys((other, *ALIKE.get(sign, ""))):
            if len(instead) == 1 and instead != sign and _fits(instead, wanted):
                yield _Change(at, instead, doubtful and instead == other)


def _is_cure(text: str, changes: Sequence[_Change], wants: str, is_valid: Valid) -> bool:
    places = {one.at for one in changes}
    changed = _changed(text, changes)
    return len(places) == len(changes) and _fits(changed, wants) and is_valid(changed)


def _changed(text: str, changes: Sequence[_Change]) -> str:
    signs = list(text)
    for one in changes:
        signs[one.at] = one.sign
    return "".join(signs)


def _fits(text: str, wants: str) -> bool:
    return all(
        (wanted == "9" and sign.isdigit())
        or (wanted == "A" and sign.isalpha())
        or (wanted == "*" and sign.isalnum())
        for sign, wanted in zip(text, wants, strict=True)
    )
