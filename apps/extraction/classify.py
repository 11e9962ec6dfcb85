"""Which class a document belongs to, from the words and the shape of its first pages.

The marks of a class stand in its file. What speaks for a class speaks for its kinds as well: a
credit note bears most marks of an invoice, and its own decide between the two.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from math import exp
from statistics import median

from apps.extraction.doctypes import DocType
from apps.extraction.engines import PageText
from apps.extraction.labels import Phrases, Target
from apps.extraction.layout import Row, Span, rows_of
from apps.extraction.lexicon import squeezed
from apps.extraction.mrz import find_zone

# Measured on whole pages and on parts of pages: of guesses surer than this one in a hundred is
# wrong, of less sure ones every second.
SURE_ENOUGH = 0.8  # confidence from which nobody is asked which class a document belongs to
PAGES = 3  # what a document is it says early
HEAD = 0.25  # fraction of the page height; a mark up there says more
IN_HEAD = 1.4  # times its weight
LARGE = 1.35  # times the usual height of a row; a title is printed large
IN_LARGE = 1.5  # times the weight of a mark in such a row
MOST_MARKS = 14.0  # natural log; more marks of a class do not make it surer
LONG_LINE = 60  # characters; prose has many such lines
SHORT_CELL = 25  # characters
NARROW = 1.7  # height to width of a strip of paper
KEY = re.compile(r"[A-Za-z\u00c0-\u024f)#]\s?[:\uff1a]")
# A row that ends in a price: with cents, or whole with the sign of a currency before it.
PRICE = re.compile(r"(?:\d[.,]\d{2}\s*-?[A-Z]{0,3}|(?:[€$£₹]|\b(?:RM|Rs))\.?\s?\d[\d.,]*)$")


class Decider(StrEnum):
    """Who said which class a document belongs to."""

    SENDER = "sender"
    MACHINE = "machine"
    PERSON = "person"  # a reviewer, from a slit of the header


@dataclass(frozen=True, slots=True)
class Guess:
    """The class a document most likely belongs to."""

    doctype: DocType
    confidence: float  # 0 to 1
    ranked: Sequence[str] = ()  # names of all classes, likeliest first; empty: it was said

    @property
    def is_sure(self) -> bool:
        return self.confidence >= SURE_ENOUGH


def classify(pages: Sequence[PageText], doctypes: Iterable[DocType]) -> Guess:
    """The likeliest class. Each mark counts once, however often it is printed.

    The confidence is the share of the odds of all classes, so it is a probability as far as the
    weights of marks are logarithms of odds, which is how they were set.

    Raises:
        ValueError: there are no classes.
    """
    known = tuple(doctypes)
    first = pages[:PAGES]
    rows = [row for page in first for row in rows_of(page)]
    marks = _marks(rows, known)
    signals = _signals(first, rows)
    scores = {doctype.name: _score(doctype, marks, signals) for doctype in known}
    for doctype in known:
        scores[doctype.name] += scores.get(doctype.kind_of, 0.0)
    if not known:
        raise ValueError("There are no classes to choose from.")
    ranked = sorted(known, key=lambda doctype: -scores[doctype.name])
    share = exp(scores[ranked[0].name]) / sum(exp(score) for score in scores.values())
    return Guess(ranked[0], share, [doctype.name for doctype in ranked])


def _score(
    doctype: DocType, marks: Mapping[tuple[str, str], float], signals: Mapping[str, float]
) -> float:
    """How much speaks for a class on its own, natural log."""
    said = sum(weight for (name, _), weight in marks.items() if name == doctype.name)
    seen = sum(weight * signals[name] for name, weight in doctype.signals.items())
    return doctype.base + min(said, MOST_MARKS) + seen


def _marks(rows: Sequence[Row], doctypes: tuple[DocType, ...]) -> dict[tuple[str, str], float]:
    """The marks that stand on the rows, by class and phrase as printed, with their weights."""
    usual = median(row.box.height for row in rows) if rows else 0.0
    found: dict[tuple[str, str], float] = {}
    for row in rows:
        for hit in _phrases(doctypes).find(row):
            stress = _stress(hit.span, usual)
            for name, weight in hit.targets:
                key = (name, squeezed(hit.span.text))
                found[key] = max(weight * stress, found.get(key, weight * stress))
    return found


def _stress(span: Span, usual: float) -> float:
    """How much more a mark says where it stands; `usual` is the height of rows."""
    stress = IN_HEAD if span.box.top < HEAD else 1.0
    return stress * (IN_LARGE if span.box.height > LARGE * usual else 1.0)


def _signals(pages: Sequence[PageText], rows: Sequence[Row]) -> dict[str, float]:
    """What the shape of the pages tells, as named in the class files."""
    strips = sum(page.height > NARROW * page.width for page in pages)
    return {
        "zone": float(find_zone(pages) is not None),
        "narrow": strips / max(1, len(pages)),
        "keys": min(12.0, sum(len(KEY.findall(row.plain)) for row in rows)),
        "prices": min(10.0, sum(bool(PRICE.search(row.plain)) for row in rows)),
        "short": min(25.0, sum(_is_short(cell.plain) for row in rows for cell in row.cells)),
        "prose": min(15.0, sum(len(row.text) > LONG_LINE and "\t" not in row.text for row in rows)),
    }


def _is_short(text: str) -> bool:
    """Whether a cell may be the printed key of a form: a few letters, no digits."""
    return 2 < len(text) <= SHORT_CELL and not any(sign.isdigit() for sign in text)


@cache
def _phrases(doctypes: tuple[DocType, ...]) -> Phrases:
    targets: dict[str, list[Target]] = {}
    for doctype in doctypes:
        for phrase, weight in doctype.marks.items():
            targets.setdefault(phrase, []).append(Target(doctype.name, weight))
    return Phrases(targets)
