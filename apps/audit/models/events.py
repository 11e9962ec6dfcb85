from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import models

from apps.base.ids import first_at


class EventQuerySet(models.QuerySet["Event"]):
    def of_document(self, document: UUID) -> EventQuerySet:
        return self.filter(document=document)

    def between(self, since: datetime | None, until: datetime | None) -> EventQuerySet:
        """Events from a moment on and before another; either may be open."""
        bounds: dict[str, object] = {}
        if since:
            bounds["id__gte"] = first_at(since)
        if until:
            bounds["id__lt"] = first_at(until)
        return self.filter(**bounds)

    def before(self, last: UUID | None) -> EventQuerySet:
        """The page that follows an event, newest first; keys sort by time."""
        page = self.order_by("-id")
        return page.filter(id__lt=last) if last else page


class Event(models.Model):
    """One thing that happened. Append only: ids, codes and digests, never content.

    `body` is the event; the other columns are copies of parts of it, to search by. The table is
    divided by month along its key, which sorts by time.
    """

    id = models.UUIDField(primary_key=True)  # UUIDv7
    organisation_id = models.UUIDField(null=True)  # null: before anyone was known
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField()
    tag = models.CharField(max_length=40)  # a `Tag`
    outcome = models.CharField(max_length=8)  # an `Outcome`
    actor = models.CharField(max_length=64)
    subject = models.CharField(max_length=64)
    document = models.UUIDField(null=True)
    workspace = models.UUIDField(null=True)  # of the document, as soon as it is known
    reason = models.CharField(max_length=40, default="")  # a code, or none
    body = models.BinaryField()  # canonical JSON

    objects = EventQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = [("read_trail", "Can read the trail of the organisation")]
        indexes = [
            models.Index(fields=["organisation_id", "-id"], name="trail_of_organisation"),
            models.Index(fields=["document", "-id"], name="trail_of_document"),
            models.Index(fields=["organisation_id", "actor", "-id"], name="trail_of_actor"),
            models.Index(fields=["organisation_id", "tag", "-id"], name="trail_of_tag"),
            models.Index(fields=["organisation_id", "subject", "-id"], name="trail_of_subject"),
            models.Index(
                fields=["organisation_id", "workspace", "-id"],
                condition=models.Q(workspace__isnull=False),
                name="trail_of_workspace",
            ),
            models.Index(
                fields=["organisation_id", "reason", "-id"],
                condition=~models.Q(reason=""),
                name="trail_of_reason",
            ),
            models.Index(
                fields=["organisation_id", "outcome", "-id"],
                condition=~models.Q(outcome="done"),
                name="trail_of_outcome",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tag} {self.subject}"


class Detail(models.Model):
    """What a person wrote about an event, in their own words; the only part that can be erased.

    The event's body holds the digest of salt and words. Without the salt that digest says nothing
    of them, so erasing the row erases them, and every proof still holds.
    """

    event_id = models.UUIDField(primary_key=True)
    organisation_id = models.UUIDField()
    salt = models.BinaryField()
    words = models.JSONField()  # name to text

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.event_id)
