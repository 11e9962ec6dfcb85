"""The keys of the station as its help shows them; what they do is told to the browser's modules.

Letters are a person's own to change, the rest stays.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Key(NamedTuple):
    """Keys that do one thing."""

    caps: Sequence[str]
    does: str


class Letter(NamedTuple):
    """A command and its usual letter."""

    command: str
    cap: str
    does: str


@dataclass(frozen=True, slots=True)
class Table:
    """What keys do in one situation."""

    title: str
    keys: Sequence[Key]


LOOKING = Table(
    "While looking",
    [
        Key(["Enter"], "Accept what is shown"),
        Key(["Tab"], "Correct the next doubtful character"),
        Key(["0–9"], "Overwrite the first doubtful character"),
        Key(["↑", "↓"], "Try another reading"),
        Key(["1–9", "A–Y"], "Choose the kind with that key; 0 is none of these"),
        Key(["?"], "Show these keys"),
    ],
)
TYPING = Table(
    "While typing",
    [
        Key(["Enter"], "Submit"),
        Key(["Tab"], "Next doubtful character, then the buttons"),
        Key(["Shift Tab"], "Previous one, then out"),
        Key(["↑", "↓"], "Try another reading"),
        Key(["Esc"], "Put the suggestion back and look again"),
    ],
)
GRID = Table(
    "In the grid",
    [
        Key(["Tab", "↓", "↑"], "Next cell, row"),
        Key(["Enter"], "Confirm and next"),
        Key(["Ctrl Enter"], "Confirm the rest"),
        Key(["Esc"], "Set aside for one-by-one"),
    ],
)
DIGITS = Table(
    "With digits",
    [
        Key(["←", "→", "↑", "↓"], "Next digit, row"),
        Key(["Space"], "Pick an odd one, or leave it"),
        Key(["Ctrl Enter"], "All others are as read"),
    ],
)
TABLES: Mapping[str, Sequence[Table]] = {
    "one": [LOOKING, TYPING],
    "grid": [GRID],
    "digits": [DIGITS],
}
LETTERS: Sequence[Letter] = [
    Letter("retype", "R", "Type it from scratch"),
    Letter("unreadable", "E", "Can't read it"),
    Letter("blank", "N", "Nothing is written there"),
    Letter("skip", "S", "Skip, someone else decides"),
    Letter("undo", "U", "Undo the last decision"),
    Letter("zoom", "Z", "Zoom: fit, closer, doubtful character"),
    Letter("wider", "W", "Show more around it, with a reason"),
    Letter("pause", "P", "Pause: hides the slit, keeps your place"),
    Letter("grid", "G", "Grid: one field of many documents"),
    Letter("digits", "D", "Digits: alike characters together"),
]
