"""The verbs of intake."""

from apps.intake.services.consents import (
    ALLOWED,
    allows,
    check_processed,
    may_improve,
    narrow,
    turn,
    withdraw,
)
from apps.intake.services.grants import LONGEST_GRANT, end_grant, grant
from apps.intake.services.keeping import FLOW, NAME, erase, erase_each, job_of, known, name_of
from apps.intake.services.receiving import MOST_DAYS, Terms, receive, refuse

__all__ = [
    "ALLOWED",
    "FLOW",
    "LONGEST_GRANT",
    "MOST_DAYS",
    "NAME",
    "Terms",
    "allows",
    "check_processed",
    "end_grant",
    "erase",
    "erase_each",
    "grant",
    "job_of",
    "known",
    "may_improve",
    "name_of",
    "narrow",
    "receive",
    "refuse",
    "turn",
    "withdraw",
]
