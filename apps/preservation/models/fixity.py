from __future__ import annotations

from enum import StrEnum

from django.db import models

from apps.base.models import OwnedRow
from apps.preservation.models.records import Record


class Fixity(StrEnum):
    """What hashing a copy again came to; the damages are those the vault tells apart."""

    SAME = "same"
    MISSING = "missing"
    TRUNCATED = "truncated"
    SWAPPED = "swapped"
    CHANGED = "changed"


class Copy(OwnedRow):
    """One copy of a record's original: where it is, and when it is hashed next.

    The only row of preservation that changes; what was found out stands in `FixityCheck`.
    """

    record = models.ForeignKey(Record, models.PROTECT, related_name="copies")
    place = models.CharField(max_length=6)  # a `Place` of the vault
    size = models.PositiveBigIntegerField()  # plain bytes, so that a run knows its share
    due_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True)
    baseline = models.UUIDField(null=True)  # the `FixityCheck` that a later hash must agree with
    damage = models.CharField(max_length=10, blank=True, db_default="")  # a `Fixity`; none is well
    quarantined_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        permissions = [
            ("see_fixity", "Can see how copies of signed originals are"),
            ("repair_copies", "Can repair a damaged copy from the other one"),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], name="copies_by_clock"),
            models.Index(
                fields=["organisation_id", "-quarantined_at"],
                condition=models.Q(quarantined_at__isnull=False),
                name="copies_in_quarantine",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["record", "place"], name="one_copy_a_place"),
            models.CheckConstraint(
                condition=models.Q(damage="", quarantined_at=None)
                | (~models.Q(damage="") & models.Q(quarantined_at__isnull=False)),
                name="what_is_damaged_is_quarantined",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place} copy of {self.record_id}"


class FixityCheck(OwnedRow):
    """That a copy was hashed, and what came of it. Written once."""

    copy = models.ForeignKey(Copy, models.PROTECT, related_name="checks")
    at = models.DateTimeField()
    found = models.CharField(max_length=10)  # a `Fixity`
    sealed = models.CharField(max_length=64, blank=True)  # SHA-256 of the bytes as they rest
    digest = models.CharField(max_length=64, blank=True)  # of the plain bytes, if it was deciphered
    run = models.UUIDField()  # whose event on the trail binds this row

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["copy", "-id"], name="checks_of_copy"),
            models.Index(fields=["run"], name="checks_of_run"),
        ]

    def __str__(self) -> str:
        return f"{self.found} {self.copy_id}"
