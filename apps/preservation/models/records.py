from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.accounts.models import User, Workspace
from apps.base.models import OwnedRow
from apps.intake import references
from apps.intake.models import Document
from apps.vault.models import Artifact


def new_reference() -> str:
    return f"PR-{references.new_reference()}"


class RecordQuerySet(models.QuerySet["Record"]):
    def visible_to(self, user: User) -> RecordQuerySet:
        """Records of the documents a person sees, and all of the organisation for overseers.

        The one answer to "which records?": pages, API and services all start here.
        """
        if user.organisation_id is None or not user.has_perm("preservation.view_record"):
            return self.none()
        own = self.filter(organisation_id=user.organisation_id)
        if user.has_perm("preservation.oversee_records"):
            return own
        return own.filter(document__in=Document.objects.visible_to(user))

    def before(self, last: object | None) -> RecordQuerySet:
        """The page that follows a record, newest first; keys sort by time."""
        page = self.order_by("-id")
        return page.filter(id__lt=last) if last else page


class Record(OwnedRow):
    """What was received: written once, when the original is sealed, and never changed.

    It holds no content. It outlives its original, so that what was once here can be proven.
    """

    reference = models.CharField(max_length=10, unique=True, default=new_reference)
    workspace = models.ForeignKey(Workspace, models.PROTECT, related_name="+")
    document = models.OneToOneField(Document, models.PROTECT, related_name="record")
    artifact = models.OneToOneField(Artifact, models.PROTECT, related_name="record")  # original
    sha256 = models.CharField(max_length=64)  # of the bytes as they were received
    sha512 = models.CharField(max_length=128)  # likewise
    size = models.PositiveBigIntegerField()  # plain bytes
    pages = models.PositiveSmallIntegerField()
    media_type = models.CharField(max_length=40)
    received_at = models.DateTimeField()
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    channel = models.CharField(max_length=10)  # a `Channel`
    declared = models.BooleanField()  # its sender said that it is signed
    found = models.CharField(max_length=20)  # a `Found`
    sealed_at = models.DateTimeField()

    objects = RecordQuerySet.as_manager()

    class Meta:
        default_permissions = ("view",)
        permissions = [
            ("oversee_records", "Can see the records of every workspace"),
            ("download_original", "Can download signed originals, with a reason"),
            ("view_evidence", "Can see signatures, approvals and other signature evidence"),
            ("approve_record", "Can record approvals and corrections"),
        ]
        indexes = [models.Index(fields=["organisation_id", "-id"], name="records_newest_first")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(found="declared") | Q(declared=True),
                name="declared_was_declared",
            )
        ]

    def __str__(self) -> str:
        return self.reference


class RecordCorrection(OwnedRow):
    """That a record says something wrong, and what is right: a new row beside the old one."""

    record = models.ForeignKey(Record, models.PROTECT, related_name="corrections")
    what = models.CharField(max_length=20)  # the name of what the record says wrong
    corrected_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reason = models.OneToOneField(Artifact, models.PROTECT, related_name="+")  # sealed words

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["record", "id"], name="corrections_of_record")]

    def __str__(self) -> str:
        return f"{self.what} of {self.record_id}"


class Approval(OwnedRow):
    """One step of an internal workflow: who approved or refused what, and in which role."""

    record = models.ForeignKey(Record, models.PROTECT, related_name="approvals")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    role = models.CharField(max_length=40)  # a `Role` the person had at that time
    what = models.CharField(max_length=20)  # a `Said`
    at = models.DateTimeField()
    comment = models.OneToOneField(
        Artifact, models.PROTECT, null=True, related_name="+"
    )  # sealed words

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["record", "id"], name="approvals_of_record")]

    def __str__(self) -> str:
        return f"{self.what} of {self.record_id}"
