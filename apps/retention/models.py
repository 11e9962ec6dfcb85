from __future__ import annotations

from enum import StrEnum

from django.conf import settings
from django.db import models

from apps.base.models import OwnedRow
from apps.intake.models import Document


class Cause(StrEnum):
    """Why a document was erased."""

    DELETED = "deleted"  # by its sender
    WITHDRAWN = "withdrawn"  # consent was taken back
    POLICY = "policy"  # its last clock ran out


class Erasure(OwnedRow):
    """That a document was erased: when, why, by whose wish. The receipt is drawn from it."""

    document = models.OneToOneField(Document, models.PROTECT, related_name="erasure")
    cause = models.CharField(max_length=12, choices=[(cause, cause) for cause in Cause])
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
        ]

    def __str__(self) -> str:
        return f"erasure of {self.document_id}"
