"""Candidates for a field: what stands beside its labels, and what needs no label.

Each candidate carries its odds, the natural logarithm of how much more likely than not it is the
field's value, judged from where it stands; and trust, how surely its characters mean this value.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from math import log

from apps.base.types import Box
from apps.extraction.doctypes import FieldRule
from apps.extraction.labels import Hit
from apps.extraction.layout import Span, below
from apps.extraction.sheet import FAINT, NOBODY, STRONG, Labels, Sheet
from apps.extraction.validators import run
from apps.extraction.values import Kind, Reading

# Natural logs of odds. Where a value stands beside its label:
RIGHT = 1.0  # right of it in the row
BELOW = 0.2  # under it
COLUMN_SUM = 2.0  # under it, the last of several of which it is the sum
ADDEND = -2.0  # one of those
ITEMS = -2.5  # under it, and it heads a column of a table of things sold
MOST_RIGHT = MOST_BELOW = 12  # values of its row, and under it, that a label may announce
BELOW_TOO = -2.0  # under it although something stands right of it
FARTHER = -0.6  # for each value of the kind that stands nearer, or farther right for amounts
ACROSS = -1.5  # a phrase that belongs to nobody stands between
WORDS_BETWEEN = -3.5  # other words stand between a label and a number of a document
ARTICLE = 3  # letters; a label up to this length is but an article, as in "le 3 mai"
TABLE = -1.5  # several values follow one label: a row of a table
BESIDE = 3.2  # it stands in the row of the field that announces it
# What needs no label:
UNCHECKED = -2.0  # a code whose check digits fail
OTHERWISE = -3.0  # a label of something else stands right before it
# What else speaks for or against it:
PASSES, FAILS = 0.3, -1.2  # a check
INSIDE, OUTSIDE = 0.2, -0.8  # the part of the page where the field usually stands
DISPLACED = -0.4  # outside that part although it has a label
LEAST_TRUST = 0.05


@dataclass(frozen=True, slots=True)
class Candidate:
    """What may be the value of a field."""

    spans: Sequence[Span]  # where it stands; one for each line of a value over several lines
    normalised: str
    odds: float  # natural log
    trust: float = 1.0  # 0 to 1
    label: Span | None = None

    @property
    def box(self) -> Box:
        return self.spans[0].box

    @property
    def printed(self) -> str:
        return " ".join(span.text for span in self.spans)

    def better_by(self, odds: float) -> Candidate:
        return replace(self, odds=self.odds + odds)


def labelled(rule: FieldRule, sheet: Sheet, labels: Labels) -> Iterator[Candidate]:
    """Values right of the labels of a field and under them, and in the row it is announced in."""
    for hit, weight in labels.of(rule.name):
        following = list(_right_of(hit, weight, rule, sheet, labels))
        yield from following
        followed = any(one.odds >= weight for one in following)
        yield from _under(hit, weight + (BELOW_TOO if followed else BELOW), rule, sheet, labels)
    for hit, weight in labels.of(rule.beside):
        if weight == STRONG:
            for candidate in _right_of(hit, BESIDE - RIGHT, rule, sheet, labels):
                yield replace(candidate, label=None)


def unlabelled(rule: FieldRule, sheet: Sheet, labels: Labels) -> Iterator[Candidate]:
    """Values of the field's kind wherever they stand, if the field needs no label."""
    if rule.unlabelled is None:
        return
    for reading in sheet.all_readings(rule.type):
        odds = rule.unlabelled
        if rule.type in (Kind.IBAN, Kind.VAT_ID) and reading.trust < 1.0:
            odds += UNCHECKED
        if _announced_otherwise(rule, reading, labels):
            odds += OTHERWISE
        yield _candidate(reading, odds, None)


def _announced_otherwise(rule: FieldRule, reading: Reading, labels: Labels) -> bool:
    """Whether a label of something else stands right before a value."""
    row, start = reading.span.row, reading.span.start
    hits = labels.by_row[row]
    at = bisect_right(hits, start, key=lambda hit: hit.span.end)
    if not at or any(sign.isalnum() for sign in row.plain[hits[at - 1].span.end : start]):
        return False
    return all(target.name != rule.name for target in hits[at - 1].targets)


def judged(rule: FieldRule, candidate: Candidate) -> Candidate:
    """The candidate with its trust, its checks and its place on the page in its odds."""
    checks = run(rule.validators, candidate.normalised, candidate.printed)
    odds = sum(PASSES if passed else FAILS for _, passed in checks)
    if rule.region and candidate.label is None:
        odds += INSIDE if _lies_in(candidate.box, rule.region) else OUTSIDE
    elif rule.region and rule.type == Kind.DATE and not _lies_in(candidate.box, rule.region):
        odds += DISPLACED
    return candidate.better_by(odds + log(max(candidate.trust, LEAST_TRUST)))


