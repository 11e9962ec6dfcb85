"""What signatures were worth, each time they were looked at, and whom that was believed by."""

from __future__ import annotations

from enum import StrEnum

from django.db import models

from apps.base.models import OwnedRow, Row
from apps.preservation.models.records import Record
from apps.vault.models import Artifact


class Cause(StrEnum):
    """Why signatures were looked at."""

    ARRIVAL = "arrival"
    SCHEDULE = "schedule"
    DEMAND = "demand"


class Purpose(StrEnum):
    """What a root is trusted for."""

    SIGNATURES = "signatures"
    TIMESTAMPS = "timestamps"


class Word(StrEnum):
    """How an authority says that certificates were revoked."""

    CRL = "CRL"
    OCSP = "OCSP"


class Validation(OwnedRow):
    """One look at all signatures of a record. A later look is another row."""

    record = models.ForeignKey(Record, models.PROTECT, related_name="validations")
    at = models.DateTimeField()
    cause = models.CharField(max_length=10)  # a `Cause`
    indication = models.CharField(max_length=15)  # an `Indication`; empty without a signature
    subindication = models.CharField(max_length=40)
    intact = models.BooleanField()  # each signed version is as it was
    untouched = models.BooleanField()  # and nothing was changed since but what is permitted
    engine = models.CharField(max_length=20)
    engine_version = models.CharField(max_length=20)
    policy = models.CharField(max_length=60)
    policy_version = models.CharField(max_length=10)
    trust = models.CharField(max_length=64)  # digest of the roots trusted then
    attempts = models.PositiveSmallIntegerField()  # to reach the network; all were refused
    report = models.OneToOneField(Artifact, models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        permissions = [("validate_record", "Can have signatures checked again")]
        indexes = [models.Index(fields=["record", "-id"], name="validations_of_record")]

    def __str__(self) -> str:
        return f"{self.indication or 'no signature'} at {self.at}"


class Signature(OwnedRow):
    """One signature as one look found it. Whose it is stands in the sealed report alone."""

    validation = models.ForeignKey(Validation, models.PROTECT, related_name="signatures")
    number = models.PositiveSmallIntegerField()  # from 1, in the order of signing
    kind = models.CharField(max_length=10)  # "signature" or "timestamp"
    level = models.CharField(max_length=20)
    process = models.CharField(max_length=12)
    indication = models.CharField(max_length=15)  # the portal's
    subindication = models.CharField(max_length=40)
    crypto_indication = models.CharField(max_length=15)  # what cryptography alone says
    crypto_subindication = models.CharField(max_length=40)
    basic_indication = models.CharField(max_length=15)  # of the first step of the ladder
    basic_subindication = models.CharField(max_length=40)
    intact = models.BooleanField()
    untouched = models.BooleanField()
    coverage = models.CharField(max_length=30)
    modification = models.CharField(max_length=20)
    permits = models.PositiveSmallIntegerField(null=True)  # DocMDP, 1 to 3
    certification = models.BooleanField()
    findings = models.JSONField()  # a list of `Finding`
    chain = models.JSONField()  # digests, the signer's first
    expires_at = models.DateTimeField(null=True)  # the signer's certificate
    claimed_at = models.DateTimeField(null=True)  # by the signer's clock
    best_at = models.DateTimeField(null=True)  # proven no later than
    oldest_at = models.DateTimeField(null=True)  # oldest evidence that archives it
    digest = models.CharField(max_length=12)  # algorithm
    mechanism = models.CharField(max_length=30)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["validation", "number"], name="one_row_a_signature")
        ]

    def __str__(self) -> str:
        return f"{self.level} {self.indication}"


class ValidationDue(OwnedRow):
    """When a record's signatures are to be looked at next; no evidence, so it may change."""

    record = models.OneToOneField(Record, models.PROTECT, related_name="validation_due")
    due_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["due_at"], name="validations_by_due")]

    def __str__(self) -> str:
        return f"{self.record_id} at {self.due_at}"


class TrustVersion(OwnedRow):
    """Whom an organisation trusts, from one moment to that of the next version."""

    number = models.PositiveIntegerField()
    roots = models.JSONField()  # "purpose:digest", sorted
    digest = models.CharField(max_length=64)  # SHA-256 of the lines of `roots`
    by = models.CharField(max_length=64)  # an actor

    class Meta:
        default_permissions = ()
        permissions = [("set_trust", "Can say whose certificates are trusted")]
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "number"], name="one_trust_a_number")
        ]

    def __str__(self) -> str:
        return f"trust {self.number}"


class TrustRoot(OwnedRow):
    """A certificate that was ever trusted; versions say when."""

    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()  # DER
    name = models.CharField(max_length=200)  # of the authority, as the certificate has it
    expires_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "sha256"], name="one_row_a_root")
        ]

    def __str__(self) -> str:
        return self.sha256


class RevocationWord(Row):
    """A list or answer about revocation that an operator brought; it is public and for all."""

    kind = models.CharField(max_length=4)  # a `Word`
    sha256 = models.CharField(max_length=64, unique=True)
    issuer = models.CharField(max_length=64)  # digest of who says it
    content = models.BinaryField()  # DER
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)  # when its issuer promised another

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["issuer", "-since"], name="words_of_issuer")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.since}"


class RecordTimestamp(OwnedRow):
    """What an authority outside says: that bytes with a record's hash were there at a time.

    Its word is worth something while the certificate that signed it is, so a later stamp is taken
    over it before that one ends.
    """

    record = models.ForeignKey(Record, models.PROTECT, related_name="timestamps")
    authority = models.CharField(max_length=200)  # its address
    at = models.DateTimeField()  # as it says
    imprint = models.CharField(max_length=64)  # SHA-256 that it is of
    over = models.OneToOneField("self", models.PROTECT, null=True, related_name="renewal")
    shown = models.TextField(blank=True)  # whose hash the imprint is, if not the original's
    signer = models.CharField(max_length=64)  # digest of the certificate that signed it
    until = models.DateTimeField(null=True)  # when that one ends
    token = models.BinaryField()  # the authority's whole answer, RFC 3161

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["record", "authority"],
                condition=models.Q(over=None),
                name="one_stamp_an_authority",
            ),
            models.CheckConstraint(
                condition=models.Q(over=None, shown="")
                | (models.Q(over__isnull=False) & ~models.Q(shown="")),
                name="a_renewal_says_what_was_shown",
            ),
        ]
        indexes = [models.Index(fields=["until"], name="stamps_by_end")]

    def __str__(self) -> str:
        return f"{self.record_id} by {self.at}"


class TimestampDue(OwnedRow):
    """A record that an authority has not stamped yet, or not over its earlier stamp."""

    record = models.ForeignKey(Record, models.PROTECT, related_name="+")
    over = models.ForeignKey(RecordTimestamp, models.PROTECT, null=True, related_name="+")
    authority = models.CharField(max_length=200)
    tries = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField()
    problem = models.CharField(max_length=40)  # a code; empty before the first try

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["record", "authority"], name="one_wait_an_authority")
        ]
        indexes = [models.Index(fields=["not_before"], name="stamps_by_due")]

    def __str__(self) -> str:
        return f"{self.record_id} asked {self.tries} times"
