"""When a person must look, and what states a task goes through."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

LOTS = 2**64  # as many as eight bytes can tell apart


class Reason(StrEnum):
    """Why something is put before a person."""

    UNSURE_CLASS = "unsure class"  # not a field: which class the document belongs to
    MISSING = "missing"  # required, and not found
    FLAGGED = "flagged"  # something speaks against handing it on unseen; see `fields.Flag`
    CHECK_FAILED = "check failed"
    LOW_CONFIDENCE = "low confidence"
    AUDIT = "audit"  # accepted, and drawn by lot to see whether that was right


class State(StrEnum):
    OPEN = "open"
    DECIDED = "decided"  # can still be taken back
    SEALED = "sealed"  # final; the crop is gone
    WITHDRAWN = "withdrawn"  # consent taken back, or the document deleted


MOVES: dict[State, frozenset[State]] = {
    State.OPEN: frozenset({State.DECIDED, State.WITHDRAWN}),
    State.DECIDED: frozenset({State.OPEN, State.SEALED, State.WITHDRAWN}),
    State.SEALED: frozenset(),
    State.WITHDRAWN: frozenset(),
}


class Verdict(StrEnum):
    """What a person may say of a task."""

    ACCEPTED = "accepted"  # the suggestion as it stands
    CORRECTED = "corrected"
    BLANK = "blank"  # nothing is written there
    UNREADABLE = "unreadable"
    SKIPPED = "skipped"
    UNDONE = "undone"  # takes back the verdict before it


DECIDING = frozenset({Verdict.ACCEPTED, Verdict.CORRECTED, Verdict.BLANK, Verdict.UNREADABLE})


class Trouble(StrEnum):
    """Why something cannot be read: the words of the dialog, in its order."""

    BLURRED = "blurred"
    BLANK = "blank"
    OTHER_FIELD = "other field"
    SCRIPT = "script"
    NOT_SAID = "not said"  # the header does not tell the class


OF_A_CLASS = frozenset({Trouble.BLURRED, Trouble.NOT_SAID, Trouble.SCRIPT})
OF_A_FIELD = frozenset(Trouble) - {Trouble.NOT_SAID}


@dataclass(frozen=True, slots=True)
class Judged:
    """What is known of a field, as far as it decides whether a person looks."""

    found: bool
    required: bool
    confidence: float  # 0 to 1
    threshold: float  # 0 to 1
    failed: Sequence[str]  # names of checks that the value does not pass
    flags: Sequence[str] = ()  # why a person must look, however sure the machine is


def needs_eyes(field: Judged) -> Reason | None:
    """Why a person must look, or None if nobody need.

    A field that is neither found nor required is simply not on the paper.
    """
    if not field.found:
        return Reason.MISSING if field.required else None
    if field.flags:
        return Reason.FLAGGED
    if field.failed:
        return Reason.CHECK_FAILED
    return Reason.LOW_CONFIDENCE if field.confidence < field.threshold else None


def is_drawn(digest: bytes, share: float) -> bool:
    """Whether a lot falls into a share, given the keyed digest of what it is drawn for.

    The same digest always falls alike, and what falls into a share falls into a larger one.
    """
    return int.from_bytes(digest[:8]) < share * LOTS


def shown(reason: Reason) -> Reason:
    """What a reviewer is told. Who knew that a value was accepted would look less closely."""
    return Reason.LOW_CONFIDENCE if reason is Reason.AUDIT else reason
