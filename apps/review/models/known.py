from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from apps.base.models import OwnedRow
from apps.extraction.models import Content
from apps.vault.keys import ValueCipher
from apps.vault.models import Artifact

SUGGESTED, TRUTH = "known.suggested", "known.truth"  # where its two contents are sealed


class KnownAnswer(OwnedRow):
    """A slit of a drawn document whose answer is known, to see how well people read.

    It is of no document and no record. What several of them were drawn on is sealed under one id.
    """

    paper = models.UUIDField()  # of the drawn document, which has no row
    doctype = models.CharField(max_length=40)
    name = models.CharField(max_length=40)  # of the field
    kind = models.CharField(max_length=20)  # of the field
    language = models.CharField(max_length=3, blank=True)
    reason = models.CharField(max_length=20)  # a `Reason`: why it would be asked
    page = models.PositiveSmallIntegerField()  # from 1
    crop = models.ForeignKey(Artifact, models.PROTECT, related_name="+")
    image = models.ForeignKey(Artifact, models.PROTECT, related_name="+")  # of the page
    layout = models.JSONField()  # where words stand on it; see `extraction.models.Page`
    boxes = models.JSONField()  # [left, top, right, bottom] of the value, one a line
    geometry = models.JSONField()  # of the crop; see `services.asking`
    suggested = models.BinaryField(null=True)  # a `Content`; null after retirement
    truth = models.BinaryField(null=True)  # a `Content`; null after retirement
    flags = models.JSONField(default=list)  # of `fields.Flag`
    failed = models.JSONField(default=list)  # names of checks that the suggestion does not pass
    habits = models.JSONField(default=dict)  # how its document writes amounts and dates
    planted = models.BooleanField()  # the suggestion was made wrong
    retired_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(
                fields=["organisation_id", "doctype", "name"],
                name="known_answers_in_use",
                condition=Q(retired_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"known answer {self.pk}"

    def content(self, cipher: ValueCipher) -> Content:
        """What the station suggests."""
        return self._opened(self.suggested, SUGGESTED, cipher)

    def answer(self, cipher: ValueCipher) -> Content:
        """What is right."""
        return self._opened(self.truth, TRUTH, cipher)

    def seal(self, suggested: Content, truth: Content, cipher: ValueCipher) -> None:
        self.suggested = cipher.seal(suggested.to_json(), column=SUGGESTED, row=self.pk)
        self.truth = cipher.seal(truth.to_json(), column=TRUTH, row=self.pk)

    def _opened(
        self, sealed: bytes | memoryview | None, column: str, cipher: ValueCipher
    ) -> Content:
        return Content.from_json(cipher.open(bytes(sealed or b""), column=column, row=self.pk))


class QualityRule(OwnedRow):
    """How an organisation makes sure of its reviewers. Rows are only added; the latest holds."""

    known_share = models.FloatField()  # of slits, known answers; 0 to 0.05
    tells_misses = models.BooleanField()  # at once, to whoever missed one
    floor = models.FloatField()  # accuracy below which a person's reviewing is paused, 0 to 1
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(known_share__gte=0, known_share__lte=0.05),
                name="known_answers_are_few",
            ),
            models.CheckConstraint(
                condition=Q(floor__gte=0, floor__lt=1), name="a_floor_can_be_stood_on"
            ),
        ]
        indexes = [models.Index(fields=["organisation_id", "-id"], name="quality_rules_by_age")]

    def __str__(self) -> str:
        return f"quality rule {self.floor:.2f}"


class Pause(OwnedRow):
    """A person's reviewing rests until a lead lets them go on."""

    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="pauses")
    because = models.CharField(max_length=20)  # a `PauseReason`
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["reviewer"], condition=Q(ended_at=None), name="one_open_pause_a_reviewer"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__isnull=False, ended_by__isnull=False) & ~Q(ended_by=F("reviewer")),
                name="somebody_else_ends_a_pause",
            ),
        ]

    def __str__(self) -> str:
        return f"pause of {self.reviewer_id}"
