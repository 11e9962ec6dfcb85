"""When a person must look, and what states a task goes through."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from enum import IntEnum, StrEnum

from apps.extraction.doctypes import FieldRule

LOTS = 2**64  # as many as eight bytes can tell apart
PROMISE = timedelta(hours=4)  # within which a task is decided, unless a practice says otherwise


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


class Turn(IntEnum):
    """Whose turn at a field a task is."""

    FIRST = 1
    SECOND = 2  # by somebody else, who sees neither suggestion nor first answer
    THIRD = 3  # where the two differ: by somebody else again, who sees both answers


class Verdict(StrEnum):
    """What a person may say of a task."""

    ACCEPTED = "accepted"  # the suggestion as it stands
    CORRECTED = "corrected"
    BLANK = "blank"  # nothing is written there
    UNREADABLE = "unreadable"
    SKIPPED = "skipped"
    UNDONE = "undone"  # takes back the verdict before it


PASSING_ON = frozenset({Verdict.SKIPPED, Verdict.UNREADABLE})
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


class CorrectionReason(StrEnum):
    """Why somebody takes a word of theirs back after it was final."""

    SLIP = "slip"  # of the finger
    MISREAD = "misread"
    WRONG_FIELD = "wrong field"


class PauseReason(StrEnum):
    """Why a person's reviewing rests."""

    KNOWN_ANSWERS = "known answers"  # too many missed
    LEAD = "lead"  # a lead said so


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


def needs_two(rule: FieldRule, normalised: str) -> bool:
    """Whether two people must agree on a value of a field.

    Where a limit is set, one is enough for an amount below it, and to say that there is none.
    """
    if rule.readers == 1 or rule.one_reader_below is None:
        return rule.readers > 1
    if not normalised:
        return False
    try:
        return abs(Decimal(normalised)) >= Decimal(str(rule.one_reader_below))
    except InvalidOperation:  # no amount at all
        return True


@dataclass(frozen=True, slots=True)
class Stands:
    """A turn at a field, as far as it decides which one counts."""

    turn: Turn
    state: State


def governing(turns: Sequence[Stands]) -> int | None:
    """The place of the turn that says how a field stands; None if nobody was asked.

    While one is undecided the field waits for it; one that was withdrawn leaves it undecided. Of
    turns that are all over the third counts, or the first, with which the second agrees.
    """
    for states in ((State.OPEN, State.DECIDED), (State.WITHDRAWN,)):
        for at, one in enumerate(turns):
            if one.state in states:
                return at
    by_turn = {one.turn: at for at, one in enumerate(turns)}
    return by_turn.get(Turn.THIRD, by_turn.get(Turn.FIRST))
