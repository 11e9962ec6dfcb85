"""The lead's page: how the queues stand and who works on them, from counts that are bounded.

People stand in the order of their names. Nobody is ranked by speed.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Sum
from django.utils import timezone

from apps.accounts.models import User, Workspace
from apps.extraction import doctypes
from apps.review import permissions
from apps.review.accuracy import Accuracy
from apps.review.charts import Bars, Column, bars
from apps.review.ladder import RUNGS, Step, Why
from apps.review.ladder import WORDS as WHY
from apps.review.models import Claim, Decision, Task
from apps.review.models.counts import Counted, Tally, What
from apps.review.models.looks import Grant
from apps.review.rules import Trouble, Turn, Verdict
from apps.review.services import assigning
from apps.review.services.counting import Sums, by_kind
from apps.review.services.depth import AGES, Depth, altogether, came_up, depths, escalated
from apps.review.services.granting import requests_for
from apps.review.services.people import (
    DAY,
    Answers,
    Colleague,
    accuracy,
    colleagues,
    known_answers,
    people_of,
)
from apps.review.titles import CLASS, TITLES, title_of

WEEK = timedelta(days=7)
OVERDUE = timedelta(hours=2)  # for what was passed on to leads
MOST_ESCALATED = 100  # counted no further
FEW = 12  # rows of a list on the page
TIGHT = 0.05  # looks beyond the slit for each slit, from which crops are called too tight
ENOUGH_SLITS = 20  # to say so
TROUBLES = {
    Trouble.BLURRED: "Too blurred or cut off",
    Trouble.OTHER_FIELD: "It is a different field",
    Trouble.SCRIPT: "Needs someone who knows the script",
    Trouble.NOT_SAID: "The header does not tell",
}


@dataclass(frozen=True, slots=True)
class Tiles:
    """What is polled: five numbers."""

    whole: Depth
    decided: int  # since the hour began
    reviewers: int  # with slits in their hands now
    known: Accuracy
    agreement: Accuracy  # of two readers, over a week
    escalated: int
    overdue: int
    asked: int  # requests for more of a page
    counted_until: datetime | None

    @property
    def escalated_text(self) -> str:
        return f"{self.escalated}{'+' if self.escalated >= MOST_ESCALATED else ''}"


@dataclass(frozen=True, slots=True)
class Queue:
    """One kind of field: what waits, and what happened to it within a week."""

    depth: Depth
    asked: float | None  # share of what was read that people were asked about
    agreement: Accuracy  # of two readers
    slits: int
    beyond: Mapping[str, int]  # looks beyond the slit, by step

    @property
    def wide(self) -> float | None:
        """Looks beyond the slit, for each slit."""
        return sum(self.beyond.values()) / self.slits if self.slits else None

    @property
    def tight(self) -> bool:
        return self.slits >= ENOUGH_SLITS and (self.wide or 0) > TIGHT


@dataclass(frozen=True, slots=True)
class Passed:
    """Something that came up to the lead."""

    task: Task
    title: str
    why: str
    since: datetime

    @property
    def free(self) -> bool:
        return self.task.claim_id is None

    @property
    def differs(self) -> bool:
        """Whether two readers said different things."""
        return self.task.turn == Turn.THIRD


@dataclass(frozen=True, slots=True)
class Request:
    """More of a page that somebody asks for."""

    grant: Grant
    title: str
    field: str
    why: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Board:
    rooms: Sequence[Workspace]
    tiles: Tiles
    ages: Bars
    hours: Bars
    queues: Sequence[Queue]
    people: Sequence[Colleague]
    kinds: Sequence[tuple[str, str]]  # to be assigned, and what they are called
    passed: Sequence[Passed]
    asked: Sequence[Request]
    stuck: Sequence[tuple[Workspace, str]]


def board(user: User, *, now: datetime) -> Board:
    """Everything on the lead's page, for the workspaces they are a member of.

    Raises:
        NotAllowed: the person is no lead.
    """
    permissions.check_can_lead(user)
    rooms = list(user.workspaces.order_by("name", "pk"))
    keys = [room.pk for room in rooms]
    found = depths(keys, now=now)
    sums = by_kind(keys, since=now - WEEK)
    people = people_of(keys)
    known = known_answers(people)
    return Board(
        rooms=rooms,
        tiles=_tiles(user, keys, altogether(found), sums, known, now),
        ages=_ages(altogether(found)),
        hours=_hours(keys, now),
        queues=_queues(found, sums),
        people=colleagues(people, keys, known, now=now),
        kinds=[(kind, title) for kind, title in TITLES.items() if kind != CLASS],
        passed=_passed(keys),
        asked=[_request(one) for one in requests_for(user, count=FEW)],
        stuck=[(room, text) for room in rooms for text in assigning.stuck(room).sentences],
    )


def tiles(user: User, *, now: datetime) -> Tiles:
    """The numbers alone, for the page that polls them. Raises NotAllowed: see `board`."""
    permissions.check_can_lead(user)
    keys = list(user.workspaces.order_by("pk").values_list("pk", flat=True))
    whole = altogether(depths(keys, now=now))
    sums = by_kind(keys, since=now - WEEK)
    return _tiles(user, keys, whole, sums, known_answers(people_of(keys)), now)


def _tiles(
    user: User,
    rooms: Sequence[UUID],
    whole: Depth,
    sums: Sums,
    known: Answers,
    now: datetime,
) -> Tiles:
    this_hour = now.replace(minute=0, second=0, microsecond=0)
    decided = Tally.objects.filter(workspace__in=rooms, hour__gte=this_hour, name=What.DECIDED)
    waits = came_up(rooms, count=MOST_ESCALATED).values()
    held = Claim.objects.filter(
        ended_at=None, until__gt=now, reviewer__memberships__workspace__in=rooms
    )
    return Tiles(
        whole=whole,
        decided=decided.filter(reviewer=None).aggregate(sum=Sum("count"))["sum"] or 0,
        reviewers=held.values("reviewer").distinct().count(),
        known=accuracy(met for answers in known.values() for _, met, _ in answers),
        agreement=_agreement(sums.values()),
        escalated=len(waits),
        overdue=sum(1 for since in waits if now - since > OVERDUE),
        asked=len(requests_for(user, count=MOST_ESCALATED)),
        counted_until=Counted.objects.values_list("until", flat=True).first(),
    )


def _ages(whole: Depth) -> Bars:
    """What waits, by age."""
    names = [name for name, _, _ in AGES]
    return bars(
        [Column(name, [(count, "c1")]) for name, count in zip(names, whole.counts, strict=True)]
    )


def _hours(rooms: Sequence[UUID], now: datetime) -> Bars:
    """What was decided in each hour of a day, and how much of it was corrected."""
    first = (now - DAY).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    rows = Tally.objects.filter(
        workspace__in=rooms, hour__gte=first, reviewer=None, name__in=(What.DECIDED, What.CORRECTED)
    )
    counts: dict[tuple[datetime, str], int] = defaultdict(int)
    for hour, name, count in rows.order_by().values_list("hour", "name").annotate(sum=Sum("count")):
        counts[hour, name] = count
    hours = [first + timedelta(hours=at) for at in range(24)]
    return bars([_hour(hour, counts) for hour in hours])


def _hour(hour: datetime, counts: Mapping[tuple[datetime, str], int]) -> Column:
    corrected = counts[hour, What.CORRECTED]
    label = f"{timezone.localtime(hour):%H}" if hour.hour % 4 == 0 else ""
    return Column(label, [(counts[hour, What.DECIDED] - corrected, "c1"), (corrected, "c4")])


def _queues(found: Sequence[Depth], sums: Sums) -> list[Queue]:
    """Kinds of which something waits, then those of which something happened."""
    by_kind = {depth.kind or CLASS: depth for depth in found}
    quiet = sorted(set(sums) - set(by_kind), key=title_of)
    return [
        _queue(by_kind.get(kind) or Depth(kind), sums.get(kind, {})) for kind in [*by_kind, *quiet]
    ]


def _queue(depth: Depth, sums: Mapping[What, int]) -> Queue:
    read = sums.get(What.READ, 0)
    return Queue(
        depth=depth,
        asked=sums.get(What.ASKED, 0) / read if read else None,
        agreement=_agreement([sums]),
        slits=sums.get(What.SLIT, 0),
        beyond={
            step: sums.get(step, 0) for step in (What.WIDER, What.LINE, What.PAGE) if sums.get(step)
        },
    )


def _agreement(sums: Iterable[Mapping[What, int]]) -> Accuracy:
    """Of fields that two people read, those in which a third was not needed."""
    pairs = [(one.get(What.SECOND, 0), one.get(What.THIRD, 0)) for one in sums]
    second, third = (sum(part) for part in zip(*pairs, strict=True)) if pairs else (0, 0)
    return Accuracy(max(0, second - third), second)


def _request(grant: Grant) -> Request:
    rung = RUNGS[Step(grant.step)]
    return Request(grant, rung.title, _title(grant.task), WHY[Why(grant.reason)], rung.seconds)


def _passed(rooms: Sequence[UUID]) -> list[Passed]:
    """What came up to the lead, oldest first, with why it did."""
    tasks = escalated(rooms, count=FEW)
    said = Decision.objects.filter(task__in=tasks, undone=False).order_by("id")
    last = {one.task_id: one for one in said.only("task_id", "verdict", "trouble")}
    return [Passed(one, _title(one), _why(one, last.get(one.pk)), one.moved_at) for one in tasks]


def _why(task: Task, last: Decision | None) -> str:
    if task.turn == Turn.THIRD:
        return "Two readers disagree"
    if last is None or last.verdict == Verdict.SKIPPED:
        return "Passed on by several"
    return TROUBLES.get(Trouble(last.trouble), "Could not be read") if last.trouble else "Passed on"


def _title(task: Task) -> str:
    """What a task asks, without what it says."""
    if task.asks_class:
        return "Kind of document"
    known = {one.name: one for one in doctypes.load_all()}
    try:
        return known[task.doctype].rule(task.name).title
    except KeyError:
        return task.name.replace("_", " ").capitalize()
