"""What was found out about a record's signatures, and what authorities said of its time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from apps.preservation.models import Record


@dataclass(frozen=True, slots=True)
class Stamp:
    """A time stamp as a package holds it."""

    file: str
    token: bytes
    of: str  # "original", or the text whose hash the authority was shown


def signatures(record: Record) -> list[dict[str, Any]]:
    return []


def stamps(record: Record) -> list[Stamp]:
    return []
