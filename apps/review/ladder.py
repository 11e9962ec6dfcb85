"""The ladder of context: how much of a page a person may see, and on which terms.

Every task shows a slit. Each step further takes a right of its own and a reason, ends by itself
and is recorded before anything leaves. A person takes some an hour alone; beyond that, and for
the page always, a lead is asked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from apps.audit.tags import Tag

HOUR = timedelta(hours=1)


class Step(StrEnum):
    """How much is shown, from least to most."""

    SLIT = "slit"
    WIDER = "wider"  # some room around the slit; other words stay closed
    LINE = "line"
    PAGE = "page"


class Why(StrEnum):
    """Why a person needs more than the slit: the words of the dialog, in its order."""

    WHICH_FIELD = "which field"
    WHERE_IT_ENDS = "where it ends"
    UNIT = "unit"
    STRUCK_OUT = "struck out"


WORDS: Mapping[Why, str] = {
    Why.WHICH_FIELD: "Which of two fields this is",
    Why.WHERE_IT_ENDS: "Where the word begins or ends",
    Why.UNIT: "Currency or unit",
    Why.STRUCK_OUT: "Whether it was struck out",
}


class State(StrEnum):
    """Where a grant stands."""

    ASKED = "asked"  # of a lead
    GIVEN = "given"  # may be looked at
    OPENED = "opened"  # given by a lead, and shown: that happens once
    DECLINED = "declined"
    LAPSED = "lapsed"  # its task went on before it was answered or opened


MOVES: dict[State, frozenset[State]] = {
    State.ASKED: frozenset({State.GIVEN, State.DECLINED, State.LAPSED}),
    State.GIVEN: frozenset({State.OPENED, State.LAPSED}),
    State.OPENED: frozenset(),
    State.DECLINED: frozenset(),
    State.LAPSED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Rung:
    """The terms of one step beyond the slit."""

    step: Step
    title: str
    note: str
    seconds: int  # on screen, each time
    alone: int  # times an hour without a lead
    given: Tag
    delivered: Tag

    @property
    def permission(self) -> str:
        return f"review.see_{self.step}"


WIDER = Rung(
    Step.WIDER, "Wider slit", "Some room around it. Other words stay grey.",
    seconds=30, alone=60, given=Tag.WIDER_GRANTED, delivered=Tag.WIDER_DELIVERED,
)  # fmt: skip
LINE = Rung(
    Step.LINE, "Line", "From edge to edge. Other lines stay grey.",
    seconds=20, alone=20, given=Tag.LINE_GRANTED, delivered=Tag.LINE_DELIVERED,
)  # fmt: skip
PAGE = Rung(
    Step.PAGE, "Page", "All of it, once.",
    seconds=30, alone=0, given=Tag.PAGE_GRANTED, delivered=Tag.PAGE_DELIVERED,
)  # fmt: skip
RUNGS: Mapping[Step, Rung] = {rung.step: rung for rung in (WIDER, LINE, PAGE)}
# The events any one of which proves that a person saw something of a task.
SEEN = (Tag.CROP_DELIVERED, *(rung.delivered for rung in RUNGS.values()))


def bounded(reported: int, *, before: int, since: datetime, until: datetime) -> int:
    """Milliseconds on screen after one more report.

    A browser says how long; it is believed only as far as the server knows that it can be: from
    the moment the picture left until access to it ended. What was counted stays so, even if the
    server's own clock is put back.
    """
    most = max(0, round((until - since) / timedelta(milliseconds=1)))
    return max(before, min(before + reported, most))
