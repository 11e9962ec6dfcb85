"""Values that are plain words: a title, a subject, what stands beside a label."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median

from apps.extraction.candidates import BELOW, RIGHT, Candidate
from apps.extraction.cells import is_over_values
from apps.extraction.doctypes import FieldRule
from apps.extraction.labels import Hit, Phrases, Target
from apps.extraction.layout import Row, Span, below
from apps.extraction.order import Paragraph, paragraphs
from apps.extraction.sheet import NOBODY, STRONG, Labels, Sheet

# Natural logs of odds:
HEADING = 3.0  # the first large line of the page
LARGE = 1.25  # times the usual height of lines
ABOVE = 3.0  # right above the phrase that follows it
LONGEST = 160  # characters of a line that may be a title
FEW_LETTERS = 4
HEAD = 0.35  # fraction of the page height in which a title stands


def worded(rule: FieldRule, sheet: Sheet, labels: Labels) -> Iterator[Candidate]:
    """Words beside and under the labels of a field, headings, and lines above a phrase."""
    for hit, weight in labels.of(rule.name):
        yield from _beside(rule, hit, weight, sheet, labels)
    first = next(iter(sheet.pages.values()), ())
    if rule.heading:
        yield from _headings(first)
    if rule.above:
        yield from _above(rule, first)


def _beside(
    rule: FieldRule, hit: Hit, weight: float, sheet: Sheet, labels: Labels
) -> Iterator[Candidate]:
    """The rest of the label's cell, else the next cell, else the nearest one below."""
    row, end = hit.span.row, hit.span.end
    beside = [cell for cell in row.cells if cell.end > end]
    if is_over_values(row, sheet.pages[row.page]):
        beside = [cell for cell in beside if cell.start < end]
    for cell in beside:
        span = _words_of(Span(row, max(end, cell.start), cell.end))
        if cell.start >= end and _is_announced(rule, span, labels):
            break
        if _is_text(span):
            yield _candidate(span, weight + RIGHT, hit.span)
            return
    for cell in below(hit.span, sheet.pages[row.page]):
        if _is_text(cell) and not _is_announced(rule, cell, labels):
            yield _candidate(cell, weight + BELOW, hit.span)
            return


def _is_announced(rule: FieldRule, span: Span, labels: Labels) -> bool:
    """Whether words begin with the label of another field."""
    return any(
        hit.span.start == span.start
        and any(one.name not in (NOBODY, rule.name) and one.weight == STRONG for one in hit.targets)
        for hit in labels.by_row[span.row]
    )


def _is_text(span: Span) -> bool:
    """Whether a label may announce these words; "May 2026" is short, and enough."""
    signs = sum(sign.isalnum() for sign in span.text[:LONGEST])
    letters = any(sign.isalpha() for sign in span.text[:LONGEST])
    return letters and signs >= FEW_LETTERS and len(span.text) < LONGEST


def _headings(rows: Sequence[Row]) -> Iterator[Candidate]:
    """What stands near the top in letters larger than usual, the largest first.

    A title of two lines is one title.
    """
    if not rows:
        return
    usual = median(row.box.height for row in rows)
    large = [
        one
        for one in paragraphs(rows)
        if one.box.top < HEAD and _height(one) > LARGE * usual and _is_title(one)
    ]
    for step, one in enumerate(sorted(large, key=lambda one: -_height(one))[:3]):
        lines = tuple(line.trimmed() for line in one.lines)
        yield Candidate(lines, " ".join(one.text.split()), HEADING - step, 1.0, None)


def _height(one: Paragraph) -> float:
    return min(line.box.height for line in one.lines)


def _is_title(one: Paragraph) -> bool:
    letters = sum(sign.isalpha() for sign in one.text[:LONGEST])
    return letters >= FEW_LETTERS and len(one.text) < LONGEST


def _above(rule: FieldRule, rows: Sequence[Row]) -> Iterator[Candidate]:
    """The line above the first of the phrases that begins a line."""
    target = Target(rule.name, ABOVE)
    phrases = Phrases({one: [target] for many in rule.above.values() for one in many})
    for row in rows[1:]:
        hit = next(phrases.find(row), None)
        before = rows[row.number - 1].whole
        if hit and not hit.span.start and _says_something(before):
            yield _candidate(before, ABOVE, None)
            return


def _says_something(span: Span) -> bool:
    letters = sum(sign.isalpha() for sign in span.text[:LONGEST])
    return letters >= FEW_LETTERS and len(span.text) < LONGEST


def _words_of(span: Span) -> Span:
    """The span without the signs that end a label."""
    start = span.start
    while start < span.end and not span.row.text[start].isalnum():
        start += 1
    return Span(span.row, start, span.end).trimmed()


def _candidate(span: Span, odds: float, label: Span | None) -> Candidate:
    return Candidate((span.trimmed(),), " ".join(span.text.split()), odds, 1.0, label)
