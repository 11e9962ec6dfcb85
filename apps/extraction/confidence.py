"""How surely a value is right: that it is the one meant, and that its characters were read right.

Both are probabilities, and their product is the confidence. The first comes from the odds of the
candidates against one another and against "none of them"; the second from the engine's confidence
in the doubtful characters, lifted when the value is read again elsewhere or when sums prove it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp

from apps.extraction.candidates import Candidate
from apps.extraction.layout import Mark, Span
from apps.extraction.values import Kind

UNSEEN = 0.995  # the engine is wrong once in 200 words whatever confidence it states
CERTAIN = 0.9995  # no value is surer than this
AGAIN, MOST_AGAIN = 0.6, 1.8  # natural log; for each further labelled candidate of the same value
ALONE, MOST_ALONE = 0.2, 0.6  # natural log; for each further candidate of it without a label
PROVED = (0.0, 0.7, 2.5)  # natural log, by how many other values agree in a sum
REFUTED = -3.0  # natural log; sums could be tried and none comes out
UNPROVED = -1.2  # natural log; a sum comes out with another value of the field
PART = -2.0  # natural log; a sum shows it to be a part of another candidate of the field
PROOF = 0.9  # how surely a sum of three values or more shows that its values are read right
CHECKED = 0.97  # how surely check digits show that a code is read right
NEAR = 3.0  # natural log; how much less likely a candidate with a label may be that stands for all
NONE_OF_THEM = 0.0  # natural log of the odds that the value is not among the candidates

LETTERS_ONLY = frozenset({Kind.TEXT, Kind.NAME, Kind.ADDRESS, Kind.DATE})


@dataclass(frozen=True, slots=True)
class Choice:
    """A value with all candidates that say it."""

    best: Candidate
    odds: float  # natural log, of all its candidates together
    share: float = 0.0  # 0 to 1: the probability that this is the value meant


def ranked(candidates: Iterable[Candidate], backing: Mapping[str, float]) -> list[Choice]:
    """The values among the candidates, likeliest first.

    `backing` adds to the odds of a normalised value, natural log.
    """
    groups: dict[str, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        groups[candidate.normalised].append(candidate)
    choices = [_together(group, backing.get(value, 0.0)) for value, group in groups.items()]
    whole = exp(NONE_OF_THEM) + sum(exp(choice.odds) for choice in choices)
    shared = [Choice(one.best, one.odds, exp(one.odds) / whole) for one in choices]
    return sorted(shared, key=lambda one: -one.odds)


def _together(group: Sequence[Candidate], backing: float) -> Choice:
    odds = max(one.odds for one in group)
    # One with a label stands for the others, unless it is far less likely to be meant.
    best = max(group, key=lambda one: (bool(one.label) and one.odds > odds - NEAR, one.odds))
    places = {(one.label, one.spans[0].row, one.spans[0].start) for one in group}
    with_label = sum(label is not None for label, _, _ in places)
    without = len(places) - with_label
    again = min(MOST_AGAIN, AGAIN * (with_label - bool(best.label)))
    again += min(MOST_ALONE, ALONE * (without - (best.label is None)))
    return Choice(best, odds + again + backing)


def read_right(spans: Sequence[Span], kind: Kind) -> float:
    """The probability that all characters of a value are read right, from the engine alone."""
    right = 1.0
    for span in spans:
        for least in _least_by_word(span.marks, kind).values():
            right *= min(least, UNSEEN)
    return right


def combined(probabilities: Iterable[float]) -> float:
    """The probability that not all of several independent readings are wrong."""
    wrong = 1.0
    for probability in probabilities:
        wrong *= 1 - probability
    return min(CERTAIN, 1 - wrong)


def _least_by_word(marks: Sequence[Mark], kind: Kind) -> dict[int, float]:
    """The confidence of the most doubtful character of each word that matters for the value."""
    least: dict[int, float] = {}
    for glyph, word in marks:
        if kind in LETTERS_ONLY and not any(sign.isalnum() for sign in glyph.text):
            continue
        if kind == Kind.AMOUNT and any(sign.isalpha() for sign in glyph.text):
            continue  # a currency
        least[id(word)] = min(glyph.confidence, least.get(id(word), 1.0))
    return least
