"""Counting what happened, once and late by a minute, so that no page has to."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncHour

from apps.base.ids import first_at
from apps.extraction import doctypes
from apps.extraction.models import Field
from apps.extraction.values import Kind
from apps.intake import services as intake
from apps.intake.models import Use
from apps.review.models import Decision, Task
from apps.review.models.counts import Counted, Tally, What
from apps.review.models.looks import Look
from apps.review.rules import Reason, Turn, Verdict
from apps.review.titles import CLASS

LAG = timedelta(minutes=1)  # longer than any transaction that adds rows
SPAN = timedelta(hours=1)  # counted at a time, when the clock stood still for long
KEPT = timedelta(days=35)
READINGS = {Turn.FIRST: What.ASKED, Turn.SECOND: What.SECOND, Turn.THIRD: What.THIRD}
UNFOUND = (Reason.MISSING, Reason.UNSURE_CLASS)  # asked about, and not among what was found


Sums = Mapping[str, Mapping[What, int]]  # by kind, or by person


@dataclass(frozen=True, slots=True)
class Key:
    """What is counted together."""

    workspace: UUID
    hour: datetime
    name: What
    kind: str = ""
    reviewer: UUID | None = None


def count_up(organisation: UUID, *, now: datetime) -> int:
    """Bring an organisation's tally up to a minute ago; how many of its numbers grew.

    Rows are told by when their ids were made. What is being written at the moment may commit with
    an earlier id than what is there already; so the last minute is left for the next time. Two who
    count at once count once: the second finds the row locked.
    """
    until = now - LAG
    with transaction.atomic():
        mark, _ = Counted.objects.get_or_create(
            organisation_id=organisation, defaults={"until": until - SPAN}
        )
        held = Counted.objects.select_for_update(skip_locked=True).filter(pk=mark.pk).first()
        if held is None or held.until >= until:
            return 0
        since, held.until = held.until, min(until, held.until + SPAN)
        counted = intake.allows(organisation, Use.ANALYTICS)  # else the time passes uncounted
        grown = _grow(organisation, _happened(since, held.until)) if counted else 0
        held.save(update_fields=["until"])
        Tally.objects.filter(hour__lt=now - KEPT).delete()
    return grown


def _grow(organisation: UUID, counts: Counter[Key]) -> int:
    known = Tally.objects.filter(hour__in={key.hour for key in counts})
    rows = {
        Key(row.workspace_id, row.hour, What(row.name), row.kind, row.reviewer_id): row
        for row in known
    }
    for key, count in counts.items():
        if row := rows.get(key):
            row.count += count
    Tally.objects.bulk_update([rows[key] for key in counts if key in rows], ["count"])
    Tally.objects.bulk_create(
        Tally(
            organisation_id=organisation,
            workspace_id=key.workspace,
            hour=key.hour,
            name=key.name,
            kind=key.kind,
            reviewer_id=key.reviewer,
            count=count,
        )
        for key, count in counts.items()
        if key not in rows
    )
    return len(counts)


def _happened(since: datetime, until: datetime) -> Counter[Key]:
    """All that happened within a span, counted."""
    born = Q(id__gte=first_at(since), id__lt=first_at(until))
    counts: Counter[Key] = Counter()
    for part in (_read(born), _asked(born), _decided(born), _sent(born)):
        for key, count in part:
            counts[key] += count
    return +counts


def _read(born: Q) -> Iterator[tuple[Key, int]]:
    fields = Field.objects.filter(born, found=True)
    rows = _by_hour(fields, "document__workspace_id", "document__reading__doctype", "name")
    for room, doctype, name, hour, count in rows:
        yield Key(room, hour, What.READ, _kind(doctype, name)), count


def _asked(born: Q) -> Iterator[tuple[Key, int]]:
    tasks = Task.objects.real().filter(born).exclude(reason=Reason.AUDIT)
    columns = ("workspace_id", "kind", "reason", "turn")
    for room, kind, reason, turn, hour, count in _by_hour(tasks, *columns):
        yield Key(room, hour, READINGS[Turn(turn)], kind or CLASS), count
        if turn == Turn.FIRST and reason in UNFOUND:
            yield Key(room, hour, What.READ, kind or CLASS), count


def _decided(born: Q) -> Iterator[tuple[Key, int]]:
    said = (Verdict.ACCEPTED, Verdict.CORRECTED, Verdict.BLANK)
    decisions = Decision.objects.filter(born, verdict__in=said, undone=False, task__known=None)
    columns = ("task__workspace_id", "task__kind", "reviewer_id", "verdict")
    for room, kind, who, verdict, hour, count in _by_hour(decisions, *columns):
        names = [What.DECIDED]
        if verdict != Verdict.ACCEPTED:
            names.append(What.CORRECTED)
        for name in names:
            yield Key(room, hour, name, kind or CLASS), count
            yield Key(room, hour, name, reviewer=who), count


def _sent(born: Q) -> Iterator[tuple[Key, int]]:
    looks = Look.objects.filter(born, document__isnull=False)
    for room, kind, step, hour, count in _by_hour(
        looks, "task__workspace_id", "task__kind", "step"
    ):
        yield Key(room, hour, What(step), kind or CLASS), count
    sums = looks.annotate(at=TruncHour("created_at")).values_list(
        "task__workspace_id", "reviewer_id", "at"
    )
    for room, who, hour, pixels in sums.annotate(sum=Sum("pixels")).order_by():
        yield Key(room, hour, What.PIXELS, reviewer=who), pixels


def _by_hour(rows: QuerySet[Any], *columns: str) -> list[tuple[Any, ...]]:
    """How many rows there are of each kind in each hour: the columns, the hour, the count."""
    hours = rows.annotate(at=TruncHour("created_at")).values_list(*columns, "at")
    return list(hours.annotate(count=Count("pk")).order_by())


def _kind(doctype: str | None, name: str) -> str:
    """The kind of a field; words, if its class does not know it any more."""
    known = {one.name: one for one in doctypes.load_all()}
    try:
        return known[doctype or ""].rule(name).type.value
    except KeyError:
        return Kind.TEXT.value


def by_kind(rooms: Sequence[UUID], *, since: datetime) -> Sums:
    rows = Tally.objects.filter(workspace__in=rooms, hour__gte=since, reviewer=None)
    return _summed(rows.order_by().values_list("kind", "name").annotate(sum=Sum("count")))


def by_person(rooms: Sequence[UUID], *, since: datetime) -> Sums:
    rows = Tally.objects.filter(workspace__in=rooms, hour__gte=since, kind="")
    return _summed(rows.order_by().values_list("reviewer", "name").annotate(sum=Sum("count")))


def _summed(rows: Iterable[Any]) -> Sums:
    sums: dict[str, dict[What, int]] = defaultdict(lambda: defaultdict(int))
    for key, name, count in rows:
        sums[str(key)][What(name)] = count
    return sums
