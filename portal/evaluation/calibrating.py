"""A calibration from fields of which somebody knows whether they are right."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from apps.extraction.calibration.curves import Bins, counted, threshold, together
from apps.extraction.calibration.files import Calibration, Source
from portal.evaluation import figures, fitting
from portal.evaluation.fitting import Example

TARGETS = (0.005, 0.01)  # at which the report says what would be looked at


@dataclass(frozen=True, slots=True)
class Unseen:
    """A field and its confidence under a model that has not seen its document."""

    example: Example
    confidence: float

    @property
    def right(self) -> bool:
        return self.example.right


def calibration(
    examples: Sequence[Example], sources: Sequence[Source], *, engine: str, command: str, on: date
) -> Calibration:
    """Weights, bins and figures from some examples. Raises ValueError if there are none."""
    if not examples:
        raise ValueError("There is nothing to learn from.")
    bend = fitting.bends(examples)
    fitted = fitting.fit(examples, bend=bend)
    confidences = fitting.unseen(examples, bend=bend)
    unseen = [Unseen(one, sure) for one, sure in zip(examples, confidences, strict=True)]
    seen = [Unseen(one, fitted.confidence(one)) for one in examples]
    return Calibration(
        engine=engine,
        fitted_on=on,
        command=command,
        digest="",
        sources=sources,
        report=_report(unseen, seen),
        models=fitted.models,
        bins=_bins(unseen),
        steps=fitted.steps,
    )


def sources(examples: Iterable[Example], digests: Mapping[str, str]) -> list[Source]:
    """What a calibration was fitted on, counted by origin and kind."""
    sorts: dict[tuple[str, str], list[Example]] = defaultdict(list)
    for one in examples:
        sorts[one.origin, one.kind].append(one)
    return [
        Source(
            origin=origin,
            kind=kind,
            documents=len({one.document for one in alike}),
            fields=len(alike),
            wrong=sum(not one.right for one in alike),
            digest=digests.get(origin, ""),
        )
        for (origin, kind), alike in sorted(sorts.items())
    ]


def _bins(unseen: Iterable[Unseen]) -> dict[tuple[str, str, str], Bins]:
    """By class, type and origin; without what a person looks at however sure the machine is."""
    sorts: dict[tuple[str, str, str], list[tuple[float, bool, float]]] = defaultdict(list)
    for one in unseen:
        if not one.example.barred:
            about = one.example
            key = (about.doctype, about.type, about.origin)
            sorts[key].append((one.confidence, one.right, about.weight))
    return {key: counted(alike) for key, alike in sorts.items()}


def _report(unseen: Sequence[Unseen], seen: Sequence[Unseen]) -> dict[str, float]:
    measured: dict[str, float] = {
        "fields": len(unseen),
        "wrong": sum(not one.right for one in unseen),
        "ece": figures.ece(unseen),
        "auroc": figures.auroc(unseen),
        "ece_in_sample": figures.ece(seen),
        "auroc_in_sample": figures.auroc(seen),
    }
    real = [one for one in unseen if one.example.origin != "drawn"]
    for target in TARGETS:
        name = f"{target * 1000:g}_in_1000"
        for prefix, those in (("", unseen), ("real_", real)):
            precision, review = _kept(unseen, those, target)
            measured[f"{prefix}auto_precision_at_{name}"] = precision
            measured[f"{prefix}review_share_at_{name}"] = review
    return measured


def _kept(unseen: Sequence[Unseen], those: Sequence[Unseen], target: float) -> tuple[float, float]:
    """Precision of what is accepted and share of the rest, each field at a threshold of others."""
    accepted = [
        one
        for fold in {one.example.fold for one in those}
        for one in _accepted(unseen, [one for one in those if one.example.fold == fold], target)
    ]
    right = sum(one.right for one in accepted)
    return right / (len(accepted) or 1), 1 - len(accepted) / (len(those) or 1)


def _accepted(
    unseen: Sequence[Unseen], those: Collection[Unseen], target: float
) -> Iterator[Unseen]:
    """Of the fields of one fold, those that thresholds derived from the other folds let pass."""
    fold = next(one.example.fold for one in those)
    bins = _bins(one for one in unseen if one.example.fold != fold)
    levels: dict[str, float | None] = {}
    for one in those:
        name = one.example.doctype
        if name not in levels:
            own = together(some for key, some in bins.items() if key[0] == name)
            rest = together(some for key, some in bins.items() if key[0] != name)
            levels[name] = threshold(own, rest, target)
        level = levels[name]
        if level is not None and one.confidence >= level and not one.example.barred:
            yield one
