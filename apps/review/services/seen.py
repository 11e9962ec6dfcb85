"""Who saw which part of a document, for how long and why; without what it says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import BigIntegerField, Count, F, Q, QuerySet, Sum
from django.db.models.functions import Cast

from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.audit import services as audit
from apps.audit.tags import Tag
from apps.extraction import services as extraction
from apps.extraction.doctypes import DocType
from apps.intake.models import Document
from apps.review.ladder import RUNGS, WORDS, Step, Why
from apps.review.models import Task
from apps.review.models.looks import PER_PAGE, Look

MOST = 500  # looks on one page, newest first; the sums are of all
FEW = 20  # sentences on a job's page
MAP = (24, 32)  # width and height of the little page that a region is drawn on

Region = tuple[float, float, float, float]  # left, top, width, height on that little page


@dataclass(frozen=True, slots=True)
class Person:
    """What all looks of one person add up to."""

    who: str
    pictures: int
    more: int  # of them, beyond the slit
    seconds: float  # on screen
    pixel_seconds: float


@dataclass(frozen=True, slots=True)
class Sight:
    """One look."""

    who: str
    field: str
    step: str
    why: str
    page: int
    region: Region
    share: float  # of its page, 0 to 1
    sent_at: datetime
    seconds: float  # on screen
    most: float | None  # seconds until access ended; None: it is not known to have


@dataclass(frozen=True, slots=True)
class Seen:
    people: list[Person]
    sights: list[Sight]
    total: int


@dataclass(frozen=True, slots=True)
class Told:
    """The same in a few sentences, for the sender."""

    slits: int
    people: int
    seconds: float
    more: list[Sight]


@transaction.atomic
def seen(document: Document, *, reader: User) -> Seen:
    """Every look at a document. Who may read the trail is told names, others the roles.

    That it was read is recorded.
    """
    sums = _sums(document)
    names = _names([row["reviewer"] for row in sums], named=reader.has_perm("audit.read_trail"))
    sights = _sights(document, Look.objects.filter(document=document), names, MOST)
    audit.record(
        Tag.TRAIL_READ,
        actor=reader.actor,
        subject=document.pk,
        organisation=document.organisation_id,
        document=document.pk,
        workspace=document.workspace_id,
        looks=len(sights),
    )
    people = [
        Person(
            who=names[row["reviewer"]],
            pictures=row["pictures"],
            more=row["more"],
            seconds=row["ms"] / 1000,
            pixel_seconds=row["pixel_ms"] / 1000,
        )
        for row in sums
    ]
    return Seen(people, sights, sum(one.pictures for one in people))


def told(document: Document) -> Told:
    """What the sender is told on the job's page: how much was seen, and each look at more."""
    sums = _sums(document)
    names = _names([row["reviewer"] for row in sums], named=False)
    beyond = Look.objects.filter(document=document).exclude(step=Step.SLIT)
    more = any(row["more"] for row in sums)
    return Told(
        slits=sum(row["pictures"] - row["more"] for row in sums),
        people=len(sums),
        seconds=sum(row["ms"] for row in sums) / 1000,
        more=_sights(document, beyond, names, FEW) if more else [],
    )


def _sums(document: Document) -> list[dict[str, Any]]:
    """One row a person, in the order in which they came."""
    rows = Look.objects.filter(document=document).order_by().values("reviewer")
    sums = rows.annotate(
        pictures=Count("pk"),
        more=Count("pk", filter=~Q(step=Step.SLIT)),
        ms=Sum("shown_ms"),
        pixel_ms=Sum(Cast("pixels", BigIntegerField()) * F("shown_ms")),
    )
    return [dict(row) for row in sums.order_by("reviewer")]


def _names(people: Sequence[UUID], *, named: bool) -> dict[UUID, str]:
    """Names, or what tells people apart without naming them."""
    known = User.objects.filter(pk__in=people)
    if named:
        return dict(known.values_list("pk", "name"))
    leads = set(known.filter(groups__name=Role.REVIEW_LEAD).values_list("pk", flat=True))
    roles = ["Lead" if person in leads else "Reviewer" for person in people]
    return {
        person: f"{role} {roles[: at + 1].count(role)}"
        for at, (person, role) in enumerate(zip(people, roles, strict=True))
    }


def _sights(
    document: Document, looks: QuerySet[Look], names: Mapping[UUID, str], count: int
) -> list[Sight]:
    doctype = extraction.doctype_of(document)
    rows = looks.select_related("task__field").order_by("-id")[:count]
    return [_sight(look, names, doctype) for look in rows]


def _sight(look: Look, names: Mapping[UUID, str], doctype: DocType | None) -> Sight:
    step = Step(look.step)
    until = look.ended_at
    left, top, width, height = (edge / PER_PAGE for edge in look.region)
    return Sight(
        who=names[look.reviewer_id],
        field=_title(look.task, doctype),
        step=RUNGS[step].title if step in RUNGS else "Slit",
        why=WORDS[Why(look.reason)] if look.reason else "",
        page=look.page,
        region=(left * MAP[0], top * MAP[1], width * MAP[0], height * MAP[1]),
        share=look.pixels / look.of_pixels,
        sent_at=look.created_at,
        seconds=look.shown_ms / 1000,
        most=(until - look.created_at).total_seconds() if until else None,
    )


def _title(task: Task, doctype: DocType | None) -> str:
    if task.field is None:
        return "Header"
    return doctype.rule(task.field.name).title if doctype else task.field.name
