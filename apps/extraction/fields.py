"""A field as it was found on a page, or as missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from apps.base.types import Box
from apps.extraction.engines import Glyph


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


@dataclass(frozen=True, slots=True)
class Missing:
    """A wanted field without a value."""

    name: str
    page: int  # from 1
    box: Box | None = None  # where the value should stand, if that can be said
    label: Box | None = None  # of the printed label
