"""Identifiers that sort by the time they were made."""

import secrets
import time
import uuid
from datetime import UTC, datetime

_VERSION, _VARIANT = 0x7, 0b10


def uuid7(*, at: datetime | None = None) -> uuid.UUID:
    """Make a UUID whose first 48 bits are milliseconds since 1970, now or at another time.

    Keys made later sort later, so that new rows land at the end of every index and the key
    itself can carry keyset pagination. Twelve bits tell a quarter of a microsecond, because
    events of one transaction often share a millisecond; the other 62 bits are random.

    Source: RFC 9562, sections 5.7 and 6.2 (method 3).
    """
    since_1970 = time.time_ns() if at is None else _nanoseconds(at)
    milliseconds, nanoseconds = divmod(since_1970, 1_000_000)
    high = milliseconds << 16 | _VERSION << 12 | (nanoseconds << 12) // 1_000_000
    low = _VARIANT << 62 | secrets.randbits(62)
    return uuid.UUID(int=high << 64 | low)


def _nanoseconds(at: datetime) -> int:
    """Since 1970; below a microsecond, which a datetime does not tell, they are random."""
    return round(at.timestamp() * 1e6) * 1000 + secrets.randbelow(1000)


def born_at(identifier: uuid.UUID) -> datetime:
    """When `uuid7` made an identifier, to the millisecond."""
    return datetime.fromtimestamp((identifier.int >> 80) / 1000, UTC)


def first_at(moment: datetime) -> uuid.UUID:
    """The least identifier that `uuid7` could make at a moment: what is older sorts before it."""
    return uuid.UUID(int=int(moment.timestamp() * 1000) << 80)
