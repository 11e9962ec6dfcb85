"""The text layer as a witness: what the file says is written where the engine saw a value.

Only what is seen counts for a value, and only where it says the same. What is not seen never counts
for one; where it says something else than the page, or brings a value of its own, a person looks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from apps.base.types import Box
from apps.extraction.engines import Glyph, Line, PageText, Word
from apps.extraction.fields import Flag, Found, Second
from apps.extraction.layers import Layer, Look, Told
from apps.extraction.layout import Row, rows_of
from apps.extraction.typed import normalise
from apps.extraction.values import Habits, Kind
from apps.extraction.values.habits import judge
from apps.extraction.values.reading import READERS, readings
from apps.extraction.witnesses.alike import says_something, stands_in
from apps.extraction.witnesses.testimony import Testimony

SURE = 0.995  # how often a word that is seen, and read alike by the engine, is the word
HALF = 0.5  # of a character's width; a word must reach so far into a value's place
MOST_UNSEEN = 2_000  # words of a page that are given the benefit of the doubt
LEAST_HIDDEN = 3  # letters and digits, in one word, that make hidden text
# Kinds whose values can be told from other words wherever they stand.
TELLING = frozenset({Kind.AMOUNT, Kind.DATE, Kind.IBAN, Kind.BIC, Kind.VAT_ID})


@dataclass(frozen=True, eq=False)
class Layers:
    """The text layers of a document beside what the engine read on the same pages."""

    layers: Sequence[Layer]
    pages: Sequence[PageText]

    def testify(self, found: Found, kind: Kind) -> Iterator[Testimony]:
        """What the layer of a field's page says of its value."""
        told = self.told.get(found.page, ())
        yield from _seen(found, kind, told, self.habits)
        if _hides_another(found, kind, told) or kind in self._brought:
            yield Testimony(Second.NONE, Flag.HIDDEN)

    @cached_property
    def told(self) -> Mapping[int, Sequence[Told]]:
        """Words of the layers by page, where they stand upright.

        Of a page that was laid straight they no longer stand where the engine read.
        """
        turned = {page.number: page.turned for page in self.pages}
        leaning = {page.number for page in self.pages if page.skew}
        return {
            one.page: one.words(turned=turned.get(one.page, 0))
            for one in self.layers
            if one.page not in leaning
        }

    @cached_property
    def hidden(self) -> Mapping[int, Sequence[Told]]:
        """Words that are not seen, and stand where the engine read nothing either.

        A scanner lays its own reading invisibly over the picture; such an echo hides nothing.
        """
        read = {page.number: page for page in self.pages}
        return {
            page: found
            for page, told in self.told.items()
            if (found := list(_not_echoed(told, read.get(page))))
        }

    @cached_property
    def habits(self) -> Habits:
        return judge(self._rows)

    @cached_property
    def _rows(self) -> Sequence[Row]:
        return [row for page in self.pages for row in rows_of(page)]

    @cached_property
    def _brought(self) -> frozenset[Kind]:
        """Kinds of which hidden text, wherever it is, has a value that the pages do not show."""
        pages = [_page(page, told) for page, told in self.hidden.items()]
        rows = [row for page in pages for row in rows_of(page)]
        hidden = {kind: _values(rows, kind, self.habits) for kind in TELLING if rows}
        return frozenset(
            kind
            for kind, values in hidden.items()
            if values and values - _values(self._rows, kind, self.habits)
        )


def _seen(found: Found, kind: Kind, told: Sequence[Told], habits: Habits) -> Iterator[Testimony]:
    """Whether what is seen in a value's place is the value. Words not mapped say nothing."""
    here = list(_at(found, told, unseen=False))
    words = [one.text for one in here]
    if any(one.look is Look.UNMAPPED for one in here) or not says_something(words, kind):
        return
    text = " ".join(words)
    if stands_in(found.value, words, kind) or _reads_as(text, kind, habits) == found.normalised:
        yield Testimony(Second.AGREES, None, SURE, of_characters=True)
    else:
        yield Testimony(Second.DIFFERS, Flag.DIFFERS, SURE, of_characters=True, reading=text)


def _reads_as(text: str, kind: Kind, habits: Habits) -> str | None:
    """The normalised form of a text, where kinds have one: 7 May is 7. May."""
    return normalise(text, kind, habits) if kind in READERS else None


def _hides_another(found: Found, kind: Kind, told: Sequence[Told]) -> bool:
    """Whether what is not seen in a value's place says something else than the page."""
    words = [one.text for one in _at(found, told, unseen=True)]
    return says_something(words, kind) and not stands_in(found.value, words, kind)


def _at(found: Found, told: Sequence[Told], *, unseen: bool) -> Iterator[Told]:
    """The words in a value's place, line by line from left to right."""
    character = sum(box.width for box in found.boxes) / max(1, len(found.value))
    for line in found.boxes:
        here = [
            one
            for one in told
            if (one.look is Look.UNSEEN) == unseen and _is_in(line, one.box, HALF * character)
        ]
        yield from sorted(here, key=lambda one: one.box.left)


def _is_in(line: Box, word: Box, least: float) -> bool:
    """Whether a word stands in a line and reaches at least so far into it."""
    middle = word.middle[1]
    level = line.top < middle < line.bottom or word.top < line.middle[1] < word.bottom
    return level and min(line.right, word.right) - max(line.left, word.left) > min(
        least, word.width / 2
    )


def _is_word(text: str) -> bool:
    return sum(sign.isalnum() for sign in text) >= LEAST_HIDDEN


def _not_echoed(told: Sequence[Told], page: PageText | None) -> Iterator[Told]:
    """Words not seen, in whose middle no word was read and that lie on no word's middle."""
    boxes = [word.box for word in page.words] if page else []
    left, top, right, bottom = np.array([_edges(box) for box in boxes]).reshape(-1, 4).T
    across, down = (left + right) / 2, (top + bottom) / 2
    unseen = [one for one in told if one.look is Look.UNSEEN and _is_word(one.text)]
    yield from unseen[MOST_UNSEEN:]
    for one in unseen[:MOST_UNSEEN]:
        (x, y), (west, north, east, south) = one.box.middle, _edges(one.box)
        within = (left <= x) & (x <= right) & (top <= y) & (y <= bottom)
        around = (west <= across) & (across <= east) & (north <= down) & (down <= south)
        if not (within | around).any():
            yield one


def _edges(box: Box) -> tuple[float, float, float, float]:
    return box.left, box.top, box.right, box.bottom


def _values(rows: Sequence[Row], kind: Kind, habits: Habits) -> set[str]:
    """What rows hold of a kind, beyond doubt."""
    found = [one for row in rows for one in readings(kind, row, habits)]
    return {one.normalised for one in found if one.trust == 1.0}


def _page(number: int, told: Sequence[Told]) -> PageText:
    """Words of a layer as if an engine had read them."""
    words = [Word(one.text, one.box, 1.0, tuple(_glyphs(one))) for one in told]
    return PageText(number, 1_000, 1_414, 0, [Line([word], word.box) for word in words])


def _glyphs(told: Told) -> Iterator[Glyph]:
    width = told.box.width / len(told.text)
    for at, sign in enumerate(told.text):
        left = told.box.left + at * width
        yield Glyph(sign, 1.0, left, min(1.0, left + width))
