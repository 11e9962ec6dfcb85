"""How reliable reading is: what was measured beforehand, and what people found here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import Count, F, FloatField, Func, IntegerField, Q, Value

from apps.extraction import doctypes, standards
from apps.extraction.calibration import curves, files
from apps.extraction.calibration.curves import EDGES, Bins, Reliable
from apps.extraction.calibration.files import Calibration
from apps.extraction.models import Reading
from apps.extraction.standards import Demanded
from apps.review.models import Lesson
from apps.review.rules import Reason
from portal import charts
from portal.charts import CostChart, ReliabilityChart

FEW = 40  # fields, below which a point of a curve says little
TARGETS = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.05)  # to choose from
AUDIT_SHARES = (0.0, 0.005, 0.01, 0.02, 0.05, 0.1)  # to choose from
BY_LOT = Q(reason__in=(Reason.LOW_CONFIDENCE, Reason.AUDIT), failed=False, flagged=False)


@dataclass(frozen=True, slots=True)
class Audited:
    """Accepted fields that people of an organisation looked at all the same."""

    fields: int = 0
    wrong: int = 0

    @property
    def most(self) -> float:
        """The bound under which the share of wrong ones lies, four times in five."""
        return curves.bounds(self.wrong, self.fields)[1]


@dataclass(frozen=True, slots=True)
class OfClass:
    """One class of documents under the standard in force."""

    name: str
    title: str
    fields: float  # measured beforehand
    threshold: float | None  # None: the target cannot be promised, all is looked at
    review: float  # share of fields looked at
    points: Sequence[Reliable]
    points_here: Sequence[Reliable]
    reliability: ReliabilityChart
    cost: CostChart
    audited: Audited


@dataclass(frozen=True, slots=True)
class Choice:
    """A target that may be chosen, and what it would cost."""

    error_target: float
    review: float  # share of fields looked at, over all classes


@dataclass(frozen=True, slots=True)
class Assurance:
    """The page: one engine under one standard."""

    engine: str  # "name/version"; empty before anything was read
    known: Calibration | None
    demanded: Demanded
    classes: Sequence[OfClass]
    audited: Audited
    others: Sequence[str]  # engines that have a calibration too


def assurance(organisation: UUID, *, engine: str = "") -> Assurance:
    """What is known of an engine; of the one that read last, if none is named."""
    chosen = engine if engine in files.load_all() else _latest_engine()
    known, demanded = files.of_engine(chosen), standards.of_organisation(organisation)
    audited, here = _audited(chosen), _bins_here(chosen)
    classes = [
        _of_class(name, known, demanded, here.get(name, curves.NO_FIELDS), audited.get(name))
        for name in _names(known)
    ]
    return Assurance(
        engine=chosen,
        known=known,
        demanded=demanded,
        classes=sorted(classes, key=lambda one: one.title),
        audited=_summed(audited.values()),
        others=[name for name, one in files.load_all().items() if one.sources and name != chosen],
    )


def choices(known: Calibration | None) -> list[Choice]:
    """Every target with the share of fields that people would look at."""
    return [Choice(target, _review(known, target)) for target in TARGETS]


def _latest_engine() -> str:
    read = Reading.objects.order_by("-id").values_list("engine", flat=True).first()
    return read or next((name for name, one in files.load_all().items() if one.sources), "")


def _names(known: Calibration | None) -> list[str]:
    there = {one.name for one in doctypes.load_all()}
    return sorted({doctype for doctype, _, _ in known.bins} & there) if known else []


def _of_class(
    name: str, known: Any, demanded: Demanded, here: Bins, audited: Audited | None
) -> OfClass:
    bins = known.bins_of(name)
    level = known.threshold(name, demanded.error_target)
    points = curves.reliability(bins, least=FEW)
    points_here = curves.reliability(here, least=FEW)
    costs = curves.costs(bins)
    return OfClass(
        name=name,
        title=doctypes.get(name).title,
        fields=sum(bins.fields),
        threshold=level,
        review=1.0 - _accepted(bins, level) / (sum(bins.fields) or 1),
        points=points,
        points_here=points_here,
        reliability=charts.reliability(points, points_here),
        cost=charts.cost(costs, target=demanded.error_target, threshold=level),
        audited=audited or Audited(),
    )


def _review(known: Calibration | None, target: float) -> float:
    if known is None:
        return 1.0
    whole = accepted = 0.0
    for name in _names(known):
        bins = known.bins_of(name)
        whole += sum(bins.fields)
        accepted += _accepted(bins, known.threshold(name, target))
    return 1 - accepted / (whole or 1)


def _accepted(bins: Bins, level: float | None) -> float:
    return bins.from_(EDGES.index(level))[0] if level is not None else 0.0


def _audited(engine: str) -> dict[str, Audited]:
    """By class, of the organisation in scope."""
    lessons = Lesson.objects.filter(engine=engine, reason=Reason.AUDIT).values("doctype")
    counted = lessons.annotate(fields=Count("pk"), wrong=Count("pk", filter=Q(right=False)))
    return {one["doctype"]: Audited(one["fields"], one["wrong"]) for one in counted}


def _bins_here(engine: str) -> dict[str, Bins]:
    """What people found, by class and confidence; a field drawn by lot counts as one."""
    edges = Value(list(EDGES), output_field=ArrayField(FloatField()))
    bucket = Func(F("confidence"), edges, function="WIDTH_BUCKET", output_field=IntegerField())
    lessons = Lesson.objects.filter(BY_LOT, engine=engine).values("doctype", at=bucket)
    fields: dict[str, list[float]] = defaultdict(lambda: [0.0] * len(EDGES))
    wrong: dict[str, list[float]] = defaultdict(lambda: [0.0] * len(EDGES))
    for one in lessons.annotate(count=Count("pk"), bad=Count("pk", filter=Q(right=False))):
        fields[one["doctype"]][one["at"] - 1] += one["count"]
        wrong[one["doctype"]][one["at"] - 1] += one["bad"]
    return {name: Bins(tuple(counts), tuple(wrong[name])) for name, counts in fields.items()}


def _summed(several: Iterable[Audited]) -> Audited:
    known = list(several)
    return Audited(sum(one.fields for one in known), sum(one.wrong for one in known))
