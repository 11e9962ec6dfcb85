from __future__ import annotations

from django.db import models

from apps.base.models import OwnedRow
from apps.intake.models import Document
from apps.vault.models import Artifact


class Result(OwnedRow):
    """What was delivered for a document: sealed JSON and its digest."""

    document = models.OneToOneField(Document, models.PROTECT, related_name="result")
    artifact = models.OneToOneField(Artifact, models.PROTECT, related_name="+")
    schema = models.CharField(max_length=40)

    class Meta:
        default_permissions = ()
        permissions = [
            ("reveal_field", "Can reveal one value, with a reason"),
            ("download_result", "Can download a typed result"),
            ("download_transcript", "Can download the whole text, where it was asked for"),
        ]

    def __str__(self) -> str:
        return f"result of {self.document_id}"
