from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models

from apps.accounts.models import User
from apps.base.models import OwnedRow
from apps.intake.references import ALPHABET
from apps.preservation.models.records import Record
from apps.vault.models import Artifact


def new_package() -> str:
    """A name for a package that tells nothing: EV-7KQ52F."""
    return "EV-" + "".join(secrets.choice(ALPHABET) for _ in range(6))


class PackageQuerySet(models.QuerySet["Package"]):
    def visible_to(self, user: User) -> PackageQuerySet:
        """Packages of the organisation, for those who may make them."""
        if user.organisation_id is None or not user.has_perm("preservation.export_evidence"):
            return self.none()
        return self.filter(organisation_id=user.organisation_id)


class Package(OwnedRow):
    """Evidence of one record on its way out: who asked, why, how far it is, where it rests."""

    reference = models.CharField(max_length=9, unique=True, default=new_package)
    record = models.ForeignKey(Record, models.PROTECT, related_name="packages")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=40)  # a `Why`
    original = models.BooleanField()  # with the file itself
    expected = models.PositiveBigIntegerField(null=True)  # bytes, as far as it is known
    written = models.PositiveBigIntegerField(default=0)  # bytes so far
    size = models.PositiveBigIntegerField(null=True)  # of the tree, as the checkpoint signs it
    commitment = models.UUIDField(null=True)  # on the trail: what it says
    artifact = models.OneToOneField(Artifact, models.PROTECT, null=True, related_name="+")
    event = models.UUIDField(null=True)  # on the trail: that it was made

    objects = PackageQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = [("export_evidence", "Can take evidence of a record out of the portal")]
        indexes = [models.Index(fields=["record", "-id"], name="packages_of_record")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(artifact=None, event=None, commitment=None)
                | models.Q(artifact__isnull=False, event__isnull=False, commitment__isnull=False),
                name="package_made_and_recorded",
            )
        ]

    def __str__(self) -> str:
        return self.reference
