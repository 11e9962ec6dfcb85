"""Rows of how often things happen, an hour at a time, so that a page need not count them."""

from __future__ import annotations

from enum import StrEnum

from django.conf import settings
from django.db import models

from apps.accounts.models import Workspace
from apps.base.models import OwnedRow


class What(StrEnum):
    """What is counted."""

    READ = "read"  # fields that were found, and those missed that people were asked for
    ASKED = "asked"  # of them put before people; audits are not
    SECOND = "second"  # readings by another person
    THIRD = "third"  # where the two differed
    DECIDED = "decided"
    CORRECTED = "corrected"
    SLIT = "slit"  # pictures sent, by step
    WIDER = "wider"
    LINE = "line"
    PAGE = "page"
    PIXELS = "pixels"  # that were sent


class Tally(OwnedRow):
    """How often something happened within an hour in a workspace: by kind of field, or by person.

    A row says the one or the other, so that neither who does what nor how many people there are
    makes more rows than there are hours.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    hour = models.DateTimeField()
    name = models.CharField(max_length=12)  # a `What`
    kind = models.CharField(max_length=20, blank=True)  # of field; empty: by person
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+"
    )
    count = models.PositiveBigIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "hour", "name", "kind", "reviewer"],
                nulls_distinct=False,
                name="one_tally_an_hour",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="", reviewer__isnull=False)
                | models.Q(reviewer=None) & ~models.Q(kind=""),
                name="by_kind_or_by_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} in {self.workspace_id}"


class Counted(OwnedRow):
    """Until when the rows of an organisation are in its tally."""

    until = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["organisation_id"], name="one_count_an_organisation")
        ]

    def __str__(self) -> str:
        return f"counted until {self.until}"
