from __future__ import annotations

from enum import StrEnum

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from guardian.models import UserObjectPermissionBase

from apps.accounts.models import Membership, User, Workspace
from apps.base.models import OwnedRow
from apps.intake.screening import Channel
from apps.vault.models import Artifact

VIEW = "view_document"


class Use(StrEnum):
    """What an organisation may turn off, each by itself."""

    PROCESSING = "processing"  # nothing is taken, and no step of a job is begun
    ANALYTICS = "analytics"  # nothing is counted of what machines and people did
    IMPROVEMENT = "improvement"  # nothing is learned from documents


class Switch(OwnedRow):
    """That somebody turned a use on or off. The newest one of a use counts; none is on."""

    use = models.CharField(max_length=12)  # a `Use`
    on = models.BooleanField()
    reason = models.CharField(max_length=300)
    turned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["organisation_id", "use", "-id"], name="switches_of_use")]

    def __str__(self) -> str:
        return f"{self.use} {'on' if self.on else 'off'}"


class Submission(OwnedRow):
    """What was sent together, and the terms in force; see `Consent` for what they were."""

    workspace = models.ForeignKey(Workspace, models.PROTECT, related_name="+")
    sender = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    token = models.UUIDField()  # from the form: sending it twice is sending it once
    purpose = models.CharField(max_length=40)
    basis = models.CharField(max_length=20)
    manual_review = models.BooleanField()  # may a person look at doubtful fields?
    model_improvement = models.BooleanField(default=False)
    transcript = models.BooleanField(default=False, db_default=False)  # is the whole text wanted?
    doctype = models.CharField(max_length=40, blank=True)  # empty: the portal decides
    fields = models.JSONField(default=list)  # names; empty: all of the class
    pages = models.CharField(max_length=120, blank=True)  # empty: all
    keep_days = models.PositiveSmallIntegerField(null=True)  # asked for; null: as the policy says
    declared = models.BooleanField(default=False, db_default=False)  # said to be signed
    channel = models.CharField(max_length=10, default=Channel.PAGE, db_default=Channel.PAGE.value)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["sender", "token"], name="one_submission_a_form")
        ]

    def __str__(self) -> str:
        return f"submission {self.pk}"


class Consent(OwnedRow):
    """One version of what may be done with what was sent together. Never changed, never deleted."""

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="consents")
    number = models.PositiveSmallIntegerField()  # from 1
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=40)
    basis = models.CharField(max_length=20)
    processing = models.BooleanField()  # false: it was withdrawn
    manual_review = models.BooleanField()
    model_improvement = models.BooleanField()
    transcript = models.BooleanField()
    keep_days = models.PositiveSmallIntegerField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["submission", "number"], name="one_consent_a_number")
        ]

    def __str__(self) -> str:
        return f"consent {self.number} of {self.submission_id}"


class DocumentQuerySet(models.QuerySet["Document"]):
    def visible_to(self, user: User) -> DocumentQuerySet:
        """Documents of the person's workspaces, and those granted for a time.

        Through a key a service account sees what it sent itself, in the key's workspace.
        The one answer to "which documents?": pages, API and services all start here.
        """
        if user.organisation_id is None or not user.has_perm("intake.view_document"):
            return self.none()
        member = Membership.objects.filter(user=user, workspace=OuterRef("workspace"))
        granted = DocumentGrant.grants.open().filter(user=user, content_object=OuterRef("pk"))
        own = self.filter(Exists(member) | Exists(granted), organisation_id=user.organisation_id)
        if user.through is None:
            return own
        return own.filter(sender=user, workspace=user.through.workspace_id)

    def before(self, last: object | None) -> DocumentQuerySet:
        """The page that follows a document, newest first; keys sort by time."""
        page = self.order_by("-id")
        return page.filter(id__lt=last) if last else page


class Document(OwnedRow):
    """What a person sent us. Its content rests sealed in the vault."""

    reference = models.CharField(max_length=7, unique=True)  # names it to people
    submission = models.ForeignKey(Submission, models.PROTECT, related_name="documents")
    workspace = models.ForeignKey(Workspace, models.PROTECT, related_name="+")
    sender = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    original = models.OneToOneField(Artifact, models.PROTECT, related_name="+")
    received_digest = models.CharField(max_length=64)  # SHA-256 of the bytes as they came
    received_sha512 = models.CharField(max_length=128, blank=True, db_default="")  # likewise
    media_type = models.CharField(max_length=40)
    size = models.PositiveBigIntegerField()  # plain bytes kept
    pages = models.PositiveSmallIntegerField()  # kept
    signed = models.BooleanField(default=False)  # carries, or carried, a signature; or is said to
    found = models.CharField(max_length=20, blank=True, db_default="")  # how: a `Found`
    name = models.BinaryField(null=True)  # the file name: content, so sealed
    erased_at = models.DateTimeField(null=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        default_permissions = ("add", "view")
        indexes = [
            models.Index(fields=["workspace", "-id"], name="documents_of_workspace"),
            models.Index(fields=["received_digest"], name="documents_by_digest"),
        ]

    def __str__(self) -> str:
        return self.reference


class DocumentGrantQuerySet(models.QuerySet["DocumentGrant"]):
    def open(self) -> DocumentGrantQuerySet:
        now = timezone.now()
        return self.filter(permission__codename=VIEW, until__gt=now, ended_at=None)


class DocumentGrant(UserObjectPermissionBase):
    """An exception: one person may see one document until a date, for a reason."""

    content_object = models.ForeignKey(Document, models.CASCADE, related_name="grants")
    reason = models.CharField(max_length=40)  # a code
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    given_at = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    grants = DocumentGrantQuerySet.as_manager()  # `objects` is guardian's own

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["user", "content_object", "permission"],
                condition=Q(ended_at=None),
                name="one_open_grant",
            )
        ]
