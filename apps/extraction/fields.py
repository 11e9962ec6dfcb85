"""A field as it was found on a page, or as missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from apps.base.types import Box
from apps.extraction.engines import Glyph


class Second(StrEnum):
    """What a second reading of the same value says: text layer, embedded data, code, engine."""

    NONE = "none"  # there is none
    AGREES = "agrees"
    DIFFERS = "differs"


class Flag(StrEnum):
    """Why a person must look at a field, however sure the machine is of it; see WORDS."""

    DIFFERS = "differs"  # the text layer or another engine reads something else there
    EMBEDDED_DIFFERS = "embedded differs"  # data embedded in the file say something else
    CODE_DIFFERS = "code differs"  # a payment code on a page says something else
    PRINT_DIFFERS = "print differs"  # an identity paper's print denies its machine-readable zone
    HIDDEN = "hidden"  # the value stands in text that the eye does not see
    INSTRUCTION = "instruction"  # it reads like an order to a machine
    LOOKALIKE = "lookalike"  # letters of several scripts that look alike
    CONTRADICTION = "contradiction"  # sums or dates of the document speak against it
    MALFORMED = "malformed"  # too long, or not of the shape that its kind has


WORDS: Mapping[Flag, str] = {
    Flag.DIFFERS: "Another reading of the same place says something else.",
    Flag.EMBEDDED_DIFFERS: "The file's embedded data say something else.",
    Flag.CODE_DIFFERS: "A payment code on the page says something else.",
    Flag.PRINT_DIFFERS: "The document's print differs from its machine-readable zone.",
    Flag.HIDDEN: "The file holds invisible text that says something else.",
    Flag.INSTRUCTION: "It reads like an order to a machine.",
    Flag.LOOKALIKE: "It mixes letters that only look alike.",
    Flag.CONTRADICTION: "Sums or dates of the document speak against it.",
    Flag.MALFORMED: "It is too long, or not of the form it should have.",
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a value; calibration turns it into one probability."""

    read: float  # 0 to 1: that its characters are read right, by engine and repetition
    chosen: float  # 0 to 1: that it is the value meant, among its rivals
    proved: bool = False  # a sum or check digit comes out with it
    second: Second = Second.NONE


NO_EVIDENCE = Evidence(0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Found:
    """A value of a field."""

    name: str
    value: str  # as printed
    normalised: str
    page: int  # from 1
    box: Box  # exactly the value's own characters
    confidence: float  # 0 to 1: the probability that the normalised value is right
    glyphs: Sequence[Glyph]  # the value's own characters, in order
    boxes: Sequence[Box]  # one for each line of the value
    others: Sequence[str] = ()  # other readings as printed; those that pass the checks first
    checks: Sequence[tuple[str, bool]] = ()  # (name, passed)
    label: Box | None = None  # of the printed label
    evidence: Evidence = NO_EVIDENCE
    flags: Sequence[Flag] = ()

    @property
    def failed(self) -> list[str]:
        """Names of the checks that the value does not pass."""
        return [name for name, passed in self.checks if not passed]


@dataclass(frozen=True, slots=True)
class Missing:
    """A wanted field without a value."""

    name: str
    page: int  # from 1
    box: Box | None = None  # where the value should stand, if that can be said
    label: Box | None = None  # of the printed label
