"""What preservation remembers of a signed original. Every row is written once."""

from apps.preservation.models.fixity import Copy, Fixity, FixityCheck
from apps.preservation.models.packages import Package
from apps.preservation.models.records import (
    Approval,
    Channel,
    Found,
    Record,
    RecordCorrection,
    new_reference,
)

__all__ = [
    "Approval",
    "Channel",
    "Copy",
    "Fixity",
    "FixityCheck",
    "Found",
    "Package",
    "Record",
    "RecordCorrection",
    "new_reference",
]
