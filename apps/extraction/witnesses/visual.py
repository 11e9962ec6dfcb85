"""The print of an identity paper as a witness for its machine-readable zone.

Both say the same of the holder, and the engine reads each by itself. A value that stands anywhere
outside the zone is backed. One that stands nowhere there, while another one is printed beside its
label and surely read, is denied.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import islice, takewhile
from pathlib import Path
from typing import Any

from apps.base.types import Box
from apps.extraction.engines import PageText
from apps.extraction.fields import Flag, Found, Second
from apps.extraction.labels import Hit, Phrases, Target
from apps.extraction.layout import Row, Span, around, below, rows_of
from apps.extraction.lexicon import squeezed, states
from apps.extraction.mrz import Zone, find_zone
from apps.extraction.values import Habits, dates
from apps.extraction.witnesses.testimony import Testimony
from apps.extraction.zones import FILLER

SURE = 0.95  # how often a value that stands in both places is right
WELL_READ = 0.9  # a print whose worst character is less sure than this denies nothing
LEAST_LETTERS = 3  # of a name; shorter ones stand by accident in anything
MOST_HITS = 20  # of a field's labels; a paper that repeats one more often says nothing new
ROOM = 9  # characters of a number in a zone
NEAREST = 2  # cells under a label that may hold its value
NUMBER = re.compile(r"(?=(?:[A-Z]*\d){4})[A-Z0-9]{6,14}")
SPACED = re.compile(r"(?<!\d)(\d\d) (\d\d) (?:19|20)(\d\d)(?!\d)")  # 01 02 1990
ORDERS = (Habits(month_first=False), Habits(month_first=True))
NAMES = ("surname", "given_names")
BESIDE_ONLY = frozenset({"sex"})  # fields whose values are too short to mean anything elsewhere

Forms = Callable[[Span], set[str]]  # what a stretch of print says, as a zone would have it


@dataclass(frozen=True, eq=False)
class Print:
    """What the engine read of a paper outside its zone."""

    pages: Sequence[PageText]

    def testify(self, found: Found) -> Iterator[Testimony]:
        """What the print says of a field of the zone."""
        forms = FORMS.get(found.name)
        if forms is None:
            return
        wanted = _wanted(found)
        beside = list(self._beside(found.name))
        everywhere = [] if found.name in BESIDE_ONLY else [row.whole for row in self.rows]
        if self._is_named(found) or any(wanted in forms(span) for span in (*beside, *everywhere)):
            yield Testimony(Second.AGREES, None, SURE)
        elif any(_denies(span, forms(span)) for span in beside):
            yield Testimony(Second.DIFFERS, Flag.PRINT_DIFFERS, SURE)

    @cached_property
    def rows(self) -> Sequence[Row]:
        """The rows outside the zone."""
        zone = self._zone
        lines = [[sign.mark for sign in line if sign.mark] for line in zone.lines] if zone else []
        boxes = [around(line) for line in lines if line]
        return [
            row
            for page in self.pages
            for row in self._all[page.number]
            if not (zone and page.number == zone.page and any(_is_level(row, box) for box in boxes))
        ]

    @cached_property
    def _zone(self) -> Zone | None:
        return find_zone(self.pages)

    @cached_property
    def _all(self) -> Mapping[int, Sequence[Row]]:
        return {page.number: rows_of(page) for page in self.pages}

    @cached_property
    def _words(self) -> Sequence[Sequence[str]]:
        """All words as a zone would write them: with letters spelt out, and without accents."""
        text = " ".join(row.text for row in self.rows)
        return [_as_zone(text, spelt_out=True), _as_zone(text, spelt_out=False)]

    def _is_named(self, found: Found) -> bool:
        """Whether a name's words stand in a row somewhere; a zone may cut the last one short."""
        names = found.normalised.split()
        if found.name not in NAMES or len("".join(names)) < LEAST_LETTERS:
            return False
        cut = bool(self._zone and not self._zone.text("names").endswith(FILLER))
        return any(_stands_in(names, words, cut=cut) for words in self._words)

    @cached_property
    def _labels(self) -> Mapping[Row, Sequence[Hit]]:
        return {row: list(_phrases().find(row)) for row in self.rows}

    def _beside(self, name: str) -> Iterator[Span]:
        """What follows a field's labels in their cells, and the nearest cells under them."""
        hits = (hit for hits in self._labels.values() for hit in hits)
        mine = (hit for hit in hits if any(target.name == name for target in hit.targets))
        for hit in islice(mine, MOST_HITS):
            row = hit.span.row
            yield Span(row, hit.span.end, row.cell_at(hit.span.start).end).trimmed()
            yield from takewhile(
                self._may_be_value, islice(below(hit.span, self._all[row.page]), NEAREST)
            )

    def _may_be_value(self, cell: Span) -> bool:
        """Whether a cell is neither of the zone nor a label."""
        hits = self._labels.get(cell.row)
        return hits is not None and not any(cell.start <= hit.span.start < cell.end for hit in hits)


