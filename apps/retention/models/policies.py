from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from apps.base.models import OwnedRow
from apps.intake.models import Document


class Standing(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"  # takes effect after its cooling time
    DECLINED = "declined"  # or taken back by whoever proposed it


class PolicyVersionQuerySet(models.QuerySet["PolicyVersion"]):
    def in_force(self, now: datetime) -> PolicyVersion | None:
        effective = self.filter(standing=Standing.APPROVED, takes_effect_at__lte=now)
        return effective.order_by("-takes_effect_at", "-number").first()

    def ahead(self, now: datetime) -> PolicyVersion | None:
        """The version that is proposed, or approved and not yet in force."""
        waiting = Q(standing=Standing.PROPOSED)
        waiting |= Q(standing=Standing.APPROVED, takes_effect_at__gt=now)
        return self.filter(waiting).order_by("-number").first()


class PolicyVersion(OwnedRow):
    """What an organisation's policy said from one moment on. Never changed, never deleted."""

    number = models.PositiveIntegerField()
    name = models.CharField(max_length=60)  # what artifacts, pages and results call it
    digest = models.CharField(max_length=64)  # SHA-256 of the rules
    rules = models.JSONField()  # as the packs say them
    standing = models.CharField(max_length=12, default=Standing.PROPOSED)
    reason = models.CharField(max_length=300)
    effect = models.JSONField(default=dict)  # the dry run: counts by class of artifact
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )  # null: it came with the portal, or from its files
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    takes_effect_at = models.DateTimeField(null=True)
    applied_at = models.DateTimeField(null=True)  # since when every clock follows it

    objects = PolicyVersionQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "number"], name="one_policy_a_number"
            ),
            models.UniqueConstraint(
                fields=["organisation_id"],
                condition=Q(standing="proposed"),
                name="one_open_proposal",
            ),
            models.CheckConstraint(
                condition=~Q(standing="approved") | Q(takes_effect_at__isnull=False),
                name="an_approved_policy_has_a_beginning",
            ),
            models.CheckConstraint(
                condition=~Q(standing="approved")
                | Q(proposed_by=None)
                | Q(decided_by__isnull=False) & ~Q(decided_by=F("proposed_by")),
                name="a_policy_needs_two_people",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PolicyExceptionQuerySet(models.QuerySet["PolicyException"]):
    def open(self, now: datetime) -> PolicyExceptionQuerySet:
        return self.filter(until__gt=now, ended_at=None)


class PolicyException(OwnedRow):
    """One document of which something is kept longer: until when, why, and who answers for it."""

    document = models.ForeignKey(Document, models.PROTECT, related_name="exceptions")
    kind = models.CharField(max_length=20, blank=True)  # of artifact; empty: all of them
    batch = models.UUIDField()  # asked for together
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = PolicyExceptionQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(until__lte=F("created_at") + timedelta(days=366)),
                name="no_exception_is_endless",
            )
        ]

    def __str__(self) -> str:
        return f"exception of {self.document_id} until {self.until:%Y-%m-%d}"
