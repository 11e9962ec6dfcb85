from __future__ import annotations

from enum import StrEnum

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from apps.base.models import OwnedRow


class Scope(StrEnum):
    """What a hold covers."""

    DOCUMENT = "document"  # those that were named
    WORKSPACE = "workspace"  # and what is still sent into it
    PERSON = "person"  # what somebody sent, and still sends
    QUERY = "query"  # what a question finds, now and later


class HoldQuerySet(models.QuerySet["Hold"]):
    def open(self) -> HoldQuerySet:
        return self.filter(lifted_at=None)


class Hold(OwnedRow):
    """A legal hold: nothing it covers is erased until two people lift it.

    Workspace and person are kept as ids without a constraint, so that a hold outlives both.
    """

    number = models.PositiveIntegerField()
    matter = models.CharField(max_length=120)
    reason = models.CharField(max_length=300)
    mandate = models.CharField(max_length=1000)  # who may ask for it, in their words
    scope = models.CharField(max_length=12)  # a `Scope`
    workspace = models.UUIDField(null=True)
    person = models.UUIDField(null=True)
    query = models.JSONField(default=dict)
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    lift_reason = models.CharField(max_length=300, blank=True)
    lift_asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    lift_asked_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    lifted_at = models.DateTimeField(null=True)

    objects = HoldQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "number"], name="one_hold_a_number"),
            models.CheckConstraint(
                condition=Q(lifted_at=None)
                | Q(lifted_by__isnull=False, lift_asked_by__isnull=False)
                & ~Q(lifted_by=F("lift_asked_by")),
                name="lifting_needs_two_people",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"LH-{self.number:03}"


class Held(OwnedRow):
    """A document that a hold covers. The database reads this before it lets anything go."""

    hold = models.ForeignKey(Hold, models.PROTECT, related_name="held")
    document = models.UUIDField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["document", "hold"], name="held_once_by_a_hold")
        ]

    def __str__(self) -> str:
        return f"{self.document} under {self.hold_id}"
