"""Printed labels: where on the rows the words stand that announce a value.

A recogniser drops spaces and takes letters for one another, and a synonym may hide in another
("total" in "subtotal"). So phrases are compared folded, letters that look alike being one, and at
each place the longest phrase that fits wins: "subtotal" keeps its "total" to itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from apps.extraction import lexicon
from apps.extraction.layout import CELL, Row, Span

# What recognisers confuse, folded into one: 0 o q, 1 l i, 5 s, 8 b, rn m, cl d, vv w.
LOOKS_LIKE = str.maketrans({
    "0": "o", "q": "o", "1": "i", "l": "i", "j": "i", "5": "s", "8": "b", "2": "z",
    "m": "rn", "d": "ci", "w": "vv",
})  # fmt: skip
SHORT = 4  # folded letters; shorter phrases must be read exactly
OF_SIGNS = {"#": "no", "|": "i", "!": "i", "$": "s", "\u00d7": "x"}


class Target(NamedTuple):
    """What a phrase speaks for."""

    name: str
    weight: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase found on a page."""

    targets: Sequence[Target]
    span: Span


class Phrases:
    """A set of phrases to be found in one pass over a row, however many they are.

    A phrase that begins with a star may begin inside a word: "*rechnung nr" in "Mietrechnung Nr."
    """

    def __init__(self, phrases: Mapping[str, Iterable[Target]]) -> None:
        self._root: dict[str, Any] = {}
        self._inside: dict[str, Any] = {}
        self._short: set[str] = set()
        for phrase, targets in phrases.items():
            self._short.add(lexicon.squeezed(phrase))
            node = self._inside if phrase.startswith("*") else self._root
            for letter in fold(phrase):
                node = node.setdefault(letter, {})
            node[""] = _merged(node.get("", ()), targets)

    def find(self, row: Row) -> Iterator[Hit]:
        """The longest phrases of a row, left to right, none overlapping another."""
        letters, places = _folded(row.plain)
        at = 0
        while at < len(letters):
            end, targets = self._longest(letters, places, at, row.plain)
            if targets:
                yield Hit(targets, Span(row, places[at], places[end - 1] + 1))
            at = max(end, at + 1)

    def _longest(
        self, letters: str, places: Sequence[int], at: int, text: str
    ) -> tuple[int, Sequence[Target]]:
        node = self._root
        best: tuple[int, Sequence[Target]] = (at, ())
        if letters[at] not in node or not _may_start(text, places, at):
            node = self._inside
        for end in range(at, len(letters)):
            if letters[end] not in node:
                break
            node = node[letters[end]]
            if "" in node and _may_end(text, places, end) and self._is_meant(text, places, at, end):
                best = (end + 1, node[""])
        return best

    def _is_meant(self, text: str, places: Sequence[int], at: int, end: int) -> bool:
        """Whether the letters are what they look like: in a short phrase they must be."""
        return (
            end - at >= SHORT or lexicon.squeezed(text[places[at] : places[end] + 1]) in self._short
        )


def _merged(known: Iterable[Target], more: Iterable[Target]) -> list[Target]:
    """Targets by name; of two weights of one, the greater."""
    best: dict[str, float] = {}
    for name, weight in (*known, *more):
        best[name] = max(weight, best.get(name, weight))
    return [Target(name, weight) for name, weight in best.items()]


@lru_cache(maxsize=20_000)
def fold(text: str) -> str:
    """The letters and digits of a text, those that look alike being one."""
    return lexicon.squeezed(text).translate(LOOKS_LIKE)


def _folded(text: str) -> tuple[str, Sequence[int]]:
    """The folded text and, for each of its letters, the place of the character it came from."""
    letters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        folded = OF_SIGNS.get(character) or _fold_one(character)
        letters.append(folded)
        places.extend([place] * len(folded))
    return "".join(letters), places


@lru_cache(maxsize=5_000)
def _fold_one(character: str) -> str:
    return CELL if character == CELL else fold(character)


def _may_start(text: str, places: Sequence[int], at: int) -> bool:
    here = places[at]
    if here == 0:
        return True
    before, first = text[here - 1], text[here]
    if at and places[at - 1] == here:  # in the middle of a folded letter
        return False
    if before in "-\u2010/" and here > 1 and text[here - 2].isalpha():  # the end of a compound
        return False
    return (
        not before.isalnum()
        or (before.islower() and first.isupper())
        or (before.isdigit() and first.isalpha())
    )


def _may_end(text: str, places: Sequence[int], end: int) -> bool:
    here = places[end]
    if end + 1 < len(places) and places[end + 1] == here:
        return False
    rest = text[here + 1 : here + 5]
    if not rest or not rest[0].isalpha() or not text[here].isalnum():
        return True
    return (text[here].islower() and rest[0].isupper()) or _starts_with_currency(rest)


def _starts_with_currency(text: str) -> bool:
    """Whether a currency code, then a digit, follows the label without a space: "TOTALRM12"."""
    return any(
        text[:size].upper() in lexicon.currencies() and text[size : size + 1].isdigit()
        for size in (2, 3)
    )
