"""Why an original is taken, and what people say of one: codes for the trail, words for people."""

from enum import StrEnum


class Why(StrEnum):
    """Why somebody takes a signed original away."""

    COURT = "court"
    AUDIT = "audit"
    PARTNER = "partner"
    CHECK = "check"


REASONS: dict[Why, str] = {
    Why.COURT: "A court or authority asks for it",
    Why.AUDIT: "Audit or tax request",
    Why.PARTNER: "The other party asks for a copy",
    Why.CHECK: "I check the signatures myself",
}


class Said(StrEnum):
    """What a step of an internal workflow came to."""

    APPROVED = "approved"
    REFUSED = "refused"
    NOTED = "noted"


SAYINGS: dict[Said, str] = {
    Said.APPROVED: "Approved",
    Said.REFUSED: "Refused",
    Said.NOTED: "Taken note of",
}

# What of a record may be said to be wrong; its hashes and sizes are facts of the bytes.
STATEMENTS: dict[str, str] = {
    "declared": "Whether it was declared as signed",
    "found": "How it was recognised as signed",
    "sent_by": "Who sent it",
    "channel": "The way it came",
    "received_at": "When it came",
    "pages": "How many pages it has",
}
