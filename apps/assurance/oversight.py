"""What a compliance officer must know before anything else: whether the trail can be relied on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from apps.assurance.exports import package
from apps.assurance.exports.services import FLOW
from apps.assurance.models import Export
from apps.audit import tallies, tree
from apps.audit.health import Health, health
from apps.audit.models import Checkpoint, Facet
from apps.audit.tallies import Count
from apps.jobs.flow import State
from apps.jobs.models import Job
from apps.preservation.models import Copy

DAY = timedelta(days=1)
BEFORE = 7  # days that a usual day is taken from
MANY = 20  # refusals a day, below which nothing is unusual
TIMES = 3  # as often as usual
UNANCHORED = timedelta(days=2)
LATE = timedelta(minutes=10)  # of counting
FEW = 3  # exports on the page


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that a person should look at, and where."""

    tone: str
    title: str
    note: str
    query: str = ""  # of the trail's address
    path: str = ""  # the name of another page to look at


@dataclass(frozen=True, slots=True)
class Oversight:
    health: Health
    keys: Sequence[str]  # that sign checkpoints
    verifier: str  # digest of the program that checks exports
    day: Count  # the last
    exports: Sequence[Export]
    alerts: Sequence[Alert]

    @property
    def root(self) -> str:
        return self.health.checkpoint.root.hex() if self.health.checkpoint else ""

    @property
    def standing(self) -> tuple[str, str]:
        """In a word, and its tone."""
        if self.health.gaps:
            return "Not intact", "bad"
        if self.health.stalled:
            return "Not sealed", "bad"
        return ("Intact", "ok") if self.health.checkpoint else ("Empty", "idle")


def oversight(organisation: UUID, *, now: datetime) -> Oversight:
    state = health(organisation, now=now)
    days = _days(organisation, now)
    exports = Export.objects.filter(organisation_id=organisation).select_related("artifact")
    return Oversight(
        health=state,
        keys=tree.verifiers(),
        verifier=package.verifier(),
        day=days[0],
        exports=list(exports.order_by("-id")[:FEW]),
        alerts=[
            *_of_health(state),
            *_of_anchors(organisation, state),
            *_of_counting(organisation, state),
            *_of_refusals(days),
            *_of_exports(organisation),
            *_of_copies(organisation),
        ],
    )


def _of_health(state: Health) -> Iterator[Alert]:
    if state.stalled:
        waits = f"{state.waiting} event{'s' if state.waiting > 1 else ''} wait"
        yield Alert(
            "bad",
            "The trail is not being sealed",
            f"{waits}, the oldest for {_length(state.lag)}. Until the sequencer runs again, nothing"
            " is revealed, exported or deleted.",
        )
    if state.gaps:
        found = ", ".join(f"{gap.what} {gap.where}" for gap in state.gaps[:3])
        yield Alert(
            "bad",
            f"{len(state.gaps)} missing or changed among the newest events",
            f"{found}. Keep the last checkpoint you were sent, and call whoever runs the database.",
        )


def _of_anchors(organisation: UUID, state: Health) -> Iterator[Alert]:
    """Too long since an authority spoke, or since there was something for one to speak of."""
    first = Checkpoint.objects.filter(tree=organisation).order_by("size").first()
    since = state.anchored_at or (first.at if first else state.now)
    if state.now - since > UNANCHORED:
        yield Alert(
            "warn",
            "No authority has time-stamped the trail",
            f"None since {since:%-d %B}. The trail is sealed all the same; only its dates rest on"
            " us.",
        )


def _of_counting(organisation: UUID, state: Health) -> Iterator[Alert]:
    reach = tallies.counted_to(organisation)
    size = state.checkpoint.size if state.checkpoint else 0
    if reach and reach.size < size and state.now - reach.at > LATE:
        yield Alert("warn", "Events are not being counted", "Charts of the trail lag behind.")


def _of_refusals(days: Sequence[Count]) -> Iterator[Alert]:
    """A day with far more refusals than usual."""
    today = days[0].denied
    usual = sum(day.denied for day in days[1:]) / BEFORE
    if today >= MANY and today > TIMES * usual:
        yield Alert(
            "warn",
            f"{today} refusals in a day",
            f"Usual are {usual:.0f}.",
            query="outcome=denied",
        )


def _of_exports(organisation: UUID) -> Iterator[Alert]:
    failed = Job.objects.filter(flow=FLOW, organisation_id=organisation, state=State.FAILED)
    job = failed.order_by("-moved_at", "pk").first()
    if job and (export := Export.objects.filter(pk=job.subject_id).first()):
        yield Alert("warn", f"Export {export.reference} could not be made", job.explanation)


def _of_copies(organisation: UUID) -> Iterator[Alert]:
    """Stored originals that are not what was received, the newest first."""
    damaged = Copy.objects.filter(organisation_id=organisation, quarantined_at__isnull=False)
    newest = damaged.select_related("record").order_by("-quarantined_at", "pk")
    if copy := newest.first():
        count = damaged.count()
        yield Alert(
            "bad",
            f"{count} stored cop{'ies' if count > 1 else 'y'} of signed originals damaged",
            f"The {copy.place} copy of {copy.record.reference} is {copy.damage}. It is in"
            " quarantine until a records manager repairs it.",
            path="preservation:fixity",
        )


def _days(organisation: UUID, now: datetime) -> list[Count]:
    """The counts of the last day and of those before it."""
    days = []
    for back in range(BEFORE + 1):
        until = now - back * DAY
        hours = tallies.by_hour(
            Facet.ALL, [""], organisation=organisation, since=until - DAY, until=until
        ).values()
        days.append(Count(*(sum(part) for part in zip(*map(_parts, hours), strict=True))))
    return days


def _parts(count: Count) -> tuple[int, int, int]:
    return count.events, count.denied, count.failed


def _length(lag: timedelta) -> str:
    seconds = round(lag.total_seconds())
    return f"{seconds} s" if seconds < 120 else f"{seconds // 60} min"
