"""The verbs of preservation."""

from apps.preservation.services.approvals import approve, comments, correct
from apps.preservation.services.records import download, named, preserve, shown
from apps.preservation.services.validating import arrived, validate_again
from apps.preservation.services.verdicts import verdicts

__all__ = [
    "approve",
    "arrived",
    "comments",
    "correct",
    "download",
    "named",
    "preserve",
    "shown",
    "validate_again",
    "verdicts",
]
