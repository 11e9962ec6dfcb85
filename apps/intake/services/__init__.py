"""The verbs of intake."""

from apps.intake.services.grants import LONGEST_GRANT, end_grant, grant
from apps.intake.services.keeping import FLOW, NAME, erase, job_of, known, name_of, withdraw
from apps.intake.services.receiving import Terms, receive, refuse

__all__ = [
    "FLOW",
    "LONGEST_GRANT",
    "NAME",
    "Terms",
    "end_grant",
    "erase",
    "grant",
    "job_of",
    "known",
    "name_of",
    "receive",
    "refuse",
    "withdraw",
]