def _right_of(
    hit: Hit, weight: float, rule: FieldRule, sheet: Sheet, labels: Labels
) -> Iterator[Candidate]:
    """Values after a label, up to the next label of another field."""
    row, end = hit.span.row, hit.span.end
    readings = sheet.readings(rule.type, row)
    first = bisect_left(readings, end, key=lambda one: one.span.start)
    found = readings[first : first + MOST_RIGHT]
    later = [one for one in labels.by_row[row] if one.span.start >= end and not _within(one, found)]
    stop = next((one.span.start for one in later if _is_foreign(one, rule)), len(row.text))
    others = (one for one in later if all(t.name != rule.name for t in one.targets))
    across = min((one.span.start for one in others), default=len(row.text))
    found = [one for one in found if one.span.start < stop]
    if rule.type == Kind.AMOUNT:
        weight += TABLE if _several(found) else 0.0
    if rule.type == Kind.AMOUNT or rule.last:  # of several amounts the last is the outcome
        found.reverse()
    for step, reading in enumerate(found):
        odds = weight + RIGHT + step * FARTHER + (ACROSS if across < reading.span.start else 0.0)
        between = row.plain[end : reading.span.start]
        yield _candidate(reading, odds + _distance(hit, between, rule.type), hit.span)


def _within(hit: Hit, readings: Sequence[Reading]) -> bool:
    """Whether what looks like a label is but a part of a value: "GST/23-24/0712".

    `readings` are of the hit's row, left to right.
    """
    at = bisect_right(readings, hit.span.start, key=lambda one: one.span.start)
    return any(hit.span.end < one.span.end for one in readings[max(0, at - 2) : at])


def _is_foreign(hit: Hit, rule: FieldRule) -> bool:
    """Whether a label announces something else; a faint one, such as "le", may not."""
    return all(t.name not in (NOBODY, rule.name) and t.weight > FAINT for t in hit.targets)


def _several(readings: Sequence[Reading]) -> bool:
    return len({reading.normalised for reading in readings if reading.trust == 1.0}) > 1


def _distance(hit: Hit, between: str, kind: Kind) -> float:
    """What the words between a label and a value say against it."""
    article = kind == Kind.DATE and len(hit.span.text) <= ARTICLE
    if kind in (Kind.AMOUNT, Kind.DATE, Kind.CURRENCY) and not article:
        return 0.0
    return WORDS_BETWEEN if re.search(r"[A-Za-z]{3}", between) else 0.0


def _under(
    hit: Hit, odds: float, rule: FieldRule, sheet: Sheet, labels: Labels
) -> Iterator[Candidate]:
    """Values under a label."""
    if rule.type == Kind.AMOUNT and labels.heads_table(hit.span.row):
        odds += ITEMS
    under = list(islice(_column(hit, rule.type, sheet, labels), MOST_BELOW))
    for reading, nearness in zip(under, _column_odds(under), strict=True):
        own = rule.type == Kind.AMOUNT and _has_own_label(rule, reading, sheet, labels)
        yield _candidate(reading, odds + nearness + (OTHERWISE if own else 0.0), hit.span)


def _has_own_label(rule: FieldRule, reading: Reading, sheet: Sheet, labels: Labels) -> bool:
    """Whether the row of a value, the only one in it, says that it is something else."""
    row = reading.span.row
    hits = [hit for hit in labels.by_row[row] if hit.span.end <= reading.span.start]
    if not hits or len(sheet.readings(rule.type, row)) > 1:
        return False
    return all(target.name != rule.name for target in hits[-1].targets) and any(
        target.weight == STRONG for target in hits[-1].targets
    )


def _column(hit: Hit, kind: Kind, sheet: Sheet, labels: Labels) -> Iterator[Reading]:
    """What can be read under a label, until another label stands there."""
    rows = sheet.pages[hit.span.row.page]
    for cell in below(hit.span, rows, column=kind == Kind.AMOUNT):
        found = [
            one for one in sheet.readings(kind, cell.row) if cell.start <= one.span.start < cell.end
        ]
        own = (one for one in labels.by_row[cell.row] if cell.start <= one.span.start < cell.end)
        if not all(_within(one, found) for one in own):
            return
        yield from found


def _column_odds(under: Sequence[Reading]) -> list[float]:
    """What its place in a column says of each value: the nearest, or the sum of the others."""
    at = _sum_at(under)
    if at is None:
        return [step * FARTHER for step in range(len(under))]
    return [COLUMN_SUM if step == at else ADDEND for step in range(len(under))]


def _sum_at(under: Sequence[Reading]) -> int | None:
    """The first place whose value is the sum of two or more above it."""
    whole = 0
    for at, reading in enumerate(under):
        if not reading.normalised.replace(".", "").lstrip("-").isdigit():
            return None
        cents = int(reading.normalised.replace(".", ""))
        if at > 1 and cents == whole != 0:
            return at
        whole += cents
    return None


def _candidate(reading: Reading, odds: float, label: Span | None) -> Candidate:
    return Candidate((reading.span,), reading.normalised, odds, reading.trust, label)


def _lies_in(box: Box, region: Box) -> bool:
    x, y = box.middle
    return region.left <= x <= region.right and region.top <= y <= region.bottom
