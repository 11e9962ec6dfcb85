"""Weights for evidence, fitted to fields of which somebody knows whether they are right.

Samples are small: some fields of a class and type, a handful of them wrong. So each model is
fitted with the one above it as what is believed beforehand (of a field, of its class and type, of
the type, of all), and the fewer fields it has, the nearer it stays. What is said about models comes
from documents that they have not seen.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import log, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apps.extraction.calibration.files import LEVELS, Key, keys
from apps.extraction.calibration.weights import (
    PIECES,
    Step,
    Weights,
    bent,
    from_log_odds,
    log_odds,
    pieces,
)
from apps.extraction.fields import Evidence

FOLDS = 10  # parts, of which each is judged by a model fitted to the others
LEAST = 20  # fields of a model of its own
# What is believed before anything is seen, and how firmly: in units of one over variance.
# That a value is read right and is the one meant are probabilities already; with a hundred errors
# to learn from, a weight that moves more easily learns luck.
FIRST = Weights(bias=0.0, sure=1.0, proved=0.5, agrees=1.0, differs=1.0, failed=1.0)
FIRMLY_AT_FIRST = (0.1, 50.0, 4.0, 4.0, 4.0, 4.0)
FIRMLY = (1.0, 200.0, 16.0, 16.0, 16.0, 16.0)
STEADY = 1e-4  # weights that move less have arrived
MOST_ROUNDS = 100
SHORTEST = 1e-6  # of a step
BENDING_NEEDS = (1000, 50)  # fields, and wrong ones among them, before the curve may bend
BEYOND_LUCK = 2.0  # standard errors
SMALLEST_STEP = 50  # fields
LEAST_LIKELY = 1e-6

Array = NDArray[Any]
Block = tuple[float, float, float]  # summed log-odds, right fields, fields


@dataclass(frozen=True, slots=True)
class Example:
    """One field of which somebody knows whether it is right; no content."""

    document: str  # names what belongs together: it is seen whole or not at all
    kind: str  # of document, as its source calls it
    origin: str  # see `files.ORIGINS`
    doctype: str
    type: str  # of the field
    field: str
    evidence: Evidence
    right: bool
    failed: bool = False  # a check of its value fails
    flagged: bool = False
    weight: float = 1.0  # for how many fields it stands

    @property
    def barred(self) -> bool:
        """Whether a person looks, however sure the machine is."""
        return self.failed or self.flagged

    @property
    def keys(self) -> tuple[Key, ...]:
        return keys(self.doctype, self.type, self.field)

    @property
    def fold(self) -> int:
        return int(hashlib.sha256(self.document.encode()).hexdigest(), 16) % FOLDS


@dataclass(frozen=True, slots=True)
class Fitted:
    """Models by class and type, and how their answers bend."""

    models: Mapping[Key, Weights]
    steps: tuple[Step, ...] = ()

    def log_odds(self, one: Example) -> float:
        model = next(self.models[key] for key in one.keys if key in self.models)
        return model.log_odds(one.evidence, failed=one.failed)

    def confidence(self, one: Example) -> float:
        return from_log_odds(bent(self.log_odds(one), self.steps))


def fit(examples: Sequence[Example], *, bend: bool) -> Fitted:
    """Models for some fields, each with the one above it as what is believed beforehand."""
    models: dict[Key, Weights] = {}
    for level in reversed(range(LEVELS)):
        for alike in _alike(examples, level):
            key, *above = alike[0].keys[level:]
            known = next((models[one] for one in above if one in models), None)
            if known is None:
                models[key] = weigh(alike, FIRST, FIRMLY_AT_FIRST)
            elif len(alike) >= LEAST:
                models[key] = weigh(alike, known, FIRMLY)
    plain = Fitted(models)
    return replace(plain, steps=bending(examples)) if bend else plain


def unseen(examples: Sequence[Example], *, bend: bool) -> list[float]:
    """The confidence of each field under a model that has not seen its document."""
    fitted = {fold: _without(examples, fold, bend=bend) for fold in _folds(examples)}
    return [fitted[one.fold].confidence(one) for one in examples]


def bends(examples: Sequence[Example]) -> bool:
    """Whether there are enough fields to bend the curve, and unseen ones gain by more than luck."""
    fields, wrong = BENDING_NEEDS
    if len(examples) < fields or sum(not one.right for one in examples) < wrong:
        return False
    straight, bent_ = (
        np.array(surprises(examples, unseen(examples, bend=bend))) for bend in (False, True)
    )
    gain = straight - bent_
    return bool(gain.mean() > BEYOND_LUCK * gain.std() / sqrt(len(examples)))


def bending(examples: Sequence[Example]) -> tuple[Step, ...]:
    """How log-odds turned out: the rising steps nearest to what was right among unseen fields.

    Source: the pool-adjacent-violators algorithm; steps of few fields are joined, and none is
    taken to be always right.
    """
    fitted = {fold: _without(examples, fold, bend=False) for fold in _folds(examples)}
    scored = sorted((fitted[one.fold].log_odds(one), one.right, one.weight) for one in examples)
    blocks: list[Block] = []
    for odds, right, weight in scored:
        blocks.append((odds * weight, right * weight, weight))
        while len(blocks) > 1 and _falls(*blocks[-2:]):
            _join_last(blocks)
    if len(blocks) > 1 and blocks[-1][2] < SMALLEST_STEP:
        _join_last(blocks)
    return tuple((odds / count, log_odds(_share(right, count))) for odds, right, count in blocks)


def surprises(examples: Iterable[Example], confidences: Iterable[float]) -> list[float]:
    """How surprising each outcome is, natural logarithm; the lower the better was it foretold."""
    return [
        -one.weight * log(max(LEAST_LIKELY, sure if one.right else 1 - sure))
        for one, sure in zip(examples, confidences, strict=True)
    ]


def weigh(examples: Sequence[Example], before: Weights, firmly: Sequence[float]) -> Weights:
    """The likeliest weights, given what is believed beforehand; none but the bias is negative."""
    seen = np.array([(1.0, *pieces(one.evidence, failed=one.failed)) for one in examples])
    right = np.array([float(one.right) for one in examples])
    counts = np.array([one.weight for one in examples])
    start = np.array([before.bias, *before.worth])
    found = _descended(seen, right, counts, start, np.array(firmly))
    bias, *worth = (float(one) for one in found)
    wrong = sum(not one.right for one in examples)
    return Weights(bias, **dict(zip(PIECES, worth, strict=True)), fields=len(examples), wrong=wrong)


def _descended(seen: Array, right: Array, counts: Array, start: Array, firmly: Array) -> Array:
    """Newton's steps on what is free to move, each as long as it still gains something."""

    def loss(weights: Array) -> float:
        odds = seen @ weights
        surprise = counts @ (np.logaddexp(0, odds) - right * odds)
        return float(surprise + 0.5 * firmly @ (weights - start) ** 2)

    weights = start.copy()
    for _ in range(MOST_ROUNDS):
        sure = 1 / (1 + np.exp(-(seen @ weights)))
        slope = seen.T @ (counts * (sure - right)) + firmly * (weights - start)
        free = (weights > 0) | (slope < 0) | (np.arange(len(weights)) == 0)
        bend = (seen.T * (counts * sure * (1 - sure))) @ seen + np.diag(firmly)
        step = np.zeros_like(weights)
        step[free] = np.linalg.solve(bend[np.ix_(free, free)], slope[free])
        moved = _shortened(weights, step, loss)
        if np.abs(moved - weights).max() < STEADY:
            return moved
        weights = moved
    return weights


