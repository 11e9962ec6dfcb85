"""Exposure: which pixels left for whose screen, and how long they stood there.

Two things are kept apart. What was sent is known here; what was on a screen is what a browser
says, believed no further than the server knows that it can be.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from apps.accounts.models import User
from apps.audit import services as audit
from apps.audit.tags import Tag
from apps.base.errors import NotFound
from apps.review.crops import Frame
from apps.review.ladder import RUNGS, Step, bounded
from apps.review.models import Task
from apps.review.models.looks import PER_PAGE, Look
from apps.review.readings import on_page

PER_MILLION = 1_000_000  # shares on the trail, which holds no fractions


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of a page a picture shows."""

    region: list[int]  # left, top, width, height in 1/10 000 of the page
    pixels: int
    of_pixels: int
    share: float  # 0 to 1

    @property
    def told(self) -> dict[str, Any]:
        """As the trail says it."""
        share = round(self.share * PER_MILLION)
        return {"share": share, "region": self.region, "pixels": self.pixels}


def extent_of(geometry: Mapping[str, Any]) -> Extent:
    """Work out what can be seen from how a picture lies on its page; see `asking.geometry_of`."""
    frame = Frame(*geometry["frame"])
    page = round(geometry["width"] / frame.width) * round(geometry["height"] / frame.height)
    region = [round(edge * PER_PAGE) for edge in on_page(frame, geometry["window"])]
    return Extent(region, round(geometry["share"] * page), page, geometry["share"])


def sent(
    task: Task,
    user: User,
    *,
    step: Step,
    geometry: Mapping[str, Any],
    now: datetime,
    reason: str = "",
    until: datetime | None = None,
) -> Look:
    """Keep that a picture leaves, on the trail and as a row, before it does."""
    tag = Tag.CROP_DELIVERED if step is Step.SLIT else RUNGS[step].delivered
    why = {"reason": reason} if reason else {}
    _record(tag, task, user, **extent_of(geometry).told, **why)
    return keep(task, user, step=step, geometry=geometry, now=now, reason=reason, until=until)


def keep(
    task: Task,
    user: User,
    *,
    step: Step,
    geometry: Mapping[str, Any],
    now: datetime,
    reason: str = "",
    until: datetime | None = None,
) -> Look:
    """The row of a picture that leaves; whoever calls puts it on the trail."""
    extent = extent_of(geometry)
    return Look.objects.create(
        created_at=now,
        organisation_id=task.organisation_id,
        document_id=task.document_id,
        task=task,
        reviewer=user,
        step=step,
        reason=reason,
        page=task.page,
        region=extent.region,
        pixels=extent.pixels,
        of_pixels=extent.of_pixels,
        ended_at=until,
    )


@transaction.atomic
def shown(task: Task, *, step: Step, ms: int, user: User, now: datetime) -> int:
    """Add to the time that a picture was on screen; all of it so far, in milliseconds.

    Raises:
        NotFound: nothing of the kind was sent to this person.
    """
    looks = Look.objects.select_for_update().filter(task=task, reviewer=user, step=step)
    look = looks.order_by("-id").first()
    if look is None:
        raise NotFound
    return _add(look, task, ms=ms, user=user, now=now)


@transaction.atomic(savepoint=False)
def end(task: Task, *, ms: int, user: User, now: datetime) -> None:
    """A person is done with a task: its slit was on screen for so long, and access ends here."""
    looks = list(
        Look.objects.select_for_update()
        .filter(task=task, reviewer=user, ended_at=None)
        .order_by("-id")
    )
    if slit := next((look for look in looks if look.step == Step.SLIT), None):
        _add(slit, task, ms=ms, user=user, now=now, ended_at=now)
    if others := [look.pk for look in looks if look is not slit]:
        Look.objects.filter(pk__in=others).update(ended_at=now)


def _add(look: Look, task: Task, *, ms: int, user: User, now: datetime, **ends: datetime) -> int:
    until = min(now, look.ended_at or now)
    total = bounded(ms, before=look.shown_ms, since=look.created_at, until=until)
    added = total - look.shown_ms
    if added or ends:
        Look.objects.filter(pk=look.pk).update(shown_ms=total, **ends)
    if added:
        _record(Tag.PICTURE_SHOWN, task, user, step=look.step, milliseconds=added)
    return total


def _record(tag: Tag, task: Task, user: User, **facts: Any) -> None:
    audit.record(
        tag,
        actor=user.actor,
        subject=task.pk,
        organisation=task.organisation_id,
        document=task.document_id,
        workspace=task.workspace_id,
        page=task.page,
        **task.topic,
        **facts,
    )
