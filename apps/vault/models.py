from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import models

from apps.base.models import OwnedRow
from apps.vault.classes import KINDS, ArtifactClass, Kind


class OrganisationKey(OwnedRow):
    """A key of one organisation for one family of artifacts, wrapped by a root key."""

    family = models.CharField(max_length=12)  # a `Family`
    version = models.PositiveSmallIntegerField(default=1)
    wrapped = models.BinaryField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "family", "version"], name="one_key_a_version"
            )
        ]

    def __str__(self) -> str:
        return f"{self.family} key {self.version}"

    @property
    def context(self) -> dict[str, str]:
        """What the wrapped key is bound to."""
        return {
            "organisation": str(self.organisation_id),
            "family": self.family,
            "version": str(self.version),
        }


class ArtifactQuerySet(models.QuerySet["Artifact"]):
    def alive(self) -> ArtifactQuerySet:
        return self.filter(shredded_at=None)

    def of_document(self, document: UUID) -> ArtifactQuerySet:
        return self.filter(document=document)

    def due(self, now: datetime) -> ArtifactQuerySet:
        return self.alive().filter(due_at__lte=now)


class Artifact(OwnedRow):
    """One stored thing of a document, with a clock of its own.

    Its key lies in `ArtifactKey`: no key, no content, wherever copies of the bytes may be.
    """

    document = models.UUIDField()
    kind = models.CharField(max_length=20)  # an `ArtifactClass`
    size = models.PositiveBigIntegerField()  # plain bytes
    digest = models.CharField(max_length=64)  # SHA-256 of the plain bytes; empty for fields
    due_at = models.DateTimeField()
    policy = models.CharField(max_length=60, blank=True)  # which rule set the clock
    shredded_at = models.DateTimeField(null=True)  # key destroyed
    reason = models.CharField(max_length=20, blank=True, db_default="")  # why it was; a code
    gone_at = models.DateTimeField(null=True)  # bytes deleted, re-read failed
    certificate = models.UUIDField(null=True)  # that says so, once there is one
    lost_at = models.DateTimeField(null=True)  # its bytes were found missing

    objects = ArtifactQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["document", "kind"], name="artifacts_of_document"),
            models.Index(
                fields=["due_at"], name="artifacts_by_clock", condition=models.Q(shredded_at=None)
            ),
            models.Index(
                fields=["shredded_at"],
                name="artifacts_half_gone",
                condition=models.Q(shredded_at__isnull=False, gone_at=None),
            ),
            models.Index(
                fields=["gone_at"],
                name="artifacts_to_certify",
                condition=models.Q(gone_at__isnull=False, certificate=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def about(self) -> Kind:
        return KINDS[ArtifactClass(self.kind)]

    @property
    def store_name(self) -> str:
        """Where the bytes are: class, organisation, time, id; nothing of the document.

        The id begins with its time, so one folder holds what was born within five hours.
        """
        return f"{self.about.prefix}/{self.organisation_id}/{self.pk.hex[:6]}/{self.pk}"

    @property
    def context(self) -> dict[str, str]:
        """What bytes and key of this artifact are bound to."""
        return {
            "artifact": str(self.pk),
            "document": str(self.document),
            "kind": self.kind,
            "organisation": str(self.organisation_id),
        }


class ArtifactKey(models.Model):
    """The wrapped key of one artifact, in a small table that backups need not keep for long."""

    artifact = models.OneToOneField(
        Artifact, models.CASCADE, primary_key=True, related_name="key", db_constraint=False
    )
    organisation_id = models.UUIDField(editable=False)
    by = models.ForeignKey(OrganisationKey, models.PROTECT, related_name="+")
    wrapped = models.BinaryField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"key of {self.artifact_id}"
