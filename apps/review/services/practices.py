"""How soon a class of a workspace is promised, and whether its readers see the machine's value."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from apps.accounts.models import User, Workspace
from apps.audit import services as audit
from apps.audit.tags import Tag
from apps.review import permissions
from apps.review.models import Practice
from apps.review.rules import PROMISE

Part = TypeVar("Part")


@dataclass(frozen=True, slots=True)
class Manner:
    """What holds for a class of a workspace."""

    promise: timedelta
    hides_value: bool


def manner_of(workspace: UUID, doctype: str) -> Manner:
    """What holds, each part as the practice says that names most and says anything of it."""
    rows = Practice.objects.filter(Q(workspace=workspace) | Q(workspace=None))
    known = sorted(rows.filter(doctype__in=("", doctype)), key=_width)
    promise = _first(one.promise_minutes for one in known)
    hides = _first(one.hides_value for one in known)
    return Manner(timedelta(minutes=promise) if promise else PROMISE, bool(hides))


@transaction.atomic
def set_practice(
    user: User,
    *,
    workspace: Workspace | None,
    doctype: str = "",
    promise_minutes: int | None,
    hides_value: bool | None,
) -> Practice:
    """Say how a class of a workspace is reviewed from now on. Saying nothing of it is allowed.

    Raises:
        NotAllowed, NotFound, NotPossible: see `permissions.check_can_direct`.
    """
    permissions.check_can_direct(user, workspace)
    permissions.check_is_class(doctype)
    assert user.organisation_id is not None  # nobody else may direct
    practice, _ = Practice.objects.update_or_create(
        organisation_id=user.organisation_id,
        workspace=workspace,
        doctype=doctype,
        defaults={
            "promise_minutes": promise_minutes,
            "hides_value": hides_value,
            "set_by": user,
        },
    )
    audit.record(
        Tag.PRACTICE_SET,
        actor=user.actor,
        subject=workspace.pk if workspace else user.organisation_id,
        organisation=user.organisation_id,
        doctype=doctype or "all",
        promise_minutes=promise_minutes or 0,
        hides_value=bool(hides_value),
    )
    return practice


def practices_of(user: User) -> list[Practice]:
    """The practices that concern the person's workspaces, widest first."""
    rooms = user.memberships.values("workspace")
    rows = Practice.objects.filter(Q(workspace__in=rooms) | Q(workspace=None))
    return sorted(rows.select_related("workspace"), key=_width, reverse=True)


def _width(practice: Practice) -> tuple[bool, bool]:
    return practice.workspace_id is None, not practice.doctype


def _first(parts: Iterable[Part | None]) -> Part | None:
    return next((part for part in parts if part is not None), None)
