"""Events counted by the hour."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from django.db import models


class Facet(StrEnum):
    """What events are counted by."""

    ALL = "all"
    TAG = "tag"
    ACTOR = "actor"
    WORKSPACE = "workspace"
    REASON = "reason"


class Tally(models.Model):
    """How many events of one facet happened in one hour: what charts and plans are drawn from."""

    pk = models.CompositePrimaryKey("organisation_id", "facet", "value", "hour")
    organisation_id = models.UUIDField()
    facet = models.CharField(max_length=10)  # a `Facet`
    value = models.CharField(max_length=64)  # empty for all
    hour: models.DateTimeField[datetime, datetime] = models.DateTimeField()
    events = models.PositiveBigIntegerField()
    denied = models.PositiveBigIntegerField()  # of them
    failed = models.PositiveBigIntegerField()  # likewise

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.facet} {self.value} at {self.hour}"


class Tallied(models.Model):
    """How far an organisation's events have been counted."""

    organisation_id = models.UUIDField(primary_key=True)
    size = models.PositiveBigIntegerField(default=0)  # entries of the tree
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.size} counted"
