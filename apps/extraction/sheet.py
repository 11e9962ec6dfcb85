"""A document laid out for searching: its rows, its habits, its values by kind, its labels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property

from apps.extraction.blocks import Block, blocks
from apps.extraction.doctypes import DocType, FieldRule
from apps.extraction.engines import PageText
from apps.extraction.labels import Hit, Phrases, Target
from apps.extraction.layout import CELL, Row, rows_of
from apps.extraction.lexicon import qualifiers, squeezed
from apps.extraction.lexicon import words as lexicon_words
from apps.extraction.values import Habits, Kind, Reading
from apps.extraction.values.habits import judge
from apps.extraction.values.reading import readings

# Natural logs of the odds that what stands beside a label is the value.
STRONG = 4.0  # the label says what the value is
WEAK = 2.2  # it says so, but may stand for other things as well
FAINT = 0.8  # it says something else that is often the same
TITLE = 4.5  # a mark of its class that says this much is a title, and no value
NOBODY = ""  # the target of a phrase that only keeps others from matching
LONG_ENOUGH = 60  # characters before a label that are looked at
MOST_HITS = 60  # of one field; a document that repeats a label more often says nothing new


class Sheet:
    """The rows of a document and what they hold; each row is read once for each kind."""

    def __init__(self, pages: Sequence[PageText]) -> None:
        self.pages: Mapping[int, Sequence[Row]] = {page.number: rows_of(page) for page in pages}
        self.rows: Sequence[Row] = [row for rows in self.pages.values() for row in rows]
        self._readings: dict[Kind, dict[Row, list[Reading]]] = defaultdict(dict)

    @cached_property
    def habits(self) -> Habits:
        return judge(self.rows)

    @cached_property
    def blocks(self) -> Sequence[Block]:
        """The blocks of the first page."""
        return blocks(next(iter(self.pages.values()), ()))

    def readings(self, kind: Kind, row: Row) -> list[Reading]:
        """What a row holds of a kind, left to right."""
        found = self._readings[kind]
        if row not in found:
            found[row] = readings(kind, row, self.habits)
        return found[row]

    def all_readings(self, kind: Kind) -> Iterator[Reading]:
        for row in self.rows:
            yield from self.readings(kind, row)


class Labels:
    """Where the labels of a document class stand on a sheet."""

    def __init__(self, sheet: Sheet, doctype: DocType) -> None:
        phrases = _phrases(doctype)
        self.parties = frozenset(rule.name for rule in doctype.fields if rule.type == Kind.NAME)
        self.by_row: dict[Row, list[Hit]] = {}
        self._by_name: dict[str, list[tuple[Hit, float]]] = defaultdict(list)
        self._heads: dict[Row, bool] = {}
        for row in sheet.rows:
            self.by_row[row] = list(_without_qualified(phrases.find(row)))
            for hit in self.by_row[row]:
                self._index(hit)

    def of(self, name: str) -> Sequence[tuple[Hit, float]]:
        """The labels of a field, each with its weight, in reading order."""
        return self._by_name.get(name, ())

    def heads_table(self, row: Row) -> bool:
        """Whether a row is the head of a table of things sold: "Description, Qty, Price"."""
        if row not in self._heads:
            self._heads[row] = next(_table_words().find(row), None) is not None
        return self._heads[row]

    def _index(self, hit: Hit) -> None:
        for name, weight in hit.targets:
            if name != NOBODY and len(self._by_name[name]) < MOST_HITS:
                self._by_name[name].append((hit, weight))


def _without_qualified(hits: Iterable[Hit]) -> Iterator[Hit]:
    """The labels of a row without those that only qualify what stands before: "total incl. VAT"."""
    before: Hit | None = None
    for hit in hits:
        if not _is_included(hit) and not (before and _qualifies(hit, before)):
            yield hit
            before = hit


def _qualifies(hit: Hit, before: Hit) -> bool:
    """Whether only qualifying words stand between two labels."""
    between = hit.span.row.plain[before.span.end : hit.span.start]
    words = [squeezed(word) for word in between.split()]
    return CELL not in between and any(words) and qualifiers().issuperset(words)


def _is_included(hit: Hit) -> bool:
    """Whether a label only says what the words before it include: "price (incl. VAT)"."""
    row = hit.span.row
    before = row.plain[max(0, hit.span.start - LONG_ENOUGH) : hit.span.start].split(CELL)[-1]
    words = [squeezed(word) for word in before.split()]
    if not words or words[-1] not in lexicon_words("labels", "inclusions"):
        return False
    return len(words) > 1 or "(" in before


@cache
def _table_words() -> Phrases:
    target = Target(NOBODY, 0.0)
    return Phrases({word: [target] for word in lexicon_words("tables", "columns")})


@cache
def _phrases(doctype: DocType) -> Phrases:
    targets: dict[str, list[Target]] = defaultdict(list)
    for rule in (*doctype.fields, *doctype.aids):
        for phrase, target in _targets(rule):
            targets[phrase].append(target)
    for mark, weight in doctype.marks.items():
        if weight >= TITLE:
            targets[mark].append(Target(NOBODY, 0.0))
    return Phrases(targets)


def _targets(rule: FieldRule) -> Iterator[tuple[str, Target]]:
    for labels, weight in ((rule.labels, STRONG), (rule.weak, WEAK), (rule.faint, FAINT)):
        for phrases in labels.values():
            for phrase in phrases:
                yield phrase, Target(rule.name, weight)
    for phrase in rule.avoid:
        yield phrase, Target(NOBODY, 0.0)
