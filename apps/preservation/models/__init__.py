"""What preservation remembers of a signed original. Every row is written once."""

from apps.preservation.models.records import (
    Approval,
    Channel,
    Found,
    Record,
    RecordCorrection,
    new_reference,
)

__all__ = ["Approval", "Channel", "Found", "Record", "RecordCorrection", "new_reference"]
