"""Seller and buyer of a document with columns, where no label announces them.

A name stands at the head of a block of lines that ends in a town, in the small line of the sender
above the address, or in the letterhead. Who wrote a document also names itself elsewhere on it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from math import log

from apps.base.types import Box
from apps.extraction.announced import LOWER, announced, candidate_of, is_name
from apps.extraction.blocks import Block
from apps.extraction.candidates import Candidate
from apps.extraction.confidence import Choice
from apps.extraction.doctypes import FieldRule
from apps.extraction.layout import Row, Span
from apps.extraction.lexicon import squeezed, words
from apps.extraction.lines import Line
from apps.extraction.sheet import NOBODY, STRONG, Labels, Sheet
from apps.extraction.values import Kind

# Natural logs of odds:
IN_BLOCK = 0.4  # a block of lines that ends in a town
SENDER_LINE = 2.4  # "Name - Street - Town" in one line
FOOT_LINE = 1.2  # the same at the foot of the page
LEGAL_FORM, TRADE = 1.2, 0.8
OWN_DOMAIN = 1.2  # its mail or web address bears the name
BRAND = -2.2  # a part of a longer name with a legal form
UNNEEDED = -2.0  # without a label although another name has one
SURE = 3.5  # odds from which a name with a label makes others unneeded
LATER_PAGE = -1.5  # with a label, but not on the first page
AT_HEAD, AT_FOOT = 0.8, 0.3  # of the first page
WITH_CONTACT = 0.8  # telephone, mail or tax number stand in the same block
IN_WINDOW = 1.4  # where letters show the address through the envelope
OPPOSITE = 0.6  # where letters of other countries have it
WITH_NAME, WITH_OTHER = 1.2, -3.0  # a number in the block of the party's name, of the other's
OTHER_PARTY = -3.0  # the block is headed by the label of another party
WRONG_PARTY = -1.5  # contact lines in the addressee's block, the window for the issuer
MENTIONED, MOST_MENTIONS = 0.5, 3  # for each further row with the issuer's name
UNLIKE = -3.0  # it begins or ends as names of others do, such as the bank that has the account
AMONG_ITEMS = -3.0  # under the head of a table of things sold
KEYED = -2.0  # right of a caption, as the value of something else
DATED = -3.0  # a date stands in it
LARGE = 0.6  # in larger letters than most
LARGER = 1.25  # times the usual height
LETTERHEAD = 0.12  # fraction of the page height
HEAD, FOOT = 0.2, 0.85  # fractions of the page height
WINDOW = Box(0.04, 0.08, 0.65, 0.34)
RIGHT_WINDOW = Box(0.45, 0.06, 1.0, 0.36)
LONGEST = 200  # characters; no sender line is longer
STREET = re.compile(r"\s\d{1,4}(?:\s?[a-z])?\s*$")  # a house number ends the line
MOST_ROWS = 1_500  # of a document in which mentions are counted
NAMEABLE = 6  # letters; shorter names stand in other words by chance
LEAST = 0.02  # what is left of the odds of a name that the other party surely bears
ADDRESS = re.compile(r"(?:@|www\.)([a-z0-9-]{3,60})\.[a-z]{2,}")
SEPARATOR = r"\s*(?:[|\u00b7\u2022,]|\s[-\u2013]\s)\s*"
PART = r"[^|\u00b7\u2022,]"
SENDER = re.compile(
    rf"\s*(?P<name>{PART}{{3,60}}?){SEPARATOR}\S{PART}*\d{PART}*{SEPARATOR}.*\d{{4,5}}\s\S"
)


def named(rule: FieldRule, sheet: Sheet, labels: Labels) -> Iterator[Candidate]:
    """Names of a party, with and without labels."""
    page = _Page(sheet, labels)
    found = [page.placed(one) for one in announced(rule, sheet, labels)]
    unneeded = UNNEEDED if any(one.odds > SURE for one in found) else 0.0
    for candidate in page.unannounced(rule) if rule.party else ():
        found.append(page.weighed(rule, candidate).better_by(unneeded))
    whole = [squeezed(one.normalised) for one in found if Line(one.spans[0]).legal_form]
    for one in found:
        yield one.better_by(BRAND if _is_part(squeezed(one.normalised), whole) else 0.0)


def other_than(candidates: Sequence[Candidate], rivals: Sequence[Choice]) -> Mapping[str, float]:
    """What the odds of each name lose because the other party may bear it, natural log."""
    shares = {squeezed(one.best.normalised): one.share for one in rivals}
    return {
        one.normalised: log(max(LEAST, 1 - shares.get(squeezed(one.normalised), 0.0)))
        for one in candidates
    }


def near_names(
    candidates: Sequence[Candidate], own: Sequence[Choice], other: Sequence[Choice], sheet: Sheet
) -> Iterator[Candidate]:
    """Numbers of a party, likelier under its name in a block than under that of the other."""
    names = [
        (choices[0].best.spans[0], odds)
        for choices, odds in ((own, WITH_NAME), (other, WITH_OTHER))
        if choices
    ]
    for one in candidates:
        block = next((block for block in sheet.blocks if one.spans[0] in block), None)
        above = [
            (name.row.number, odds)
            for name, odds in names
            if block and name in block and name.row.number <= one.spans[0].row.number
        ]
        yield one.better_by(max(above)[1] if above else 0.0)


class _Page:
    """The first page, and what its names are judged by."""

    def __init__(self, sheet: Sheet, labels: Labels) -> None:
        self.sheet, self.labels = sheet, labels
        self.rows: Sequence[Row] = next(iter(sheet.pages.values()), ())
        heads = (row for row in self.rows if labels.heads_table(row))
        self.items = next((row.box.bottom for row in heads), 1.0)
        self.usual = sorted(row.box.height for row in self.rows)[len(self.rows) // 2 :][:1]
        texts = [row.plain.lower() for row in sheet.rows[:MOST_ROWS]]
        self.domains = " ".join(found for text in texts for found in ADDRESS.findall(text))
        self.squeezed = [squeezed(text) for text in texts]

    def unannounced(self, rule: FieldRule) -> Iterator[Candidate]:
        for block in self.sheet.blocks:
            name = next((one for one in block.lines if self._heads(block, one)), None)
            if name and block.has_town and not SENDER.match(name.text[:LONGEST]):
                odds = _block_odds(rule, block, name) + self._headed(rule, block, name)
                yield candidate_of(name.span, odds, None, block.second_line(name))
        if rule.party == "issuer":
            yield from _sender_lines(self.rows)
            yield from self._at_head()

    def _heads(self, block: Block, line: Line) -> bool:
        """Whether a line may be the name of its block: a street right above a town is none."""
        street = STREET.search(line.text) and block.lines[-1] is not line
        return not street and is_name(line, self.labels)

    def placed(self, one: Candidate) -> Candidate:
        """A candidate with a label, less likely below the table of things sold."""
        if one.spans[0].row.page != (self.rows[0].page if self.rows else 1):
            return one.better_by(LATER_PAGE)
        return one.better_by(AMONG_ITEMS if self._is_among_items(one) else 0.0)

    def weighed(self, rule: FieldRule, one: Candidate) -> Candidate:
        """A candidate without one, with what speaks for and against it on the whole document."""
        name = squeezed(one.normalised)
        unlike = tuple(word for kind in rule.unlike for word in words("names", kind))
        odds = UNLIKE if name.startswith(unlike) or name.endswith(unlike) else 0.0
        odds += DATED if self._is_dated(one) else 0.0
        odds += KEYED if self._is_keyed(one.spans[0]) else 0.0
        odds += AMONG_ITEMS if self._is_among_items(one) else 0.0
        if rule.party == "issuer":
            odds += MENTIONED * self._mentions(name)
            odds += OWN_DOMAIN if self._has_domain(one) else 0.0
        return one.better_by(odds)

    def _is_among_items(self, one: Candidate) -> bool:
        return self.items < one.box.top < FOOT

    def _mentions(self, name: str) -> int:
        """In how many other rows a name stands."""
        if len(name) < NAMEABLE:
            return 0
        rows = islice((row for row in self.squeezed if name in row), MOST_MENTIONS + 1)
        return max(0, sum(1 for _ in rows) - 1)

    def _has_domain(self, one: Candidate) -> bool:
        """Whether the mail or web address of the document bears the name."""
        parts = (squeezed(word) for word in one.normalised.split())
        return any(word in self.domains for word in parts if len(word) > 3)

    def _is_dated(self, one: Candidate) -> bool:
        span = one.spans[0]
        dates = self.sheet.readings(Kind.DATE, span.row)
        return any(date.span.start < span.end and span.start < date.span.end for date in dates)

    def _is_keyed(self, span: Span) -> bool:
        """Whether the cell to the left is a caption, which the name is the value of."""
        left = [cell for cell in span.row.cells if cell.end <= span.start]
        if not left or Line(span).legal_form:
            return False
        hits = (hit for hit in self.labels.by_row[span.row] if hit.span.start >= left[-1].start)
        labelled = any(hit.span.end <= left[-1].end for hit in hits)
        return labelled or left[-1].plain.rstrip().endswith(":") or Line(left[-1]).is_caption

    def _headed(self, rule: FieldRule, block: Block, name: Line) -> float:
        """What a label of another party at the top of a block says against it."""
        above = block.lines[: block.lines.index(name)]
        others = (
            target.name not in (NOBODY, rule.name) and target.weight == STRONG
            for line in above
            for hit in self.labels.by_row[line.span.row]
            if hit.span.start == line.span.trimmed().start
            for target in hit.targets
        )
        return OTHER_PARTY if any(others) else 0.0

    def _at_head(self) -> Iterator[Candidate]:
        """Names at the very top, apart from their address."""
        rows = (row for row in self.rows if row.box.top < LETTERHEAD)
        names = ([cell for cell in row.cells if is_name(Line(cell), self.labels)] for row in rows)
        for step, cells in enumerate(filter(None, names)):
            lines = (one for one in map(Line, cells) if not SENDER.match(one.text))
            for line in sorted(lines, key=lambda one: STREET.search(one.text) is not None):
                odds = LEGAL_FORM if line.legal_form else TRADE if line.trade else 0.0
                large = self.usual and line.span.box.height > LARGER * self.usual[0]
                odds += AT_HEAD + step * LOWER + (LARGE if large else 0.0)
                yield candidate_of(line.span, odds, None)


def _is_part(name: str, others: Iterable[str]) -> bool:
    """Whether a name begins a longer one, or ends it."""
    return any(
        len(name) < len(other) and (other.startswith(name) or other.endswith(name))
        for other in others
    )


def _block_odds(rule: FieldRule, block: Block, name: Line) -> float:
    box, odds = name.span.box, IN_BLOCK
    in_window = _lies_in(box, WINDOW)
    if rule.party == "addressee":
        odds += IN_WINDOW if in_window else OPPOSITE if _lies_in(box, RIGHT_WINDOW) else 0.0
        return odds + (WRONG_PARTY if block.has_contact else 0.0)
    odds += LEGAL_FORM if name.legal_form else 0.0
    odds += AT_HEAD if box.top < HEAD else AT_FOOT if box.top > FOOT else 0.0
    odds += WITH_CONTACT if block.has_contact else 0.0
    return odds + (WRONG_PARTY if in_window and not block.has_contact else 0.0)


def _lies_in(box: Box, window: Box) -> bool:
    x, y = box.middle
    return window.left < x < window.right and window.top < y < window.bottom


def _sender_lines(rows: Sequence[Row]) -> Iterator[Candidate]:
    """The sender in one small line, as above the window of an envelope and at the foot."""
    near = (row for row in rows if row.box.top < WINDOW.bottom or row.box.top > FOOT)
    for cell in (cell for row in near for cell in row.cells if len(cell.text) < LONGEST):
        if match := SENDER.match(cell.plain):
            start, end = match.span("name")
            span = Span(cell.row, cell.start + start, cell.start + end).trimmed()
            line = Line(span)
            street = STREET.search(span.plain) or (line.is_address and not line.legal_form)
            if not line.is_caption and not street:
                odds = FOOT_LINE if cell.box.top > FOOT else SENDER_LINE
                yield candidate_of(span, odds, None)
