"""How often somebody may pass a slit on without saying why."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from apps.review.rules import Verdict

FREE = 2  # skips without a reason
LOOKED_BACK = 10  # answers they are counted in, so that nobody picks the easy ones


class SkipReason(StrEnum):
    """Why a slit is left to somebody else: the words of the dialog, in its order."""

    UNSURE = "unsure"
    KNOWN = "known"  # to whoever reads: it is about somebody they know
    LANGUAGE = "language"
    LATER = "later"


WORDS: Mapping[SkipReason, str] = {
    SkipReason.UNSURE: "I can't make up my mind",
    SkipReason.KNOWN: "I know whom it is about",
    SkipReason.LANGUAGE: "I don't know the language",
    SkipReason.LATER: "Another reason",
}


def needs_reason(recent: Sequence[Verdict]) -> bool:
    """Whether the next skip must say why, given a person's last answers, newest first."""
    return sum(one is Verdict.SKIPPED for one in recent[:LOOKED_BACK]) >= FREE
