"""What preservation remembers of a signed original. Every row is written once."""

from apps.intake.screening import Channel, Found
from apps.preservation.models.fixity import Copy, Fixity, FixityCheck
from apps.preservation.models.packages import Package
from apps.preservation.models.records import (
    Approval,
    Record,
    RecordCorrection,
    new_reference,
)
from apps.preservation.models.validations import (
    Cause,
    Purpose,
    RecordTimestamp,
    RevocationWord,
    Signature,
    TimestampDue,
    TrustRoot,
    TrustVersion,
    Validation,
    ValidationDue,
    Word,
)

__all__ = [
    "Approval",
    "Cause",
    "Channel",
    "Copy",
    "Fixity",
    "FixityCheck",
    "Found",
    "Package",
    "Purpose",
    "Record",
    "RecordCorrection",
    "RecordTimestamp",
    "RevocationWord",
    "Signature",
    "TimestampDue",
    "TrustRoot",
    "TrustVersion",
    "Validation",
    "ValidationDue",
    "Word",
    "new_reference",
]
