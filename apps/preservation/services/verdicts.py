"""What the signatures of a record were worth, whenever somebody looked."""

from collections.abc import Sequence
from typing import Any

from apps.preservation.models import Record


def verdicts(record: Record) -> Sequence[Any]:
    """One card a signature, as `preservation/_signatures.html` draws it; none was judged yet."""
    return []
