from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.base.models import OwnedRow


class Claim(OwnedRow):
    """A lease on a few tasks: nobody else is shown them while it lasts."""

    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="claims")
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["reviewer"], condition=Q(ended_at=None), name="one_open_claim_a_reviewer"
            )
        ]
        indexes = [models.Index(fields=["until"], name="claims_by_end", condition=Q(ended_at=None))]

    def __str__(self) -> str:
        return f"claim {self.pk}"
