from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from apps.accounts.models import User
from apps.base.models import OwnedRow
from apps.intake.models import Document
from apps.vault.models import Artifact


class DisposalQuerySet(models.QuerySet["Disposal"]):
    def waiting(self) -> DisposalQuerySet:
        """What nobody, or only one of two, has agreed to; it is not erased."""
        return self.filter(approved_at=None)

    def due(self, now: datetime) -> DisposalQuerySet:
        """What is to be looked at: run out, and still there."""
        alive = Artifact.objects.alive().filter(
            document=OuterRef("document"), kind=OuterRef("kind"), due_at__lte=now
        )
        return self.waiting().filter(Exists(alive), due_at__lte=now)

    def visible_to(self, user: User) -> DisposalQuerySet:
        """Those of the person's organisation; through a key what it sent itself."""
        if user.organisation_id is None or not user.has_perm("retention.view_disposals"):
            return self.none()
        own = self.filter(organisation_id=user.organisation_id)
        if user.through is not None:
            return own.filter(document__sender=user, document__workspace=user.through.workspace_id)
        return own if user.has_perm("retention.view_clocks") else self.none()

    def after(self, last: tuple[datetime, UUID] | None) -> DisposalQuerySet:
        """The page that follows a row, the longest overdue first."""
        page = self.order_by("due_at", "pk")
        if last is None:
            return page
        at, pk = last
        return page.filter(Q(due_at__gt=at) | Q(due_at=at, pk__gt=pk))


class Disposal(OwnedRow):
    """One class of artifacts of a document that goes only once people have agreed."""

    document = models.ForeignKey(Document, models.PROTECT, related_name="disposals")
    kind = models.CharField(max_length=20)  # of artifact
    due_at = models.DateTimeField()
    policy = models.CharField(max_length=60)
    signatures = models.PositiveSmallIntegerField()  # how many people must agree
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    proposed_at = models.DateTimeField(null=True)
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )  # the second of two
    approved_at = models.DateTimeField(null=True)  # since when it may go

    objects = DisposalQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = [
            ("view_disposals", "Can see what waits for a look before it is erased, no content"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["document", "kind"], name="one_disposal_a_class"),
            models.CheckConstraint(
                condition=Q(approved_at=None)
                | Q(proposed_by__isnull=False) & (Q(signatures=1) | Q(agreed_by__isnull=False)),
                name="a_disposal_has_its_signatures",
            ),
            models.CheckConstraint(
                condition=Q(agreed_by=None) | ~Q(agreed_by=F("proposed_by")),
                name="a_disposal_is_signed_by_two",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organisation_id", "due_at", "id"],
                condition=Q(approved_at=None),
                name="disposals_by_clock",
            )
        ]

    @property
    def signed(self) -> int:
        """How many people have agreed."""
        return sum(one is not None for one in (self.proposed_by_id, self.agreed_by_id))

    def __str__(self) -> str:
        return f"{self.kind} of {self.document_id}"
