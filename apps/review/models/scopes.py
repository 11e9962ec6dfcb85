from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.accounts.models import User, Workspace
from apps.base.models import OwnedRow
from apps.extraction import doctypes

Lane = dict[str, Any]  # what a task must have, as a queryset filters


class Scope(OwnedRow):
    """Which tasks a reviewer is offered; what is left empty narrows nothing.

    Whoever has none is offered all of their workspaces, whoever has several what any of them names.
    """

    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="scopes")
    workspace = models.ForeignKey(Workspace, models.CASCADE, null=True, related_name="+")
    doctype = models.CharField(max_length=40, blank=True)
    kind = models.CharField(max_length=20, blank=True)  # of the field
    language = models.CharField(max_length=3, blank=True)
    tier = models.CharField(max_length=12, blank=True)  # of the class
    region = models.CharField(max_length=40, blank=True)  # of the organisation's data
    assigned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        permissions = [("direct_review", "Can say who reviews what, by which rules, and how soon")]
        constraints = [
            models.UniqueConstraint(
                fields=["reviewer", "workspace", "doctype", "kind", "language", "tier", "region"],
                name="one_scope_of_a_kind",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"scope of {self.reviewer_id}"


class Practice(OwnedRow):
    """How one class of a workspace is reviewed; the row that names most is the one that holds.

    It is looked up when a task is opened: what waits already keeps what it was promised.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, null=True, related_name="+")
    doctype = models.CharField(max_length=40, blank=True)  # empty: every class
    promise_minutes = models.PositiveIntegerField(null=True)  # None: what a wider row says
    hides_value = models.BooleanField(null=True)  # from first readers too; None: as above
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "workspace", "doctype"],
                name="one_practice_a_class",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(promise_minutes=None) | Q(promise_minutes__gt=0),
                name="promises_take_time",
            ),
        ]

    def __str__(self) -> str:
        return f"practice of {self.workspace_id or 'all'}"


def lanes_of(user: User) -> list[Lane]:
    """Where the person's tasks come from: their workspaces, narrowed by each of their scopes.

    A scope of a workspace they are no member of, or of another region, gives nothing.
    """
    if user.organisation_id is None:
        return []
    rooms = list(user.memberships.order_by("pk").values_list("workspace_id", flat=True))
    scopes = list(Scope.objects.filter(reviewer=user).order_by("pk"))
    if not scopes:
        return [{"workspace_id": room} for room in rooms]
    here = [one for one in scopes if one.region in ("", _region(user))]
    lanes = [
        {"workspace_id": room, **narrowed}
        for one in here
        for room in rooms
        if one.workspace_id in (None, room)
        for narrowed in _narrowed(one)
    ]
    return [lane for at, lane in enumerate(lanes) if lane not in lanes[:at]]


def _region(user: User) -> str:
    return user.organisation.region if user.organisation else ""


def _narrowed(scope: Scope) -> Iterator[Lane]:
    """A tier stands for each of its classes, so that every lane walks along one index."""
    said = {"kind": scope.kind, "language": scope.language}
    rest = {key: value for key, value in said.items() if value}
    if not scope.doctype and not scope.tier:
        yield rest
        return
    for one in doctypes.load_all():
        if scope.doctype in ("", one.name) and scope.tier in ("", one.tier):
            yield {"doctype": one.name, **rest}
