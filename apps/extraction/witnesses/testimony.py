"""What one witness says of one field, and what several of them make of its confidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from apps.extraction.confidence import CERTAIN
from apps.extraction.fields import Flag, Found, Second


class Testimony(NamedTuple):
    """What a witness says of a value."""

    second: Second  # NONE where it says nothing of the value itself
    flag: Flag | None = None  # why a person must look
    sure: float = 0.0  # 0 to 1: how often a witness of its kind is right
    of_characters: bool = False  # it knows what is written, not which value is meant
    reading: str = ""  # what it has instead, as printed


def weighed(found: Found, testimonies: Sequence[Testimony]) -> Found:
    """The field with what its witnesses make of it. One that differs outweighs all that agree."""
    if not testimonies:
        return found
    said = {one.second for one in testimonies}
    second = next((one for one in (Second.DIFFERS, Second.AGREES) if one in said), Second.NONE)
    flags = [one.flag for one in testimonies if one.flag]
    readings = [one.reading for one in testimonies if one.reading]
    return replace(
        found,
        confidence=round(_confidence(found, testimonies), 4),
        evidence=replace(found.evidence, second=second),
        flags=tuple(dict.fromkeys([*found.flags, *flags])),
        others=tuple(dict.fromkeys([*readings, *found.others])),
    )


def _confidence(found: Found, testimonies: Sequence[Testimony]) -> float:
    """Bayes, for witnesses that do not know of each other. Calibration knows better, in time."""
    read, confidence = found.evidence.read, found.confidence
    for one in testimonies:
        if one.second is Second.AGREES and one.of_characters and read:
            better = _backed(read, one.sure)
            read, confidence = better, confidence * better / read
        elif one.second is Second.AGREES:
            confidence = _backed(confidence, one.sure)
        elif one.second is Second.DIFFERS:
            confidence = _doubted(confidence, one.sure)
    return min(confidence, max(CERTAIN, found.confidence))


def _backed(right: float, sure: float) -> float:
    """The probability of a value that a second reading gives too: not both are wrong."""
    return max(right, min(CERTAIN, 1 - (1 - right) * (1 - sure)))


def _doubted(right: float, sure: float) -> float:
    """The probability of a value that a second reading denies: one of them is wrong."""
    still = right * (1 - sure)
    return still / (still + 1 - right) if right < 1 else 1 - sure
