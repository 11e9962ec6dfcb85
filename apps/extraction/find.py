"""The way in: the wanted fields of a document, each with its place and how sure it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from math import log

from apps.base.types import Box
from apps.extraction import arithmetic, letterheads, papers, parties, texts
from apps.extraction import confidence as sure
from apps.extraction.candidates import IMPLIED, Candidate, judged, labelled, unlabelled
from apps.extraction.confidence import Choice
from apps.extraction.doctypes import DocType, FieldRule
from apps.extraction.engines import PageText
from apps.extraction.fields import Evidence, Found, Missing
from apps.extraction.layout import Span
from apps.extraction.others import other_readings
from apps.extraction.sheet import Labels, Sheet
from apps.extraction.validators import run
from apps.extraction.values import Kind

Source = Callable[[FieldRule, Sheet, Labels], Iterator[Candidate]]

LEAST_SHARE = 0.05  # a value less likely than this is no find
MOST_AGAIN = 4  # how often a value is looked for elsewhere on the pages


def find_fields(
    pages: Sequence[PageText], doctype: DocType, wanted: Collection[str]
) -> list[Found | Missing]:
    """The wanted fields, in the order of the class file. Names it does not know are passed over."""
    if doctype.reader == "mrz":
        return papers.find_fields(pages, doctype, wanted)
    search = _Search(pages, doctype)
    return [search.find(rule) for rule in doctype.fields if rule.name in wanted]


class _Search:
    """One document under one class; what several fields need is worked out once."""

    def __init__(self, pages: Sequence[PageText], doctype: DocType) -> None:
        self.doctype = doctype
        self.sheet = Sheet(pages)
        self.labels = Labels(self.sheet, doctype)

    def find(self, rule: FieldRule) -> Found | Missing:
        choices = sure.ranked(self._candidates(rule), self._backing(rule))
        if not choices or choices[0].share < LEAST_SHARE:
            return self._missing(rule)
        return self._found(rule, choices)

    @cached_property
    def amounts(self) -> Mapping[str, list[Candidate]]:
        """Candidates of all amounts of the class: sums need those that are not wanted too."""
        rules = [*self.doctype.fields, *self.doctype.aids]
        found = {
            rule.name: [judged(rule, one) for one in labelled(rule, self.sheet, self.labels)]
            for rule in rules
            if rule.type == Kind.AMOUNT
        }
        for name, value in list(arithmetic.implied(self.doctype.sums, found)):
            found[name].extend(self._printed(name, value))
        return found

    def _printed(self, name: str, cents: int) -> Iterator[Candidate]:
        """Amounts on the pages that a sum gives."""
        for reading in self.sheet.all_readings(Kind.AMOUNT):
            if cents and arithmetic.cents(reading.normalised) == cents:
                one = Candidate((reading.span,), reading.normalised, IMPLIED, reading.trust)
                yield judged(self.doctype.rule(name), one)

    @cached_property
    def verdict(self) -> arithmetic.Verdict:
        return arithmetic.check(self.doctype.sums, self.amounts)

    def _candidates(self, rule: FieldRule) -> list[Candidate]:
        if rule.type == Kind.AMOUNT:
            return self.amounts[rule.name] or self._judged(rule, unlabelled)
        if rule.type == Kind.CURRENCY:
            return [*self._judged(rule, labelled), *self._votes()]
        if rule.party == "issuer" and self.doctype.one_column:
            reader = letterheads.addresses if rule.type == Kind.ADDRESS else letterheads.names
            return [judged(rule, one) for one in reader(self.sheet)]
        if rule.type == Kind.NAME:
            return self._judged(rule, parties.named)
        if rule.type == Kind.TEXT:
            return self._judged(rule, texts.worded)
        return [*self._judged(rule, labelled), *self._judged(rule, unlabelled)]

    def _judged(self, rule: FieldRule, source: Source) -> list[Candidate]:
        return [judged(rule, one) for one in source(rule, self.sheet, self.labels)]

    def _votes(self) -> Iterator[Candidate]:
        """Currencies by how often they stand on the pages."""
        named = list(self.sheet.all_readings(Kind.CURRENCY))
        counts = Counter(reading.normalised for reading in named)
        for code, count in counts.items():
            first = next(reading for reading in named if reading.normalised == code)
            odds = 1.0 + log(count) - log(1 + len(named) - count)
            yield Candidate((first.span,), code, odds)

    def _backing(self, rule: FieldRule) -> Mapping[str, float]:
        """What the sums add to the odds of each value of an amount."""
        if rule.type != Kind.AMOUNT:
            return {}
        refuted = sure.REFUTED if rule.name in self.verdict.refuted else 0.0
        backing = {one.normalised: refuted for one in self.amounts[rule.name]}
        for (name, value), count in self.verdict.proved.items():
            if name == rule.name:
                backing[value] = sure.PROVED[min(count, len(sure.PROVED) - 1)]
        for name, value in self.verdict.parts:
            if name == rule.name:
                backing[value] = backing.get(value, 0.0) + sure.PART
        return backing

    def _found(self, rule: FieldRule, choices: Sequence[Choice]) -> Found:
        best = choices[0].best
        printed = best.printed
        rivals = [one.best.printed for one in choices[1:] if one.share >= LEAST_SHARE]
        boxes = tuple(span.box for span in best.spans)
        evidence = Evidence(
            read=round(self._read_right(rule, best), 5),
            chosen=round(choices[0].share, 5),
            proved=self._is_proved(rule, best),
        )
        return Found(
            name=rule.name,
            value=printed,
            normalised=best.normalised,
            page=best.spans[0].row.page,
            box=_around(boxes),
            confidence=round(evidence.chosen * evidence.read, 4),
            glyphs=tuple(glyph for span in best.spans for glyph in span.glyphs),
            boxes=boxes,
            others=other_readings(rule, best.spans, rivals, self.sheet.habits),
            checks=run(rule.validators, best.normalised, printed),
            label=best.label.box if best.label else None,
            evidence=evidence,
        )

    def _read_right(self, rule: FieldRule, best: Candidate) -> float:
        """The probability that the characters are right, knowing where else the value stands."""
        readings = [sure.read_right(best.spans, rule.type)]
        readings.extend(sure.read_right((one,), rule.type) for one in self._again(rule, best))
        if not self._is_proved(rule, best):
            return best.trust * sure.combined(readings)
        return max(best.trust, sure.PROOF) * sure.combined([*readings, sure.PROOF])

    def _is_proved(self, rule: FieldRule, best: Candidate) -> bool:
        """Whether a sum of three or more values comes out with this one."""
        if rule.type != Kind.AMOUNT:
            return False
        return self.verdict.proved.get((rule.name, best.normalised), 0) >= len(sure.PROVED) - 1

    def _again(self, rule: FieldRule, best: Candidate) -> Iterable[Span]:
        """Where else the same value stands."""
        if best.normalised == "0.00":
            return []
        own = {(span.row, span.start) for span in best.spans}
        others = [
            reading.span
            for reading in self.sheet.all_readings(rule.type)
            if reading.normalised == best.normalised
            and (reading.span.row, reading.span.start) not in own
        ]
        return others[: MOST_AGAIN - 1]

    def _missing(self, rule: FieldRule) -> Missing:
        first = next(iter(self.labels.of(rule.name)), None)
        page = next(iter(self.sheet.pages), 1)
        if first is None:
            return Missing(rule.name, page, rule.region)
        label = first[0].span
        return Missing(rule.name, label.row.page, _beside(label.box), label.box)


def _beside(label: Box) -> Box | None:
    """Where the value of a label without one should stand: right of it and under it."""
    top = max(0.0, label.top - label.height / 2)
    bottom = min(1.0, label.bottom + 2 * label.height)
    return Box(label.left, top, min(1.0, label.right + 0.5), bottom)


def _around(boxes: Sequence[Box]) -> Box:
    box = boxes[0]
    for other in boxes[1:]:
        box = box.union(other)
    return box