def _shortened(weights: Array, step: Array, loss: Callable[[Array], float]) -> Array:
    """Where a step leads that is halved until it gains; no weight but the bias falls below none."""
    before, length = loss(weights), 1.0
    while length > SHORTEST:
        moved = weights - length * step
        moved[1:] = np.maximum(moved[1:], 0.0)
        if loss(moved) <= before:
            return moved
        length /= 2
    return weights


def _alike(examples: Iterable[Example], level: int) -> list[list[Example]]:
    """Examples that share a model of a level, sort by sort."""
    sorts: dict[Key, list[Example]] = defaultdict(list)
    for one in examples:
        sorts[one.keys[level]].append(one)
    return list(sorts.values())


def _without(examples: Sequence[Example], fold: int, *, bend: bool) -> Fitted:
    return fit([one for one in examples if one.fold != fold], bend=bend)


def _folds(examples: Iterable[Example]) -> set[int]:
    return {one.fold for one in examples}


def _falls(before: Block, after: Block) -> bool:
    """Whether two steps must be joined: the first has few fields, or the second is no higher."""
    if min(before[2], after[2]) < SMALLEST_STEP:
        return before[2] < SMALLEST_STEP
    return _share(after[1], after[2]) <= _share(before[1], before[2])


def _join_last(blocks: list[Block]) -> None:
    (odds, right, count), (more_odds, more_right, more) = blocks[-2:]
    blocks[-2:] = [(odds + more_odds, right + more_right, count + more)]


def _share(right: float, count: float) -> float:
    """Never all, never none: half a field more on either side."""
    return (right + 0.5) / (count + 1)
