"""Seller and buyer of a document with columns: their names, from labels and from address blocks.

A name stands beside a label ("Seller: …"), under one ("Bill to" and the lines below), at the head
of a block of lines that ends in a town, or in the small line of the sender above the address.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from apps.base.types import Box
from apps.extraction.blocks import ALIGNED, Block, blocks, reads_as_name
from apps.extraction.candidates import BELOW, RIGHT, Candidate
from apps.extraction.cells import is_over_values
from apps.extraction.doctypes import FieldRule
from apps.extraction.labels import Hit
from apps.extraction.layout import Row, Span
from apps.extraction.letterheads import cleaned
from apps.extraction.lexicon import squeezed
from apps.extraction.lines import Line, trust_in
from apps.extraction.sheet import FAINT, NOBODY, STRONG, Labels, Sheet

# Natural logs of odds:
LOWER = -1.2  # for each name-like line between label and candidate
IN_BLOCK = 0.4  # a block of lines that ends in a town
SENDER_LINE = 2.4  # "Name - Street - Town" in one line
LEGAL_FORM, TRADE = 1.2, 0.8
OWN_DOMAIN = 1.2  # its mail or web address bears the name
UNNEEDED = -2.0  # without a label although other names have one
AT_HEAD, AT_FOOT = 0.8, 0.3  # of the first page
WITH_CONTACT = 0.8  # telephone, mail or tax number stand in the same block
IN_WINDOW = 1.4  # where letters show the address through the envelope
RUNS_ON = -2.0  # no colon or gap between the label and what follows: a sentence or a name
OTHER_PARTY = -3.0  # the block is headed by the label of another party
WRONG_PARTY = -1.5  # contact lines in the addressee's block, the window for the issuer
LETTERHEAD = 0.12  # fraction of the page height
HEAD, FOOT = 0.2, 0.85  # fractions of the page height
WINDOW = Box(0.04, 0.08, 0.65, 0.34)
SHORT_LABEL = 4  # letters
FAR_BELOW = 4  # heights; what stands farther below a label belongs to something else
FEW_ROWS = 2
LINES_BELOW = 10  # of a label that are looked at
LONGEST = 200  # characters; no sender line is longer
STREET = re.compile(r"\s\d{1,4}(?:\s?[a-z])?\s*$")  # a house number ends the line
ADDRESS = re.compile(r"(?:@|www\.)([a-z0-9-]{3,60})\.[a-z]{2,}")
SEPARATOR = r"\s*(?:[|\u00b7\u2022,]|\s[-\u2013]\s)\s*"
PART = r"[^|\u00b7\u2022,]"
SENDER = re.compile(
    rf"\s*(?P<name>{PART}{{3,60}}?){SEPARATOR}\S{PART}*\d{PART}*{SEPARATOR}.*\d{{4,5}}\s\S"
)


def named(rule: FieldRule, sheet: Sheet, labels: Labels) -> Iterator[Candidate]:
    """Names of a party, with and without labels."""
    announced = list(_announced(rule, sheet, labels))
    yield from announced
    if not rule.party:
        return
    domains = _domains(next(iter(sheet.pages.values()), ()))
    for candidate in _unannounced(rule, sheet, labels):
        one = _with_domain(rule, candidate, domains)
        yield one.better_by(UNNEEDED) if announced else one


def _announced(rule: FieldRule, sheet: Sheet, labels: Labels) -> Iterator[Candidate]:
    for hit, weight in labels.of(rule.name):
        if weight >= STRONG and _is_caption(hit):
            yield from _beside(hit, weight, sheet, labels)
            yield from _beneath(rule, hit, weight, sheet, labels)


def _unannounced(rule: FieldRule, sheet: Sheet, labels: Labels) -> Iterator[Candidate]:
    first = next(iter(sheet.pages.values()), ())
    for block in blocks(first):
        name = next((one for one in block.lines if _heads(block, one, labels)), None)
        if name and block.has_town:
            odds = _block_odds(rule, block, name) + _headed(rule, block, name, labels)
            yield _candidate(name.span, odds, None, block.second_line(name))
    if rule.party == "issuer":
        yield from _sender_lines(first)
        yield from _at_head(first, labels)


def _heads(block: Block, line: Line, labels: Labels) -> bool:
    """Whether a line may be the name of its block: a street right above a town is none."""
    street = STREET.search(line.text) and block.lines[-1] is not line
    return not street and _is_name(line, labels)


def _with_domain(rule: FieldRule, candidate: Candidate, domains: str) -> Candidate:
    """The candidate, likelier to be the issuer if its mail or web address bears its name."""
    if rule.party != "issuer":
        return candidate
    words = (squeezed(word) for word in candidate.normalised.split())
    return candidate.better_by(OWN_DOMAIN if any(w in domains for w in words if len(w) > 3) else 0)


def _domains(rows: Sequence[Row]) -> str:
    """The names in all mail and web addresses of a page."""
    return " ".join(found for row in rows for found in ADDRESS.findall(row.plain.lower()))


def _block_odds(rule: FieldRule, block: Block, name: Line) -> float:
    box = name.span.box
    odds = IN_BLOCK + (LEGAL_FORM if name.legal_form else 0.0)
    x, y = box.middle
    in_window = WINDOW.left < x < WINDOW.right and WINDOW.top < y < WINDOW.bottom
    if rule.party == "addressee":
        odds += IN_WINDOW if in_window else 0.0
        return odds + (WRONG_PARTY if block.has_contact else 0.0)
    odds += AT_HEAD if box.top < HEAD else AT_FOOT if box.top > FOOT else 0.0
    odds += WITH_CONTACT if block.has_contact else 0.0
    return odds + (WRONG_PARTY if in_window and not block.has_contact else 0.0)


def _headed(rule: FieldRule, block: Block, name: Line, labels: Labels) -> float:
    """What a label of another party at the top of a block says against it."""
    above = block.lines[: block.lines.index(name)]
    others = (
        target.name not in (NOBODY, rule.name) and target.weight == STRONG
        for line in above
        for hit in labels.by_row[line.span.row]
        if hit.span.start == line.span.trimmed().start
        for target in hit.targets
    )
    return OTHER_PARTY if any(others) else 0.0


def _beside(hit: Hit, weight: float, sheet: Sheet, labels: Labels) -> Iterator[Candidate]:
    """A name right of its label, in the same cell or the next unless that is a label too."""
    row, end = hit.span.row, hit.span.end
    cells = [cell for cell in row.cells if cell.end > end][:2]
    if is_over_values(row, sheet.pages[row.page]):
        cells = [cell for cell in cells if cell.start < end]
    for cell in cells:
        span = _without_lead(Span(row, max(cell.start, end), cell.end))
        same_words = cell.start < end and row.text[end : span.start].isspace()
        if _is_name(Line(span), labels):
            yield _candidate(span, weight + RIGHT + (RUNS_ON if same_words else 0.0), hit)
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
        if _is_name(Line(cell), labels):
            yield _candidate(cell, odds, hit)
            odds += LOWER


def _column(label: Span, rows: Sequence[Row]) -> Iterator[Span]:
    """The cells under a label, one of each row, until a wide gap."""
    start, bottom = label.row.number + 1, label.box.bottom
    for row in rows[start : start + LINES_BELOW]:
        cell = next((one for one in row.cells if _is_under(one, label)), None)
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


def _sender_lines(rows: Sequence[Row]) -> Iterator[Candidate]:
    """The sender in one small line, as above the window of an envelope."""
    above = (row for row in rows if row.box.top < WINDOW.bottom)
    for cell in (cell for row in above for cell in row.cells if len(cell.text) < LONGEST):
        if match := SENDER.match(cell.plain):
            start, end = match.span("name")
            span = Span(cell.row, cell.start + start, cell.start + end).trimmed()
            if not Line(span).is_caption and not STREET.search(span.plain):
                yield _candidate(span, SENDER_LINE, None)


def _at_head(rows: Sequence[Row], labels: Labels) -> Iterator[Candidate]:
    """Names at the very top, apart from their address."""
    cells = [cell for row in rows if row.box.top < LETTERHEAD for cell in row.cells]
    names = [cell for cell in cells if _is_name(Line(cell), labels)]
    names.sort(key=lambda cell: STREET.search(cell.plain) is not None)
    for step, cell in enumerate(names):
        line = Line(cell)
        odds = LEGAL_FORM if line.legal_form else TRADE if line.trade else 0.0
        yield _candidate(cell, odds + AT_HEAD + step * LOWER, None)


def _without_lead(span: Span) -> Span:
    """The span without the colons, dots and brackets that end a label."""
    start = span.start
    while start < span.end and not span.row.text[start].isalnum():
        start += 1
    return Span(span.row, start, span.end).trimmed()


def _is_name(line: Line, labels: Labels) -> bool:
    """Whether a line reads as a name and no label begins it."""
    span = line.span.trimmed()
    return reads_as_name(line) and not any(
        hit.span.start == span.start and any(t.weight != FAINT for t in hit.targets)
        for hit in labels.by_row[span.row]
    )


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


def _candidate(span: Span, odds: float, hit: Hit | None, second: Line | None = None) -> Candidate:
    spans = (cleaned(span), *((second.span.trimmed(),) if second else ()))
    normalised = " ".join(word for one in spans for word in one.text.split())
    return Candidate(spans, normalised, odds, trust_in(normalised), hit.span if hit else None)
