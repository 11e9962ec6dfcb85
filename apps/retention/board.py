"""What the page about retention shows, for people who govern it and read none of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Count as Counted
from django.db.models import Q
from django.db.models.functions import TruncDate
from django.utils import timezone

from apps.extraction import doctypes
from apps.retention import calendar
from apps.retention.calendar import Count, Picture
from apps.retention.changes import Line, compare, diff, effect_in_words
from apps.retention.latency import Latency, latency
from apps.retention.matrix import Matrix, matrix
from apps.retention.models import (
    Cause,
    Certificate,
    Disposal,
    Failure,
    Hold,
    PolicyException,
    PolicyVersion,
)
from apps.retention.services import drift, policy_of, version_in_force
from apps.retention.services.holds import held
from apps.vault.models import Artifact

FEW = 8  # rows of a card
PLOTTED = 500  # certificates
UNPROVEN = timedelta(hours=1)  # after which bytes without a key are a trouble


@dataclass(frozen=True, slots=True)
class Proposal:
    """A version that is proposed, or cools, with what it changes and does."""

    version: PolicyVersion
    lines: Sequence[Line]
    sentences: Sequence[str]
    effects: Sequence[str]


@dataclass(frozen=True, slots=True)
class Board:
    version: PolicyVersion
    matrix: Matrix
    versions: Sequence[PolicyVersion]
    ahead: Proposal | None
    drift: Sequence[Line]
    pictures: Sequence[tuple[str, Picture]]  # class that says where it is shown
    holds: Sequence[Hold]
    exceptions: Sequence[PolicyException]
    certificates: Sequence[Certificate]
    latency: Latency | None  # from a wish to its certificate
    disposals: int  # what waits for somebody to look
    stuck: int  # artifacts that could not be erased again and again
    unproven: int  # without a key, and not yet proven gone
    lost: int  # rows whose bytes are missing


def board(organisation: UUID, *, now: datetime) -> Board:
    version = version_in_force(organisation, now=now)
    versions = PolicyVersion.objects.filter(organisation_id=organisation)
    ahead = versions.select_related("proposed_by", "decided_by").ahead(now)
    today = timezone.localdate(now)
    counts = _counts(organisation, today)
    return Board(
        version=version,
        matrix=matrix(policy_of(version), policy_of(ahead) if ahead else None, _titles()),
        versions=list(versions.order_by("-number")[:FEW]),
        ahead=proposal(ahead, version) if ahead else None,
        drift=diff(drift(organisation)),
        pictures=[
            ("wide-only", calendar.draw(counts, today=today, width=560, tall=84)),
            ("narrow-only", calendar.draw(counts, today=today, width=340, tall=50)),
        ],
        holds=list(open_holds(organisation)[:FEW]),
        exceptions=list(_exceptions(organisation, now)),
        certificates=list(
            Certificate.objects.filter(organisation_id=organisation).order_by("-id")[:FEW]
        ),
        latency=latency(_seconds(organisation)),
        disposals=Disposal.objects.filter(organisation_id=organisation).due(now).count(),
        **_troubles(organisation, now),
    )


def proposal(version: PolicyVersion, before: PolicyVersion) -> Proposal:
    changes = compare(policy_of(before), policy_of(version))
    return Proposal(
        version=version,
        lines=diff(changes),
        sentences=[change.sentence for change in changes],
        effects=effect_in_words(version.effect),
    )


def open_holds(organisation: UUID) -> Sequence[Hold]:
    """Holds that are not lifted, newest first, with how many documents each covers."""
    holds = Hold.objects.open().filter(organisation_id=organisation)
    return holds.annotate(documents=Counted("held")).order_by("-number")  # type: ignore[return-value]


def _exceptions(organisation: UUID, now: datetime) -> Sequence[PolicyException]:
    found = PolicyException.objects.open(now).filter(organisation_id=organisation)
    return found.select_related("document", "owner").order_by("until", "pk")[:FEW]  # type: ignore[return-value]


def _seconds(organisation: UUID) -> list[int]:
    wished = Certificate.objects.filter(organisation_id=organisation).exclude(cause=Cause.POLICY)
    return list(wished.order_by("-id").values_list("seconds", flat=True)[:PLOTTED])


def _counts(organisation: UUID, today: date) -> dict[date, Count]:
    """Erased before today, due from today on; what is late counts as today's."""
    begins = calendar.first_day(today)
    ends = begins + timedelta(days=calendar.WEEKS * calendar.DAYS)
    artifacts = Artifact.objects.filter(organisation_id=organisation)
    gone = artifacts.filter(shredded_at__gte=_midnight(begins), shredded_at__lt=_midnight(today))
    due = artifacts.alive().filter(due_at__lt=_midnight(ends)).annotate(is_held=held())
    counts = {day: Count(free=many) for day, many, _ in _by_day(gone, "shredded_at", free=Q())}
    for day, whole, free in _by_day(due, "due_at", free=Q(is_held=False)):
        at = max(day, today)
        before = counts.get(at, Count())
        counts[at] = Count(before.free + free, before.held + whole - free)
    return counts


def _by_day(artifacts: object, column: str, *, free: Q) -> list[tuple[date, int, int]]:
    days = artifacts.annotate(day=TruncDate(column)).values("day").order_by("day")  # type: ignore[attr-defined]
    counted = days.annotate(many=Counted("pk"), free=Counted("pk", filter=free))
    return list(counted.values_list("day", "many", "free"))


def _troubles(organisation: UUID, now: datetime) -> dict[str, int]:
    artifacts = Artifact.objects.filter(organisation_id=organisation)
    failures = Failure.objects.filter(organisation_id=organisation, attempts__gte=3)
    return {
        "stuck": failures.count(),
        "unproven": artifacts.filter(shredded_at__lt=now - UNPROVEN, gone_at=None).count(),
        "lost": artifacts.alive().exclude(lost_at=None).count(),
    }


def _titles() -> dict[str, str]:
    return {one.name: one.title for one in doctypes.load_all()}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), timezone.get_current_timezone())
