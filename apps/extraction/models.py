from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.base.models import OwnedRow
from apps.base.types import Box
from apps.extraction import fragments
from apps.extraction.calibration import ERROR_TARGET
from apps.extraction.classify import Decider
from apps.extraction.fields import Second
from apps.intake.models import Document
from apps.vault.keys import ValueCipher
from apps.vault.models import Artifact


class Reading(OwnedRow):
    """One pass of one engine over one document. Its words lived in memory only."""

    document = models.OneToOneField(Document, models.PROTECT, related_name="reading")
    engine = models.CharField(max_length=60)  # "name/version"
    doctype = models.CharField(max_length=40)
    doctype_confidence = models.FloatField()  # 0 to 1; 1 when a person said so
    ranked = models.JSONField(default=list, db_default=[])  # to choose from, likeliest first
    chosen = models.BooleanField(default=False, db_default=False)  # by a reviewer, among `ranked`
    typed_at = models.DateTimeField(null=True)  # when the fields came, if they waited for a choice
    habits = models.JSONField(default=dict)  # how it writes amounts and dates; no content
    language = models.CharField(max_length=3, blank=True, db_default="")  # empty: nobody can say
    words = models.PositiveIntegerField()  # how many were read
    milliseconds = models.PositiveIntegerField()
    # What decided which fields a person looks at; later changes leave it as it was.
    calibration = models.CharField(max_length=120, blank=True, db_default="")  # empty: none
    error_target = models.FloatField(default=ERROR_TARGET, db_default=ERROR_TARGET)  # 0 to 1
    audit_share = models.FloatField(default=0.0, db_default=0.0)  # 0 to 1

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"reading of {self.document_id}"

    @property
    def waits(self) -> bool:
        """Whether its class is still only a guess, and its fields wait for a person to choose."""
        return bool(self.ranked) and self.typed_at is None

    @property
    def class_said(self) -> str:
        """The class that everything may go by; empty while somebody has still to choose."""
        return "" if self.waits else self.doctype

    @property
    def decided_by(self) -> Decider:
        if self.document.submission.doctype:
            return Decider.SENDER
        return Decider.PERSON if self.chosen else Decider.MACHINE


class Page(OwnedRow):
    """A drawn page: its sealed image, and where words stand on it, without the words."""

    document = models.ForeignKey(Document, models.PROTECT, related_name="drawn")
    number = models.PositiveSmallIntegerField()  # from 1
    width = models.PositiveIntegerField()  # pixels
    height = models.PositiveIntegerField()  # pixels
    image = models.OneToOneField(Artifact, models.PROTECT, related_name="+")
    layout = models.JSONField()  # [left, top, right, bottom] of each word, in 1/10 000 of the page

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["document", "number"], name="one_image_a_page")
        ]

    def __str__(self) -> str:
        return f"page {self.number} of {self.document_id}"


GlyphParts = tuple[str, float, float, float]  # text, confidence, left, right


@dataclass(frozen=True, slots=True)
class Content:
    """What a field holds: the part of it that is sealed."""

    value: str = ""  # as printed
    normalised: str = ""  # ISO dates, decimals, compact identifiers
    others: tuple[str, ...] = ()  # other readings, as printed
    glyphs: tuple[GlyphParts, ...] = ()
    fragments: tuple[str, ...] = ()  # kinds of numbers that were hidden in it

    def to_json(self) -> str:
        parts = [self.value, self.normalised, self.others, self.glyphs, self.fragments]
        return json.dumps(parts, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Content:
        value, normalised, others, glyphs, *fragments = json.loads(text)
        hidden = tuple(fragments[0]) if fragments else ()  # kept before there were any
        return cls(value, normalised, tuple(others), tuple(tuple(one) for one in glyphs), hidden)

    def hiding(self, kinds: Collection[str], *, numbered: bool) -> Content:
        """The content with fragments of some kinds hidden in each of its parts.

        `numbered`: see `fragments.hidden`.
        """
        texts = (self.value, self.normalised, *self.others)
        done = fragments.hidden(texts, kinds, numbered=numbered)
        if not done.kinds:
            return self
        value, normalised, *others = done.texts
        kept = tuple(dict.fromkeys(others))
        return Content(value, normalised, kept, self._respelled(value), done.kinds)

    def _respelled(self, value: str) -> tuple[GlyphParts, ...]:
        """The glyphs with the signs of a value as long as before; none if they do not spell it."""
        if "".join(glyph[0] for glyph in self.glyphs) != "".join(self.value.split()):
            return ()
        signs = iter("".join(value.split()))
        return tuple(
            ("".join(islice(signs, len(text))), sure, left, right)
            for text, sure, left, right in self.glyphs
        )


class Field(OwnedRow):
    """A typed field: where it stands and how sure we are, in clear; what it says, sealed."""

    document = models.ForeignKey(Document, models.PROTECT, related_name="fields")
    name = models.CharField(max_length=40)
    position = models.PositiveSmallIntegerField()  # order within the class
    found = models.BooleanField()
    sealed = models.BinaryField(null=True)  # a `Content`; null after erasure
    confidence = models.FloatField()  # 0 to 1: that the normalised value is right
    threshold = models.FloatField(default=1.0, db_default=0.85)  # 0 to 1; below, a person looks
    checks = models.JSONField(default=list)  # [name, passed] of each validator
    flags = models.JSONField(default=list, db_default=[])  # why a person must look; `fields.Flag`
    evidence = models.JSONField(default=list, db_default=[])  # read, chosen, proved, second
    page = models.PositiveSmallIntegerField(null=True)  # from 1
    boxes = models.JSONField(default=list)  # [left, top, right, bottom], one a line
    label = models.JSONField(null=True)  # box of the printed label

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["document", "name"], name="one_field_a_name")
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.document_id}"

    @property
    def failed(self) -> list[str]:
        """Names of the checks that the value does not pass."""
        return [name for name, passed in self.checks if not passed]

    @property
    def second(self) -> Second:
        """What other readings say of the value."""
        return Second(self.evidence[SECOND]) if self.evidence else Second.NONE

    def content(self, cipher: ValueCipher) -> Content:
        """Raises Unreadable if it was changed, or was never this row's."""
        return Content.from_json(cipher.open(bytes(self.sealed or b""), column=SEALED, row=self.pk))

    def seal(self, content: Content, cipher: ValueCipher) -> None:
        self.sealed = cipher.seal(content.to_json(), column=SEALED, row=self.pk)


class Standard(OwnedRow):
    """What an organisation demands of reading. Rows are only added; the latest holds."""

    error_target = models.FloatField()  # of fields nobody looked at, this share may be wrong
    audit_share = models.FloatField()  # of accepted fields, this share is looked at all the same
    reason = models.CharField(max_length=300)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        permissions = [
            ("view_figures", "Can see how reliable reading is, without content"),
            ("set_standard", "Can set how many errors reading may make"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(error_target__gt=0, error_target__lte=0.2), name="some_errors_happen"
            ),
            models.CheckConstraint(
                condition=Q(audit_share__gte=0, audit_share__lte=1), name="audits_are_a_share"
            ),
        ]
        indexes = [models.Index(fields=["organisation_id", "-id"], name="standards_by_age")]

    def __str__(self) -> str:
        return f"standard {self.error_target:.4f}"


SEALED = "field.sealed"  # where a field's content is sealed
SECOND = 3  # where the second reading stands in the evidence


def to_edges(box: Box) -> list[float]:
    """A box as the database keeps it."""
    return [round(edge, 5) for edge in (box.left, box.top, box.right, box.bottom)]


def to_box(edges: Any) -> Box:
    return Box(*edges)
