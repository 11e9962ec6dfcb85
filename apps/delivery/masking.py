"""What of a value is shown while it is hidden."""

import re
from dataclasses import dataclass
from enum import StrEnum

BAR = "▇▇▇▇"  # stands for what is withheld where there are no pictures
ISO_DATE = re.compile(r"\d{4}-\d\d(-\d\d)?")  # whatever else has four digits may begin with a day


class Mask(StrEnum):
    NONE = "none"  # shown as it is
    ENDS = "ends"  # the first two and last two characters
    START = "start"  # the first three letters of a name
    CENTS = "cents"  # of an amount
    LAST4 = "last4"
    INITIAL = "initial"  # the first letter of a name
    YEAR = "year"  # of a date
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Masked:
    """A value with its middle withheld."""

    before: str = ""
    after: str = ""
    hidden: str = ""  # "s", "m" or "l" for how long the bar is drawn; empty: nothing is hidden

    def __str__(self) -> str:
        return f"{self.before}{BAR if self.hidden else ''}{self.after}"


def mask(value: str, how: Mask) -> Masked:
    """Withhold what the rule says; a value too short to keep a secret is withheld whole."""
    if how is Mask.NONE or not value:
        return Masked(before=value)
    before, after = _kept(value, how)
    if len(value) - len(before) - len(after) < 3:  # one or two hidden characters are guessed
        before = after = ""
    return Masked(before, after, _length(len(value) - len(before) - len(after)))


def _kept(value: str, how: Mask) -> tuple[str, str]:
    match how:
        case Mask.ENDS:
            return value[:2], value[-2:]
        case Mask.START:
            return value[:3], ""
        case Mask.CENTS:
            return ("", value[-3:]) if value[-3:-2] in (".", ",") else ("", "")
        case Mask.LAST4:
            return "", value[-4:]
        case Mask.INITIAL:
            return value[:1], ""
        case Mask.YEAR:
            return (value[:4], "") if ISO_DATE.fullmatch(value) else ("", "")
        case _:
            return "", ""


def _length(hidden: int) -> str:
    return "s" if hidden <= 4 else "m" if hidden <= 10 else "l"
