"""A second engine reads the values that cost most when they are wrong: money, and who somebody is.

It never sees a page. The boxes of those values are cut out and laid under one another on a slip of
paper, which it reads as it reads anything; what stands in a strip is its reading of that value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from apps.base.types import Box
from apps.extraction.doctypes import DocType, FieldRule
from apps.extraction.engines import PageText, Pixels
from apps.extraction.fields import Flag, Found, Missing, Second
from apps.extraction.typed import normalise
from apps.extraction.values import Habits, Kind

KINDS = frozenset({Kind.AMOUNT, Kind.IBAN, Kind.BIC, Kind.VAT_ID, Kind.MRZ})
AROUND = 0.25  # heights of a value that are shown around it; more would show its neighbours
MARGIN = 32  # pixels between strips and at the edges
SMALLEST = 320  # pixels; engines find nothing on smaller pages
WHITE = 255
KEPT = frozenset(".,-<")  # signs that mean something within a value

Verdicts = Mapping[str, Second]  # by field
Again = Callable[[Sequence[Found | Missing], DocType, Habits], Verdicts]


@dataclass(frozen=True, slots=True)
class Slip:
    """Values of one page under one another."""

    pixels: Pixels
    strips: Sequence[tuple[str, float, float]]  # field, upper and lower edge as fractions


def asked_of(fields: Sequence[Found | Missing], doctype: DocType) -> list[Found]:
    """The fields that are read a second time."""
    found = [one for one in fields if isinstance(one, Found)]
    return [one for one in found if _matters(doctype.rule(one.name), doctype)]


def slip(page: Pixels, fields: Sequence[Found]) -> Slip:
    """The values of one page, cut out and laid under one another."""
    cut = [(one.name, _crop(page, box)) for one in fields for box in one.boxes]
    width = max(SMALLEST, *(crop.shape[1] + 2 * MARGIN for _, crop in cut))
    height = max(SMALLEST, sum(crop.shape[0] + MARGIN for _, crop in cut) + MARGIN)
    paper = np.full((height, width, 3), WHITE, np.uint8)
    strips, top = [], MARGIN
    for name, crop in cut:
        bottom = top + crop.shape[0]
        paper[top:bottom, MARGIN : MARGIN + crop.shape[1]] = crop
        strips.append((name, (top - MARGIN / 2) / height, (bottom + MARGIN / 2) / height))
        top = bottom + MARGIN
    return Slip(paper, strips)


def readings(slip: Slip, read: PageText) -> dict[str, str]:
    """What was read in the strips of each field; nothing if the slip was taken to lie wrong."""
    said: dict[str, str] = {}
    if read.turned or read.skew:
        return said
    for name, top, bottom in slip.strips:
        within = [word for word in read.words if top <= word.box.middle[1] < bottom]
        words = " ".join(word.text for word in sorted(within, key=lambda word: word.box.left))
        said[name] = f"{said.get(name, '')} {words}".strip()
    return said


def verdict(found: Found, text: str, rule: FieldRule, habits: Habits) -> Second:
    """Whether a second reading says the same; having read nothing says nothing."""
    if not _squeezed(text):
        return Second.NONE
    same = _squeezed(text) == _squeezed(found.value)
    same = same or normalise(text, rule.type, habits) == found.normalised
    return Second.AGREES if same else Second.DIFFERS


def told(fields: Sequence[Found | Missing], verdicts: Verdicts) -> list[Found | Missing]:
    """The fields with what the second engine says of each, beside what was said before."""
    return [_told(one, verdicts.get(one.name, Second.NONE)) for one in fields]


def _told(one: Found | Missing, said: Second) -> Found | Missing:
    if isinstance(one, Missing) or said is Second.NONE:
        return one
    if said is Second.DIFFERS:
        flags = one.flags if Flag.DIFFERS in one.flags else (*one.flags, Flag.DIFFERS)
        return replace(one, evidence=replace(one.evidence, second=said), flags=flags)
    if one.evidence.second is Second.DIFFERS:  # one witness that differs is enough
        return one
    return replace(one, evidence=replace(one.evidence, second=said))


def _matters(rule: FieldRule, doctype: DocType) -> bool:
    return rule.type in KINDS or doctype.reader == "mrz"


def _crop(page: Pixels, box: Box) -> Pixels:
    height, width = page.shape[:2]
    around = AROUND * box.height * height
    top, bottom = max(0, int(box.top * height - around)), int(box.bottom * height + around) + 1
    left, right = max(0, int(box.left * width - around)), int(box.right * width + around) + 1
    return page[top:bottom, left:right]


def _squeezed(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum() or sign in KEPT)
