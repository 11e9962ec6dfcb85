"""Machine-readable zones of passports, visas and identity cards, read from OCR lines.

A zone says where a letter and where a digit must stand, and its check digits tell whether a
number was read right. So what a recogniser confuses (O and 0) is put right by place, and where
the place allows both, by check digit. What was put right is less sure, unless a check digit
confirms it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from statistics import median
from typing import NamedTuple

from apps.extraction.engines import PageText
from apps.extraction.layout import Mark, Span, around, rows_of
from apps.extraction.zones import (
    ALPHABET,
    EITHER,
    FILLER,
    FORMS,
    Form,
    Place,
    as_wanted,
    is_valid,
    whole,
)

# What engines that know other alphabets put for the characters of a zone.
LATIN = str.maketrans(
    "\u00ab\u2039\u3008\u300a\u3001\uff1c({["
    "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7",
    "<<<<<<<<<ABEZHIKMNOPTYX",
)
SHORTEST, LONGEST = 20, 48  # characters of what may be a line
MOST_ODD = 2  # of them that belong to no zone; the places of such are unread
MOST_ADRIFT = 3  # characters a line may lack or have too many, where fillers run
MOST_AT_END = 10  # fillers a line may lack at its end, where engines tire of them
ROOM = 0.6  # times the pitch of a line; three steps so much too long have lost a character
MOST_STRIPS = 40  # of a page that are tried, the lowest; zones stand at the foot
NEAR = 3.0  # heights; lines of a zone are nearer to one another
MOST_SWAPS = 2  # characters of a number that a check digit may put right
DOUBTED = 0.98  # a character surer than this is not put right by check digit, except O and 0
REPAIRED = 0.85  # what is left of the confidence in a character that its place put right
ALIKE = 0.98  # the same for O and 0, which no font of zones tells apart well
CAPPED = 0.995  # no character is surer without a check digit
ODD = 0.5  # nor is one that belongs to no zone


class Sign(NamedTuple):
    """A character of the zone as its place wants it."""

    text: str
    mark: Mark | None  # None for a filler that the engine left out
    wanted: str = "*"  # what may stand here: "9" a digit, "A" a letter, "*" either

    @property
    def confidence(self) -> float:
        """How surely it was read (0 to 1); what its place rules out is no doubt."""
        if self.mark is None:
            return REPAIRED
        if not _belongs(self.text):
            return ODD
        glyph = self.mark.glyph
        sure, read = glyph.confidence, glyph.text.upper().translate(LATIN)
        if self.wanted != "*" and self._means(glyph.other):
            sure += glyph.other_confidence
        sure = min(sure, CAPPED)
        return sure if read == self.text else sure * (ALIKE if self.text in "O0" else REPAIRED)

    def _means(self, other: str) -> bool:
        return as_wanted(other.upper().translate(LATIN), self.wanted) == self.text


def _belongs(text: str) -> bool:
    return text == FILLER or text in ALPHABET


Strip = list[Sign]  # a line of a zone


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone that was found."""

    form: Form
    page: int  # from 1
    lines: Sequence[Strip]
    guessed: bool = False  # its number could be put right in more ways than one
    swaps: int = 0  # characters of its number that were put right

    @property
    def texts(self) -> list[str]:
        return ["".join(sign.text for sign in line) for line in self.lines]

    @property
    def added(self) -> int:
        """How many fillers stand for what the engine left out."""
        return sum(sign.mark is None for line in self.lines for sign in line)

    def signs(self, place: Place) -> Strip:
        return self.lines[place.line][place.start : place.end]

    def place(self, name: str) -> Place | None:
        """Where a field stands; None if the form has no such field."""
        return whole(self.form, name, self.texts) if name in self.form.fields else None

    def text(self, name: str) -> str:
        """A field as it stands in the zone; empty if the form has no such field."""
        place = self.place(name)
        return "".join(sign.text for sign in self.signs(place)) if place else ""

    def checked(self) -> dict[str, bool]:
        """Each check digit by name, and whether it is right."""
        return {name: is_valid(check, self.texts) for name, check in self.form.checks.items()}


def find_zone(pages: Sequence[PageText]) -> Zone | None:
    """The zone of a document: of several, that with most check digits right and least added."""
    zones = [zone for page in pages for zone in _zones(page)]
    return max(zones, key=lambda zone: (sum(zone.checked().values()), -zone.added), default=None)


def _zones(page: PageText) -> Iterator[Zone]:
    strips = list(_strips(page))[-MOST_STRIPS:]
    for form in FORMS:
        for start in range(len(strips) - form.lines + 1):
            window = strips[start : start + form.lines]
            lines = [_fitted(strip, form.length) for strip in window]
            if all(lines) and _together(window):
                zone = Zone(
                    form, page.number, [_placed(form, at, one) for at, one in enumerate(lines)]
                )
                if _is_plausible(zone):
                    yield _put_right(zone)


def _strips(page: PageText) -> Iterator[Strip]:
    """Runs of text that may be a line of a zone, top to bottom."""
    for row in rows_of(page):
        cells = [_strip(cell) for cell in row.cells]
        found = [strip for strip in cells if _is_zone_like(strip)]
        whole = _strip(row.whole)
        if not found and _is_zone_like(whole):
            found = [whole]
        yield from found


def _strip(span: Span) -> Strip:
    return [
        Sign(sign, mark)
        for mark in span.marks
        for sign in mark.glyph.text.upper().translate(LATIN)[:1]
    ]


