"""Numbers of persons inside other values: found anywhere in a text and hidden before it is kept.

A card number in an address, a membership in a description: nobody asked for them. What is hidden
keeps its length and its place, so that a reviewer's slit still lies under what is left.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from apps.extraction.fragments import cards
from apps.extraction.fragments.rules import Fragment, rules

SIGN = "\u2022"  # stands for each letter or digit that is hidden
KINDS = tuple(Fragment)


@dataclass(frozen=True, slots=True)
class Hidden:
    """Texts without what was hidden in them, each as long as before."""

    texts: tuple[str, ...]
    kinds: tuple[Fragment, ...] = ()  # what was hidden, in the order of `KINDS`


def hidden(texts: Sequence[str], kinds: Collection[str], *, numbered: bool = False) -> Hidden:
    """Hide fragments of some kinds in readings of one value.

    `numbered` says that the value is a number of its own, as of an invoice: it is no card because
    it is as long as one, and no identity because it looks like one, unless that is proven. Once one
    of the readings is a card, the others are misread ones.
    """
    found = [_found(text, kinds, numbered=numbered) for text in texts]
    if numbered and any(kind is Fragment.CARD for each in found for kind, _, _ in each):
        found = [_found(text, kinds, numbered=False) for text in texts]
    told = {kind for each in found for kind, _, _ in each}
    done = [_without(text, each) for text, each in zip(texts, found, strict=True)]
    return Hidden(tuple(done), tuple(kind for kind in KINDS if kind in told))


Place = tuple[Fragment, int, int]  # what, from, up to


def _found(text: str, kinds: Collection[str], *, numbered: bool) -> list[Place]:
    """Where fragments stand that hide something."""
    plain = "".join(map(_plain, text))
    return [
        (kind, start, end)
        for kind, start, end in (*_cards(plain, numbered), *_others(plain, numbered))
        if kind in kinds and any(sign.isdigit() for sign in text[start:end])
    ]


def _cards(plain: str, numbered: bool) -> Iterator[Place]:
    for start, end in cards.find(plain, misread=not numbered):
        yield Fragment.CARD, start, end


def _others(plain: str, numbered: bool) -> Iterator[Place]:
    for rule in rules():
        for match in rule.pattern.finditer(plain):
            whole = numbered and match.group("number") == plain.strip()
            if not whole and rule.proves(match["number"]):
                yield rule.kind, match.start("number"), match.end("number")


def _without(text: str, places: Sequence[Place]) -> str:
    signs = list(text)
    for _, start, end in places:
        for at in range(start, end):
            signs[at] = SIGN if signs[at].isalnum() else signs[at]
    return "".join(signs)


def _plain(sign: str) -> str:
    """A sign as ASCII where it means that: digits and letters of other forms, without accents."""
    if sign.isascii():
        return sign
    if (digit := unicodedata.decimal(sign, None)) is not None:
        return str(digit)
    folded = unicodedata.normalize("NFKD", sign)[0]
    return folded if folded.isascii() else sign
