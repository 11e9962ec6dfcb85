from __future__ import annotations

from enum import StrEnum

from django.conf import settings
from django.db import models

from apps.base.models import OwnedRow
from apps.intake.models import Document
from apps.vault.models import Artifact


class Cause(StrEnum):
    """Why something was erased."""

    DELETED = "deleted"  # by its sender
    WITHDRAWN = "withdrawn"  # consent was taken back
    SUBJECT = "subject"  # somebody it is about asked for it
    POLICY = "policy"  # its last clock ran out


class Erasure(OwnedRow):
    """That a document was erased: when, why, by whose wish. The receipt is drawn from it."""

    document = models.OneToOneField(Document, models.PROTECT, related_name="erasure")
    cause = models.CharField(max_length=12)  # a `Cause`
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )  # null: nobody asked, the policy did
    policy = models.CharField(max_length=60)
    event = models.UUIDField()  # on the trail

    class Meta:
        default_permissions = ()
        permissions = [
            ("delete_document", "Can delete documents and withdraw consent"),
            ("view_clocks", "Can see what is kept until when, without content"),
            ("govern", "Can propose and approve policies, place and lift holds"),
        ]

    def __str__(self) -> str:
        return f"erasure of {self.document_id}"


class Failure(OwnedRow):
    """An artifact that could not be erased so far; gone with the try that succeeds."""

    artifact = models.OneToOneField(Artifact, models.PROTECT, related_name="failure")
    attempts = models.PositiveIntegerField(default=1)
    problem = models.CharField(max_length=40)  # a code, never content
    next_at = models.DateTimeField()  # not before

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.attempts} tries to erase {self.artifact_id}"


class Moment(OwnedRow):
    """When something happened to a document that only a person can tell."""

    document = models.ForeignKey(Document, models.PROTECT, related_name="moments")
    start = models.CharField(max_length=12)  # a `Start`
    at = models.DateTimeField()
    told_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["document", "start"], name="one_moment_a_start")
        ]

    def __str__(self) -> str:
        return f"{self.start} of {self.document_id}"
