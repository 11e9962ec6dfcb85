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
from apps.extraction.spelling import spelled

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
WITH_BRAND = -1.0  # together with the line above it, if that is printed like it
SMALLER, LARGER, NEAR = 0.7, 1.6, 1.5  # heights of a name; what is printed like it
SURE = 0.9  # mean confidence of a line that is print, no logo
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
REGISTRATION = re.compile(
    r"\W+(?:au capital\b|capital (?:social|de)\b|RCS\b|R\.C\.S|SIRE[TN]\b|HR[AB]\b|Amtsgericht\b"
    r"|Registergericht\b|registered (?:in|office)\b|company (?:no|reg)\b|inscrita en\b|KvK\b)",
    re.IGNORECASE,
)
PRICE = re.compile(r"(?<!\d)\d{1,4}[.,]\d{2}(?!\d)")
LONGEST_RUN = 8  # lines of an address
UNCLOSED = re.compile(r"\s*[(\[][^)\]]{0,3}$")
LAST_WORDS = re.compile(r"(?<=\s)[^\W\d_]{3,20}\W*$")
STREET_LINE = re.compile(r"\s*\d{1,4}\s?[a-z]?,?\s+[^\W\d]{2,}")
STREET_THEN_NUMBER = re.compile(r"\s*[^\W\d_][^\d,:]{3,40}\s\d{1,4}\s?[a-z]?,?\s*$")
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
        yield _candidate(spans, odds)
        if at and len(spans) == 1 and _may_be_brand(lines[at - 1], line):
            yield _candidate((lines[at - 1].span.trimmed(), *spans), odds + WITH_BRAND)


def addresses(sheet: Sheet) -> Iterator[Candidate]:
    """The lines of the head that make up the address."""
    lines = _head(sheet)
    start = 0
    while start < len(lines):
        run = _address_run(lines, start)
        if run:
            spans = tuple(line.span for line in run)
            yield _candidate(spans, _address_odds(run) + start * LOWER_DOWN)
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
    if _legibility(line) < LEGIBLE:
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
    start, end = span.start + _lead(span.plain), span.end
    for pattern in (REGISTRATION, REGISTER_BEHIND):
        behind = pattern.search(span.row.plain, start, end)
        end = behind.start() if behind and behind.start() > start + FEW_LETTERS else end
    end = _without_heading(span.row.plain, start, end)
    open_bracket = UNCLOSED.search(span.row.plain, start, end)
    end = open_bracket.start() if open_bracket else end
    while end > start + 1 and span.row.text[end - 1] in " \t,;:-([<":
        end -= 1
    return Span(span.row, start, end).trimmed()


def _without_heading(text: str, start: int, end: int) -> int:
    """Where a name ends before the kind of the document: "Teapot Ltd INVOICE"."""
    last = LAST_WORDS.search(text, start, end)
    if last and fold(last.group()) in _kinds() and last.start() > start + FEW_LETTERS:
        return _without_heading(text, start, len(text[: last.start()].rstrip()))
    return end


@cache
def _kinds() -> frozenset[str]:
    return frozenset(fold(word) for word in lexicon.words("names", "kinds"))


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
    for line in takewhile(_may_be_address, lines[start + 1 : start + LONGEST_RUN]):
        if line.span.box.top - run[-1].span.box.bottom > SPACED * line.span.box.height:
            break
        run.append(line)
    following = lines.index(run[-1]) + 1
    after = lines[following : following + 1]
    while run[-1].role == Role.OTHER and not _continues(run, after):
        after = [run.pop()]
    return run


def _may_be_address(line: Line) -> bool:
    return line.role in IN_ADDRESS and not PRICE.search(line.text)


def _street_above(lines: Sequence[Line], start: int) -> Sequence[Line]:
    """The line above an address if it reads like a street and is no name.

    With its number at the end it is one above a line that starts with a postcode only.
    """
    above = lines[start - 1 : start] if start > 1 else ()
    if not above or above[0].role != Role.OTHER:
        return ()
    town = POSTCODE.match(lines[start].text.lstrip()) is not None
    pattern = STREET_THEN_NUMBER if town else STREET_LINE
    return above if STREET_LINE.match(above[0].text) or pattern.match(above[0].text) else ()


def _continues(run: Sequence[Line], after: Sequence[Line]) -> bool:
    """Whether the last line of a run, no address by itself, belongs to the line above.

    It does after a comma, and if it is all letters and the telephone or tax number comes next.
    """
    if run[-2].text.rstrip().endswith((",", "-", "&")):
        return True
    return bool(after) and after[0].role == Role.END and not run[-1].digits


def _candidate(spans: Sequence[Span], odds: float) -> Candidate:
    text, trust = spelled(spans)
    return Candidate(spans, text, odds, trust * trust_in(text))


def _may_be_brand(above: Line, line: Line) -> bool:
    """Whether the line above a name is printed like it, so that it may be a part of it."""
    if above.role not in MAYBE_NAME or above.letters < FEW_LETTERS or not line.legal_form:
        return False
    height, gap = line.span.box.height, line.span.box.top - above.span.box.bottom
    like = SMALLER * height < above.span.box.height < LARGER * height and gap < NEAR * height
    return like and _legibility(above) > SURE and not above.legal_form


def _legibility(line: Line) -> float:
    glyphs = line.span.glyphs
    return sum(glyph.confidence for glyph in glyphs) / len(glyphs)
