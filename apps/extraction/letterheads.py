"""Who wrote a document of one column, such as a receipt, and where they are.

The head of a receipt reads: name, number in a register, address, telephone, tax number, heading.
Not every part is there, and things stand in between: a brand above the name, a scribbled note.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import takewhile

from apps.extraction import lexicon
from apps.extraction.candidates import Candidate
from apps.extraction.labels import fold
from apps.extraction.layout import Span
from apps.extraction.lines import LONGEST, POSTCODE, REGISTER_BEHIND, Line, Role, trust_in
from apps.extraction.sheet import Sheet

HEAD = 18  # rows in which a letterhead ends
# Natural logs of odds that a line is the name:
LEGAL_FORM = 3.2
TRADE = 1.6
ABOVE_REGISTER = 1.2  # right above a number of a register
ABOVE_ADDRESS = 1.0
FIRST = 0.8  # the first line with words
LATER = -0.35  # for each line with words above it
ONLY_TRADE = -2.0  # "bistro & cafe": words of trade without a name
SMALL_LETTERS = -2.0  # no capital: a note
ODD = -2.0  # more digits than letters belong into a name
SCRIBBLE = -2.5  # the engine was at a loss: handwriting or a logo
LEGIBLE = 0.7  # mean confidence below which a line is scribble
# Natural logs of odds that lines are the address:
ADDRESS_FOUND = 2.2
SHORT_ADDRESS = -0.9  # a single line
WITH_POSTCODE = 0.8
WITHOUT_DIGITS = -1.5
LOWER_DOWN = -0.2  # for each line above it
FEW_LETTERS = 3
FIRST_WORDS = (
    re.compile(r"[\W_]*([^\W_]{1,20}\s[^\W_]{1,20})\s?:?\s+"),
    re.compile(r"[\W_]*([^\W_]{1,20})\s?:?\s+"),
)
STREET_LINE = re.compile(r"\s*\d{1,4}\s?[a-z]?,?\s+[^\W\d]{2,}")
MAYBE_NAME = (Role.NAME, Role.OTHER, Role.PLACE)  # a place before the address: part of a name
IN_ADDRESS = (Role.ADDRESS, Role.PLACE, Role.OTHER)
SPACED = 2.0  # heights; rows farther apart belong to different blocks


def names(sheet: Sheet) -> Iterator[Candidate]:
    """Lines of the head that may be the name."""
    lines = _head(sheet)
    end = next((at for at, line in enumerate(lines) if line.role == Role.ADDRESS), None)
    if end is None:
        end = next((at for at, line in enumerate(lines) if line.role == Role.END), len(lines))
    worded = 0
    for at, line in enumerate(lines[: max(end, 3)]):
        if line.role not in MAYBE_NAME or line.letters < FEW_LETTERS:
            continue
        spans = _with_line_above(lines, at)
        odds = _name_odds(line, lines[at + 1 : at + 2]) + (FIRST if not worded else worded * LATER)
        worded += 1
        text = _joined(spans)
        yield Candidate(spans, text, odds, trust_in(text))


def addresses(sheet: Sheet) -> Iterator[Candidate]:
    """The lines of the head that make up the address."""
    lines = _head(sheet)
    start = 0
    while start < len(lines):
        run = _address_run(lines, start)
        if run:
            spans = tuple(line.span for line in run)
            text = _joined(spans)
            odds = _address_odds(run) + start * LOWER_DOWN
            yield Candidate(spans, text, odds, trust_in(text))
        start += max(1, len(run))


def _head(sheet: Sheet) -> Sequence[Line]:
    first = next(iter(sheet.pages.values()), ())
    return [Line(row.whole) for row in first[:HEAD] if row.text.strip()]


def _name_odds(line: Line, following: Sequence[Line]) -> float:
    odds = LEGAL_FORM if line.legal_form else TRADE if line.trade else 0.0
    for after in following:
        odds += ABOVE_REGISTER if after.role == Role.REGISTER else 0.0
        odds += ABOVE_ADDRESS if after.role == Role.ADDRESS else 0.0
    if line.only_form and not line.legal_form:
        odds += ONLY_TRADE
    if line.text == line.text.lower():
        odds += SMALL_LETTERS
    glyphs = line.span.glyphs
    if sum(glyph.confidence for glyph in glyphs) / len(glyphs) < LEGIBLE:
        odds += SCRIBBLE
    return odds + (ODD if line.digits > line.letters else 0.0)


def _with_line_above(lines: Sequence[Line], at: int) -> Sequence[Span]:
    """The line as a name, with the one above if it is but the end of a name."""
    name = cleaned(lines[at].span)
    above = lines[at - 1] if at else None
    rest = lines[at].only_form or lines[at].text.lstrip().startswith("(")
    if rest and above and above.role in MAYBE_NAME and not above.legal_form:
        return (above.span.trimmed(), name)
    return (name,)


def cleaned(span: Span) -> Span:
    """A name without what is printed before it ("owned by") and a register number behind it."""
    if span.end - span.start > LONGEST:
        return span
    start = span.start + _lead(span.plain)
    behind = REGISTER_BEHIND.search(span.row.plain, start, span.end)
    end = behind.start() if behind and behind.start() > start + FEW_LETTERS else span.end
    while end > start + 1 and span.row.text[end - 1] in " \t,;:-([<":
        end -= 1
    return Span(span.row, start, end).trimmed()


def _lead(text: str) -> int:
    """How many characters are printed before a name that are no part of it."""
    for words in FIRST_WORDS:
        head = words.match(text)
        if head and fold(head[1]) in _leads():
            return head.end()
    return 0


@cache
def _leads() -> frozenset[str]:
    return frozenset(fold(lead) for lead in lexicon.words("names", "leads"))


def _address_odds(run: Sequence[Line]) -> float:
    odds = ADDRESS_FOUND + (SHORT_ADDRESS if len(run) == 1 else 0.0)
    odds += WITH_POSTCODE if any(POSTCODE.search(line.text) for line in run) else 0.0
    return odds + (0.0 if any(line.digits for line in run) else WITHOUT_DIGITS)


def _address_run(lines: Sequence[Line], start: int) -> Sequence[Line]:
    """Lines from `start` that read as one address; empty if there is none."""
    if lines[start].role != Role.ADDRESS:
        return ()
    run = [*_street_above(lines, start), lines[start]]
    for line in takewhile(lambda one: one.role in IN_ADDRESS, lines[start + 1 :]):
        if line.span.box.top - run[-1].span.box.bottom > SPACED * line.span.box.height:
            break
        run.append(line)
    following = lines.index(run[-1]) + 1
    after = lines[following : following + 1]
    while run[-1].role == Role.OTHER and not _continues(run, after):
        after = [run.pop()]
    return run


def _street_above(lines: Sequence[Line], start: int) -> Sequence[Line]:
    """The line above an address if it reads like a street and is no name."""
    above = lines[start - 1 : start] if start > 1 else ()
    street = above and above[0].role == Role.OTHER and STREET_LINE.match(above[0].text)
    return above if street else ()


def _continues(run: Sequence[Line], after: Sequence[Line]) -> bool:
    """Whether the last line of a run, no address by itself, belongs to the line above.

    It does after a comma, and if it is all letters and the telephone or tax number comes next.
    """
    if run[-2].text.rstrip().endswith((",", "-", "&")):
        return True
    return bool(after) and after[0].role == Role.END and not run[-1].digits


def _joined(spans: Sequence[Span]) -> str:
    return " ".join(" ".join(span.text.split()) for span in spans)
