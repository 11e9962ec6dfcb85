from __future__ import annotations

from enum import StrEnum

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.base.models import OwnedRow
from apps.intake.models import Document, Submission


class Withdrawal(OwnedRow):
    """What became of everything sent together when its consent was taken back, signed."""

    submission = models.OneToOneField(Submission, models.PROTECT, related_name="withdrawal")
    number = models.CharField(max_length=40)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    body = models.BinaryField()  # canonical JSON, exactly as it was signed
    signature = models.BinaryField()  # Ed25519
    key = models.CharField(max_length=40)  # the id of the key that signed

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "number"], name="one_withdrawal_a_number"
            )
        ]

    def __str__(self) -> str:
        return self.number


class SubjectRequest(OwnedRow):
    """That a person asked to be erased. Who it is stands in the organisation's own files."""

    number = models.PositiveIntegerField()
    case = models.CharField(max_length=60)  # under which the organisation keeps the wish
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        default_permissions = ()
        permissions = [
            ("withdraw_consent", "Can take back the consent for what they sent"),
            ("serve_subjects", "Can erase for people who ask, by reference and unseen"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "number"], name="one_subject_request_a_number"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None)
                | Q(closed_at__isnull=False, closed_by__isnull=False),
                name="a_subject_request_is_closed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"SR-{self.number:03}"


class Fate(StrEnum):
    """What becomes of a document that a person asked to be erased from."""

    WAITING = "waiting"  # nobody has looked
    ERASED = "erased"
    HELD = "held"  # by a legal hold; to be tried again once that is lifted
    KEPT = "kept"  # some of it, because a law asks for it
    REFUSED = "refused"  # it is not about this person, or somebody said why not


class SubjectItem(OwnedRow):
    """One document of a person's wish, and what became of it."""

    request = models.ForeignKey(SubjectRequest, models.PROTECT, related_name="items")
    document = models.ForeignKey(Document, models.PROTECT, related_name="+")
    fate = models.CharField(max_length=12, default=Fate.WAITING)
    why = models.CharField(max_length=300, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["request", "document"], name="one_item_a_document")
        ]

    @property
    def is_open(self) -> bool:
        """Whether it may still be answered, or tried again."""
        return self.fate in (Fate.WAITING, Fate.HELD)

    def __str__(self) -> str:
        return f"{self.document_id} for {self.request_id}: {self.fate}"


class Reminder(OwnedRow):
    """That a sender was told once that the fields of a document go."""

    document = models.OneToOneField(Document, models.PROTECT, related_name="reminder")
    due_at = models.DateTimeField()  # as it was said

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"reminder of {self.document_id}"