def _is_zone_like(strip: Strip) -> bool:
    small = sum(bool(sign.mark and sign.mark.glyph.text.islower()) for sign in strip)
    odd = sum(not _belongs(sign.text) for sign in strip)
    return SHORTEST <= len(strip) <= LONGEST and odd <= MOST_ODD and small <= len(strip) / 10


def _together(window: Sequence[Strip]) -> bool:
    """Whether lines stand close under one another."""
    boxes = [around([sign.mark for sign in strip if sign.mark]) for strip in window]
    return all(
        0 < lower.middle[1] - upper.middle[1] < NEAR * upper.height
        and lower.left < upper.right
        and upper.left < lower.right
        for upper, lower in pairwise(boxes)
    )


def _fitted(strip: Strip, length: int) -> Strip:
    """The line with fillers added or dropped where they run; empty if it does not fit.

    Where the characters stand so far apart that one was not read, the filler shows its place.
    """
    if len(strip) < length:
        roomy = _with_unread(strip)
        strip = roomy if len(roomy) <= length else strip
    adrift = length - len(strip)
    if not adrift:
        return strip
    start, end = _longest_run(strip)
    most = MOST_AT_END if end == len(strip) else MOST_ADRIFT
    if not -MOST_ADRIFT <= adrift <= most or end - start < 2 - min(0, adrift):
        return []
    if adrift > 0:
        return [*strip[:end], *[Sign(FILLER, None)] * adrift, *strip[end:]]
    return [*strip[: end + adrift], *strip[end:]]


def _with_unread(strip: Strip) -> Strip:
    """The line with a filler for each character that its neighbours leave room for."""
    middles = [(sign.mark.glyph.left + sign.mark.glyph.right) / 2 for sign in strip if sign.mark]
    steps = [after - before for before, after in pairwise(middles)]
    pitch = median(steps) if steps else 0.0
    found = strip[:1]
    for sign, missing in zip(strip[1:], _missing(steps, pitch), strict=True):
        found.extend([Sign(FILLER, None)] * missing)
        found.append(sign)
    return found


def _missing(steps: Sequence[float], pitch: float) -> Iterator[int]:
    """How many characters are missing at each step from one to the next.

    Engines spread what is too wide over the steps beside it, so three are looked at together.
    """
    padded = [pitch, *steps, pitch]
    for before, step, after in zip(padded, steps, padded[2:], strict=False):
        excess = (before + step + after) / pitch - 3 if pitch > 0 else 0.0
        widest = before <= step > after
        yield max(1, round(excess)) if widest and excess > ROOM else 0


def _longest_run(strip: Strip) -> tuple[int, int]:
    """Where the most fillers stand in a row; the last of equals."""
    text = "".join(sign.text for sign in strip)
    runs = [match.span() for match in re.finditer(f"{FILLER}+", text)]
    return max(runs, key=lambda run: (run[1] - run[0], run[0]), default=(0, 0))


def _placed(form: Form, line: int, strip: Strip) -> Strip:
    """The line with letters and digits as their places want them."""
    wanted = [form.wants(line, at) for at in range(len(strip))]
    return [
        Sign(as_wanted(sign.text, kind), sign.mark, kind)
        for sign, kind in zip(strip, wanted, strict=True)
    ]


def _is_plausible(zone: Zone) -> bool:
    """Whether the zone begins as its form does and two of its numbers make sense."""
    begins = zone.texts[0].startswith(tuple(zone.form.first)) and zone.text("issuer")[0].isalpha()
    dates = filter(None, (zone.text(name) for name in ("dob", "expiry")))
    sense = sum(zone.checked().values()) + all(re.fullmatch(r"[\d<]{6}", one) for one in dates)
    return begins and zone.text("sex") in "MFX<" and sense > 1


def _put_right(zone: Zone) -> Zone:
    """The zone with a number whose check digit fails put right, if there is a way to do it."""
    if zone.checked()["number"]:
        return zone
    place = zone.form.fields["number"]
    ways = [_with_number(zone, number, swaps) for number, swaps in _swapped(zone.signs(place))]
    fitting = [way for way in ways if way.checked()["number"]]
    proved = [way for way in fitting if way.checked().get("composite")]
    best = [*proved, *fitting, zone][0]
    return replace(best, guessed=len(proved or fitting) > 1)


def _with_number(zone: Zone, number: Strip, swaps: int) -> Zone:
    line, start, end = zone.form.fields["number"]
    lines = list(zone.lines)
    lines[line] = [*lines[line][:start], *number, *lines[line][end:]]
    return replace(zone, lines=lines, swaps=swaps)


def _swapped(number: Strip) -> Iterator[tuple[Strip, int]]:
    """The number with one, then two doubtful characters exchanged, and how many they are."""
    lettered = any(sign.text.isalpha() for sign in number)
    places = [at for at, sign in enumerate(number) if _is_doubtful(sign, lettered)]
    for count in range(1, MOST_SWAPS + 1):
        for chosen in combinations(places, count):
            signs = [
                Sign(EITHER[sign.text], sign.mark) if at in chosen else sign
                for at, sign in enumerate(number)
            ]
            yield signs, count


def _is_doubtful(sign: Sign, lettered: bool) -> bool:
    """Whether a character may be what it looks like; a lone letter among digits is the rarer."""
    if sign.text not in EITHER or (sign.text.isdigit() and not lettered):
        return False
    return sign.text in "O0" or bool(sign.mark and sign.mark.glyph.confidence < DOUBTED)
