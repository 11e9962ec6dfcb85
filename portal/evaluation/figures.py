"""Figures over judged fields. Nothing here knows where they come from."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Protocol

from apps.extraction.calibration import curves

BINS = 10  # of the reliability figure


class Scored(Protocol):
    """Something that is right or not, and how sure we were of it."""

    @property
    def right(self) -> bool: ...
    @property
    def confidence(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Judged:
    """One wanted field of one document, compared with the truth."""

    name: str
    right: bool
    missing: bool
    confidence: float  # 0 to 1; 0 when missing
    accepted: bool  # without a person
    asked: bool  # put before a person
    exact: bool = False  # printed as the truth has it, to the letter


def by_field(judged: Sequence[Judged]) -> dict[str, float]:
    """`<field>_accuracy`, `<field>_exact_share` and `<field>_missing_share` for each field."""
    ordered = sorted(judged, key=lambda one: one.name)
    figures: dict[str, float] = {}
    for name, group in groupby(ordered, key=lambda one: one.name):
        fields = list(group)
        figures[f"{name}_accuracy"] = _share(one.right for one in fields)
        figures[f"{name}_exact_share"] = _share(one.exact for one in fields)
        figures[f"{name}_missing_share"] = _share(one.missing for one in fields)
    return figures


def overall(judged: Sequence[Judged]) -> dict[str, float]:
    """Figures over all fields, as `docs/evaluation.md` explains them."""
    accepted = [one for one in judged if one.accepted]
    found = [one for one in judged if not one.missing]
    return {
        "fields": len(judged),
        "auto_precision": _share(one.right for one in accepted),
        "auto_share": len(accepted) / (len(judged) or 1),
        "review_share": _share(one.asked for one in judged),
        "after_review_accuracy": _share(one.right or one.asked for one in judged),
        "ece": ece(found),
        "auroc": auroc(found),
        "review_share_for_98": review_share_for(judged, 0.98),
        "review_share_for_99": review_share_for(judged, 0.99),
        "review_share_for_995": review_share_for(judged, 0.995),
    }


def auroc(judged: Sequence[Scored]) -> float:
    """The chance that a right field has a higher confidence than a wrong one; 0.5 is a coin."""
    wrong = sorted(one.confidence for one in judged if not one.right)
    right = [one.confidence for one in judged if one.right]
    if not wrong or not right:
        return 1.0
    below = sum(_below(wrong, value) for value in right)
    return below / (len(wrong) * len(right))


def ece(judged: Sequence[Scored]) -> float:
    """Expected calibration error: how far confidence lies from the share that is right."""
    error = 0.0
    for number in range(BINS):
        low, high = number / BINS, (number + 1) / BINS
        members = [
            one for one in judged if low <= one.confidence < high or high == 1.0 == one.confidence
        ]
        if members:
            mean = sum(one.confidence for one in members) / len(members)
            error += abs(mean - _share(one.right for one in members)) * len(members)
    return error / (len(judged) or 1)


def review_share_for(judged: Sequence[Scored], target: float) -> float:
    """The least share of fields to review, lowest confidence first, for the rest to be right."""
    ordered = sorted(judged, key=lambda one: one.confidence)
    right = sum(one.right for one in ordered)
    for reviewed in range(len(ordered)):
        if right / (len(ordered) - reviewed) >= target:
            return reviewed / len(ordered)
        right -= ordered[reviewed].right
    return 1.0


def reliability(judged: Sequence[Judged]) -> list[dict[str, float]]:
    """How many of the fields of each confidence are right; the surest bins are fine."""
    return [asdict(point) for point in curves.reliability(_bins(judged))]


def risk_coverage(judged: Sequence[Judged]) -> list[dict[str, float]]:
    """What each threshold would cost: the share looked at, and the errors among the others."""
    return [asdict(cost) for cost in curves.costs(_bins(judged))]


def _bins(judged: Sequence[Judged]) -> curves.Bins:
    """Of the fields that were found."""
    found = [one for one in judged if not one.missing]
    return curves.counted((one.confidence, one.right, 1.0) for one in found)


def _below(ordered: Sequence[float], value: float) -> float:
    """How many of some ordered numbers lie below a value; equal ones count half."""
    at = bisect_left(ordered, value)
    equal = sum(1 for other in ordered[at:] if other == value)
    return at + equal / 2


def _share(facts: Iterable[bool]) -> float:
    known = list(facts)
    return sum(known) / len(known) if known else 0.0
