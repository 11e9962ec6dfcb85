"""The one abstract row."""

from django.db import models
from django.utils import timezone

from apps.base.ids import uuid7


class Row(models.Model):
    """A row with an opaque id that sorts by age, and the time it was born."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        abstract = True


class OwnedRow(Row):
    """A row that belongs to one organisation; the database shows it to no other."""

    organisation_id = models.UUIDField(editable=False)

    class Meta:
        abstract = True
