"""What an API key may do. A scope never gives more than the role of the service account does."""

from enum import StrEnum


class Scope(StrEnum):
    SUBMIT = "submit"
    STATE = "state"
    RESULT = "result"
    TRANSCRIPT = "transcript"
    WITHDRAW = "withdraw"
    DISPOSALS = "disposals"
    RECORD = "record"


TITLES: dict[Scope, str] = {
    Scope.SUBMIT: "Submit documents",
    Scope.STATE: "Read the state of jobs",
    Scope.RESULT: "Read typed results, masked",
    Scope.TRANSCRIPT: "Read transcripts that were asked for",
    Scope.WITHDRAW: "Withdraw the consent for what it sent",
    Scope.DISPOSALS: "Read what waits for a look before it is erased",
    Scope.RECORD: "Read the records of signed originals",
}

# The permissions of a role that a scope lets through; all others are closed to a key.
LETS_THROUGH: dict[Scope, frozenset[str]] = {
    Scope.SUBMIT: frozenset({"intake.add_document"}),
    Scope.STATE: frozenset({"intake.view_document"}),
    Scope.RESULT: frozenset({"intake.view_document", "delivery.download_result"}),
    Scope.TRANSCRIPT: frozenset({"intake.view_document", "delivery.download_transcript"}),
    Scope.WITHDRAW: frozenset({"intake.view_document", "retention.withdraw_consent"}),
    Scope.DISPOSALS: frozenset({"retention.view_disposals"}),
    Scope.RECORD: frozenset(
        {"intake.view_document", "preservation.view_record", "preservation.view_evidence"}
    ),
}


def let_through(scopes: list[str]) -> frozenset[str]:
    """Every permission that some scopes let through together."""
    return frozenset().union(*(LETS_THROUGH[Scope(scope)] for scope in scopes))
