from __future__ import annotations

import secrets
from enum import StrEnum

from django.conf import settings
from django.db import models

from apps.accounts.models import User
from apps.base.models import OwnedRow
from apps.intake.references import ALPHABET
from apps.vault.models import Artifact


class SavedSearchQuerySet(models.QuerySet["SavedSearch"]):
    def visible_to(self, user: User) -> SavedSearchQuerySet:
        """A person's own."""
        if user.organisation_id is None:
            return self.none()
        return self.filter(user=user, organisation_id=user.organisation_id)


class SavedSearch(OwnedRow):
    """A question that somebody asks often: codes, and a name that only its owner reads.

    People put names of cases into such a name, so it rests sealed, under a key of its own.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    name = models.BinaryField()  # sealed
    asks = models.JSONField()  # as `TrailForm.codes` has it

    objects = SavedSearchQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["user", "-id"], name="searches_of_person")]

    def __str__(self) -> str:
        return f"search {self.pk}"


class Mode(StrEnum):
    """What an export proves."""

    RANGE = "range"  # each event, and that none between them is missing
    SELECTION = "selection"  # each event


def new_reference() -> str:
    """A name for an export that tells nothing: EX-7KQ52F."""
    return "EX-" + "".join(secrets.choice(ALPHABET) for _ in range(6))


class ExportQuerySet(models.QuerySet["Export"]):
    def visible_to(self, user: User) -> ExportQuerySet:
        """Exports of the organisation, for those who may make them."""
        if user.organisation_id is None or not user.has_perm("assurance.export_trail"):
            return self.none()
        return self.filter(organisation_id=user.organisation_id)


class Export(OwnedRow):
    """A part of the trail on its way out: what was asked, how far it is, and where it rests."""

    reference = models.CharField(max_length=9, unique=True, default=new_reference)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    mode = models.CharField(max_length=10)  # a `Mode`
    asks = models.JSONField()  # as `TrailForm.codes` has it
    reason = models.CharField(max_length=40)  # a `Why`
    names = models.BooleanField(default=False)  # with a list of who is who
    words = models.BooleanField(default=False)  # with what people wrote
    size = models.PositiveBigIntegerField(null=True)  # of the tree, as the checkpoint signs it
    expected = models.PositiveBigIntegerField(null=True)  # events, as far as it is known
    written = models.PositiveBigIntegerField(default=0)  # events so far
    artifact = models.OneToOneField(Artifact, models.PROTECT, null=True, related_name="+")
    event = models.UUIDField(null=True)  # on the trail: that it was made

    objects = ExportQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = [("export_trail", "Can export the trail of the organisation")]
        indexes = [models.Index(fields=["organisation_id", "-id"], name="exports_of_organisation")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(artifact=None, event=None)
                | models.Q(artifact__isnull=False, event__isnull=False),
                name="export_made_and_recorded",
            )
        ]

    def __str__(self) -> str:
        return self.reference
