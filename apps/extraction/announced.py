"""Names of parties that a label announces: beside it ("Seller: …") or under it ("Bill to").

What a name looks like, and how one becomes a candidate, is here too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from apps.extraction.blocks import ALIGNED, reads_as_name
from apps.extraction.candidates import BELOW, RIGHT, Candidate
from apps.extraction.cells import is_over_values
from apps.extraction.doctypes import FieldRule
from apps.extraction.labels import Hit
from apps.extraction.layout import Row, Span
from apps.extraction.letterheads import cleaned
from apps.extraction.lines import Line, trust_in
from apps.extraction.sheet import FAINT, NOBODY, STRONG, Labels, Sheet
from apps.extraction.spelling import spelled

# Natural logs of odds:
LOWER = -1.2  # for each name-like line between label and candidate
RUNS_ON = -3.0  # no colon or gap between the label and what follows: a sentence or a name
SHORT_LABEL = 4  # letters
FAR_BELOW = 4  # heights; what stands farther below a label belongs to something else
FEW_ROWS = 2
LINES_BELOW = 10  # of a label that are looked at


def announced(rule: FieldRule, sheet: Sheet, labels: Labels) -> Iterator[Candidate]:
    for hit, weight in labels.of(rule.name):
        if weight >= STRONG and _is_caption(hit):
            yield from _beside(hit, weight, sheet, labels)
            yield from _beneath(rule, hit, weight, sheet, labels)


def _beside(hit: Hit, weight: float, sheet: Sheet, labels: Labels) -> Iterator[Candidate]:
    """A name right of its label, in the same cell or the next unless that is a label too."""
    row, end = hit.span.row, hit.span.end
    cells = [cell for cell in row.cells if cell.end > end][:2]
    if is_over_values(row, sheet.pages[row.page]):
        cells = [cell for cell in cells if cell.start < end]
    for cell in cells:
        span = _without_lead(Span(row, max(cell.start, end), cell.end))
        same_words = cell.start < end and row.text[end : span.start].isspace()
        if is_name(Line(span), labels):
            yield candidate_of(span, weight + RIGHT + (RUNS_ON if same_words else 0.0), hit)
            return


def _beneath(
    rule: FieldRule, hit: Hit, weight: float, sheet: Sheet, labels: Labels
) -> Iterator[Candidate]:
    """Names under a label: line by line, or behind a "Name:" among those lines."""
    rows = sheet.pages[hit.span.row.page]
    found = list(_beneath_in(_column(hit.span, rows), rule, hit, weight, sheet, labels))
    yield from found or _beneath_in(_whole_rows(hit.span, rows), rule, hit, weight, sheet, labels)


def _beneath_in(
    cells: Iterable[Span], rule: FieldRule, hit: Hit, weight: float, sheet: Sheet, labels: Labels
) -> Iterator[Candidate]:
    odds = weight + BELOW
    for cell in cells:
        if _opens_another(rule, cell, labels):
            return
        inner = next((one for one in labels.by_row[cell.row] if _names(rule, one, cell)), None)
        if inner:
            inside = _beside(inner, odds, sheet, labels)
            yield from (replace(one, label=hit.span) for one in inside)
            return
        if is_name(Line(cell), labels):
            yield candidate_of(cell, odds, hit)
            odds += LOWER


def _column(label: Span, rows: Sequence[Row]) -> Iterator[Span]:
    """The cells under a label, one of each row, until a wide gap."""
    start, bottom = label.row.number + 1, label.box.bottom
    for row in rows[start : start + LINES_BELOW]:
        under = (one for one in row.cells if _is_under(one, label))
        cell = min(under, key=lambda one: abs(one.box.left - label.box.left), default=None)
        if cell and row.box.top - bottom > FAR_BELOW * cell.box.height:
            return
        if cell:
            bottom = row.box.bottom
            yield cell


def _whole_rows(label: Span, rows: Sequence[Row]) -> Iterator[Span]:
    """The rows below a label that is alone in its row, such as a centred "between"."""
    start = label.row.number + 1
    if len(label.row.cells) == 1:
        yield from (row.whole for row in rows[start : start + FEW_ROWS] if len(row.cells) == 1)


def _opens_another(rule: FieldRule, cell: Span, labels: Labels) -> bool:
    """Whether the label of another field begins a cell and fills it."""
    return any(
        hit.span.start == cell.trimmed().start
        and hit.span.end >= cell.trimmed().end - 1
        and any(t.name not in (NOBODY, rule.name) and t.weight == STRONG for t in hit.targets)
        for hit in labels.by_row[cell.row]
    )


def _is_under(cell: Span, label: Span) -> bool:
    return abs(cell.box.left - label.box.left) < 2 * ALIGNED or (
        cell.box.left < label.box.right and label.box.left < cell.box.right
    )


def _names(rule: FieldRule, hit: Hit, cell: Span) -> bool:
    """Whether a label inside a block announces the name: "Name:", "Nom :"."""
    return cell.start <= hit.span.start < cell.end and any(
        target.name == rule.name and target.weight < STRONG for target in hit.targets
    )


def _without_lead(span: Span) -> Span:
    """The span without the colons, dots and brackets that end a label."""
    start = span.start
    while start < span.end and not span.row.text[start].isalnum():
        start += 1
    return Span(span.row, start, span.end).trimmed()


def is_name(line: Line, labels: Labels) -> bool:
    """Whether a line reads as a name, and no label begins it or is its last word."""
    span = line.span.trimmed()
    return reads_as_name(line) and not any(
        (hit.span.start == span.start and any(t.weight != FAINT for t in hit.targets))
        or (span.start < hit.span.start < span.end <= hit.span.end and _names_value(hit, labels))
        for hit in labels.by_row[span.row]
    )


def _names_value(hit: Hit, labels: Labels) -> bool:
    """Whether a label surely announces something other than a name: "our VAT id"."""
    return any(t.weight == STRONG and t.name not in labels.parties for t in hit.targets)


def _is_caption(hit: Hit) -> bool:
    """Whether a label begins its cell, and a short word like "from" or "and" also ends it.

    Within other words it is a part of a name or of a sentence.
    """
    row = hit.span.row
    cell = row.cell_at(hit.span.start)
    before = row.text[cell.start : hit.span.start]
    after = row.text[hit.span.end : cell.end].strip()
    if any(sign.isalnum() for sign in before):
        return False
    return len(hit.span.text) > SHORT_LABEL or not after or after.startswith(":")


def candidate_of(span: Span, odds: float, hit: Hit | None, second: Line | None = None) -> Candidate:
    spans = (cleaned(span), *((second.span.trimmed(),) if second else ()))
    text, trust = spelled(spans)
    return Candidate(spans, text, odds, trust * trust_in(text), hit.span if hit else None)