def _is_level(row: Row, box: Box) -> bool:
    return box.top < row.box.middle[1] < box.bottom


def _denies(span: Span, forms: set[str]) -> bool:
    """Whether a stretch without the value surely says another one of its kind."""
    sure = min((glyph.confidence for glyph in span.glyphs), default=0.0)
    return bool(forms) and sure >= WELL_READ


def _wanted(found: Found) -> str:
    if found.name in ("dob", "expiry"):
        return found.normalised[2:]
    return squeezed(found.normalised).upper()


def _stands_in(names: Sequence[str], words: Sequence[str], *, cut: bool) -> bool:
    size = len(names)
    for at in range(len(words) - size + 1):
        *whole, last = words[at : at + size]
        if [*whole, last] == [*names] or (
            cut and [*whole] == [*names[:-1]] and last.startswith(names[-1])
        ):
            return True
    return False


def _days(span: Span) -> set[str]:
    """Dates as YY-MM-DD, in both orders of day and month: a zone has no century either."""
    found = {
        reading.normalised[2:]
        for habits in ORDERS
        for reading in dates.find(span.row, habits)
        if span.start <= reading.span.start < span.end
    }
    spaced = SPACED.findall(span.plain)
    return found | {f"{year}-{month}-{day}" for day, month, year in spaced if _is_day(day, month)}


def _is_day(day: str, month: str) -> bool:
    return 1 <= int(day) <= 31 and 1 <= int(month) <= 12


def _numbers(span: Span) -> set[str]:
    """Words with enough digits, and the whole if its groups make one number.

    A zone has room for nine characters of a number, so the first nine of a longer one count too.
    """
    words = [squeezed(word).upper() for word in span.plain.split()]
    numbers = {one for one in (*words, "".join(words)) if NUMBER.fullmatch(one)}
    return numbers | {number[:ROOM] for number in numbers}


def _names(span: Span) -> set[str]:
    """The words as a zone would write them; nothing where there are digits."""
    if any(sign.isdigit() for sign in span.plain):
        return set()
    both = ("".join(_as_zone(span.text, spelt_out=out)) for out in (True, False))
    return {one for one in both if len(one) >= LEAST_LETTERS}


def _sexes(span: Span) -> set[str]:
    words = re.split(r"[\s/|]+", span.plain)
    return {value for word in words if (value := _words_of("sex").get(squeezed(word)))}


def _states(span: Span) -> set[str]:
    """Codes of states: such as stand there, and of those named in words."""
    tokens = {word for word in re.split(r"\W+", span.plain.upper()) if len(word) == LEAST_LETTERS}
    text = " ".join(["", *(squeezed(word) for word in re.split(r"\W+", span.plain)), ""])
    named = {code for name, code in _words_of("states").items() if f" {name} " in text}
    return (tokens & states()) | named


FORMS: Mapping[str, Forms] = {
    "dob": _days,
    "expiry": _days,
    "number": _numbers,
    "surname": _names,
    "given_names": _names,
    "sex": _sexes,
    "nationality": _states,
    "issuer": _states,
}


def _as_zone(text: str, *, spelt_out: bool) -> list[str]:
    """The words of a text in the letters of a zone."""
    upper = text.upper()
    if spelt_out:
        upper = upper.translate(str.maketrans(_printed()["letters"]))
    plain = "".join(
        sign for sign in unicodedata.normalize("NFKD", upper) if not unicodedata.combining(sign)
    )
    letters = re.sub(r"['\u2019.]", "", plain.translate(str.maketrans(_printed()["letters"])))
    return [word for word in re.split(r"[\W_]+", letters) if word]


@cache
def _phrases() -> Phrases:
    labels = _printed()["labels"].items()
    return Phrases({one: [Target(name, 1.0)] for name, many in labels for one in many})


@cache
def _words_of(section: str) -> Mapping[str, str]:
    """Words of a section, squeezed word by word, with what they stand for."""
    return {
        " ".join(squeezed(part) for part in word.split()): value
        for value, words in _printed()[section].items()
        for word in words
    }


@cache
def _printed() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
