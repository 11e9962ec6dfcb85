from __future__ import annotations

from django.db import models

from apps.base.models import OwnedRow


class Certificate(OwnedRow):
    """A signed statement of what was destroyed: by one run for one cause, or of one document."""

    number = models.CharField(max_length=40)
    document = models.UUIDField(null=True)  # null: of a run
    cause = models.CharField(max_length=12)
    items = models.PositiveIntegerField()
    seconds = models.PositiveIntegerField()  # from the first request to the last proof
    body = models.BinaryField()  # canonical JSON, exactly as it was signed
    signature = models.BinaryField()  # Ed25519
    key = models.CharField(max_length=40)  # the id of the key that signed
    salt = models.BinaryField()  # lets who knows a digest find it again; never printed

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "number"], name="one_certificate_a_number"
            ),
            models.UniqueConstraint(
                fields=["document"],
                condition=models.Q(document__isnull=False),
                name="one_certificate_a_document",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation_id", "-id"], name="certificates_newest_first")
        ]

    def __str__(self) -> str:
        return self.number
