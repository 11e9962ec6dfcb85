"""The forms of machine-readable zones: what stands where, and which digits check what.

Source: ICAO Doc 9303, parts 3 to 7 (8th edition, 2021); for the French card of 1988 to 2021, which
is none of these, the arrêté of 28 January 1987.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

FILLER = "<"
WEIGHTS = (7, 3, 1)
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# What recognisers confuse; by place in the zone it is known which of the two is meant.
AS_DIGIT = dict(zip("OQDUILZSBGT", "00001125867", strict=True))
AS_LETTER = dict(zip("01258647", "OIZSBGAT", strict=True))
EITHER = dict(zip("O0I1S5B8Z2G6Q", "0O1I5S8B2Z6G0", strict=True))


class Place(NamedTuple):
    """A stretch of a line of the zone, up to, not including, `end`."""

    line: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Check:
    """A check digit and what it covers."""

    digit: Place
    covers: Sequence[Place]
    room: Place | None = None  # where a number too long for its place goes on, with its digit


@dataclass(frozen=True, slots=True)
class Form:
    """A form of zone."""

    name: str
    lines: int
    length: int
    first: Sequence[str]  # what the zone may begin with
    fields: Mapping[str, Place]
    checks: Mapping[str, Check]

    def wants(self, line: int, at: int) -> str:
        """What may stand at a place: "9" digit, "A" letter, "*" either; fillers go anywhere."""
        for name, place in self.fields.items():
            if place.line == line and place.start <= at < place.end:
                return "*" if name == "document_code" and at else KINDS.get(name, "A")
        digits = (check.digit for check in self.checks.values())
        return "9" if any(one.line == line and one.start == at for one in digits) else "*"


KINDS = {"number": "*", "dob": "9", "expiry": "9"}


TWO_LINES = {
    "document_code": Place(0, 0, 2),
    "issuer": Place(0, 2, 5),
    "number": Place(1, 0, 9),
    "nationality": Place(1, 10, 13),
    "dob": Place(1, 13, 19),
    "sex": Place(1, 20, 21),
    "expiry": Place(1, 21, 27),
}
TWO_LINES_CHECKED = {
    "number": Check(Place(1, 9, 10), [Place(1, 0, 9)], Place(1, 28, 35)),
    "dob": Check(Place(1, 19, 20), [Place(1, 13, 19)]),
    "expiry": Check(Place(1, 27, 28), [Place(1, 21, 27)]),
}


def _two_lines(name: str, length: int, first: str, *, composite: bool) -> Form:
    """Passports, visas and the larger cards: names above, numbers below."""
    checks = dict(TWO_LINES_CHECKED)
    if composite:
        covers = [Place(1, 0, 10), Place(1, 13, 20), Place(1, 21, length - 1)]
        checks["composite"] = Check(Place(1, length - 1, length), covers)
    return Form(name, 2, length, first, TWO_LINES | {"names": Place(0, 5, length)}, checks)


TD1 = Form(
    "TD1",
    3,
    30,
    "ACI",
    {
        "document_code": Place(0, 0, 2),
        "issuer": Place(0, 2, 5),
        "number": Place(0, 5, 14),
        "dob": Place(1, 0, 6),
        "sex": Place(1, 7, 8),
        "expiry": Place(1, 8, 14),
        "nationality": Place(1, 15, 18),
        "names": Place(2, 0, 30),
    },
    {
        "number": Check(Place(0, 14, 15), [Place(0, 5, 14)], Place(0, 15, 30)),
        "dob": Check(Place(1, 6, 7), [Place(1, 0, 6)]),
        "expiry": Check(Place(1, 14, 15), [Place(1, 8, 14)]),
        "composite": Check(
            Place(1, 29, 30), [Place(0, 5, 30), Place(1, 0, 7), Place(1, 8, 15), Place(1, 18, 29)]
        ),
    },
)
FRENCH = Form(
    "FRA",
    2,
    36,
    ["IDFRA"],
    {
        "document_code": Place(0, 0, 2),
        "issuer": Place(0, 2, 5),
        "nationality": Place(0, 2, 5),  # no other state gives it out, and to nobody else
        "surname": Place(0, 5, 30),
        "number": Place(1, 0, 12),
        "given_names": Place(1, 13, 27),
        "dob": Place(1, 27, 33),
        "sex": Place(1, 34, 35),
    },
    {
        "number": Check(Place(1, 12, 13), [Place(1, 0, 12)]),
        "dob": Check(Place(1, 33, 34), [Place(1, 27, 33)]),
        "composite": Check(Place(1, 35, 36), [Place(0, 0, 36), Place(1, 0, 35)]),
    },
)
FORMS = (
    TD1,
    FRENCH,
    _two_lines("TD3", 44, "P", composite=True),
    _two_lines("MRV-A", 44, "V", composite=False),
    _two_lines("TD2", 36, "ACIP", composite=True),
    _two_lines("MRV-B", 36, "V", composite=False),
)


def check_digit(text: str) -> str:
    """The check digit of a text of letters, digits and fillers; "?" if it holds anything else."""
    total = 0
    for at, sign in enumerate(text):
        if sign != FILLER and sign not in ALPHABET:
            return "?"
        value = 0 if sign == FILLER else ALPHABET.index(sign)
        total += value * WEIGHTS[at % 3]
    return str(total % 10)


def is_valid(check: Check, lines: Sequence[str]) -> bool:
    """Whether a check digit is right. A filler stands for 0 where nothing is covered."""
    covered = "".join(lines[one.line][one.start : one.end] for one in check.covers)
    digit = lines[check.digit.line][check.digit.start]
    if digit != FILLER:
        return digit == check_digit(covered)
    rest = _rest(check, lines)
    return check_digit(covered + rest[:-1]) == rest[-1] if rest else not covered.strip(FILLER)


def whole(form: Form, name: str, lines: Sequence[str]) -> Place:
    """Where a field stands; a number too long for its place ends before its digit farther on."""
    place, check = form.fields[name], form.checks.get(name)
    rest = _rest(check, lines) if check else ""
    if not rest or check is None or check.room is None:
        return place
    return Place(place.line, place.start, check.room.start + len(rest) - 1)


def _rest(check: Check, lines: Sequence[str]) -> str:
    """What of a long number stands after its place, and its check digit; empty if it is short."""
    line, start, end = check.room or Place(0, 0, 0)
    full = FILLER not in lines[check.digit.line][check.covers[0].start : check.covers[0].end]
    goes_on = full and lines[check.digit.line][check.digit.start] == FILLER
    rest = lines[line][start:end].partition(FILLER)[0] if goes_on else ""
    return rest if len(rest) > 1 else ""


def as_wanted(sign: str, wanted: str) -> str:
    """A character as its place wants it: a letter for a digit that looks like it, and back."""
    if wanted == "9":
        return AS_DIGIT.get(sign, sign)
    if wanted == "A":
        return AS_LETTER.get(sign, sign)
    return sign
