"""The way in: the wanted fields of a document, each with its place and how sure it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from math import log

from apps.base.types import Box
from apps.extraction import confidence as sure
from apps.extraction import days, letterheads, papers, parties, texts
from apps.extraction.candidates import Candidate, judged, labelled, unlabelled
from apps.extraction.confidence import Choice
from apps.extraction.doctypes import DocType, FieldRule
from apps.extraction.engines import PageText
from apps.extraction.fields import Evidence, Found, Missing
from apps.extraction.layout import Span
from apps.extraction.money import Money
from apps.extraction.others import other_readings
from apps.extraction.sheet import Labels, Sheet
from apps.extraction.validators import run
from apps.extraction.values import Kind

Source = Callable[[FieldRule, Sheet, Labels], Iterator[Candidate]]

PROVING = frozenset({"iban", "vat_id", "luhn"})  # checks that hardly any misread value passes
LEAST_SHARE = 0.02  # a value less likely than this is no find
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
        self._seen: dict[str, list[Candidate]] = {}
        self._chosen: dict[str, list[Choice]] = {}

    def find(self, rule: FieldRule) -> Found | Missing:
        choices = self.choices(rule)
        if not choices or choices[0].share < LEAST_SHARE:
            return self._missing(rule)
        return self._found(rule, choices)

    def choices(self, rule: FieldRule) -> list[Choice]:
        """The values that a field may have, likeliest first."""
        if rule.name not in self._chosen:
            candidates = self._candidates(rule)
            self._chosen[rule.name] = sure.ranked(candidates, self._backing(rule, candidates))
        return self._chosen[rule.name]

    def chosen(self, name: str) -> Choice | None:
        """The likeliest value of a field, wanted or not."""
        return next(iter(self.choices(self.doctype.rule(name))), None)

    @cached_property
    def money(self) -> Money:
        return Money(self.doctype, self.sheet, self.labels)

    def _candidates(self, rule: FieldRule) -> list[Candidate]:
        if rule.name not in self._seen:
            self._seen[rule.name] = self._sought(rule)
        return self._seen[rule.name]

    def _sought(self, rule: FieldRule) -> list[Candidate]:
        if rule.type == Kind.AMOUNT:
            return self.money.candidates(rule)
        if rule.type == Kind.CURRENCY:
            return [*self._judged(rule, labelled), *self._votes()]
        if rule.party == "issuer" and self.doctype.one_column:
            reader = letterheads.addresses if rule.type == Kind.ADDRESS else letterheads.names
            return [judged(rule, one) for one in reader(self.sheet)]
        if rule.type == Kind.NAME:
            return self._judged(rule, parties.named)
        if rule.type == Kind.TEXT:
            return self._judged(rule, texts.worded)
        found = [*self._judged(rule, labelled), *self._judged(rule, unlabelled)]
        if rule.type == Kind.DATE:
            return list(days.weighed(found, self.sheet, is_due=bool(rule.after)))
        return list(self._near_names(rule, found)) if rule.party else found

    def _near_names(self, rule: FieldRule, found: Sequence[Candidate]) -> Iterator[Candidate]:
        """A number of one party among those of both, judged by the names it stands with."""
        both = [one for one in self.doctype.fields if one.type == Kind.NAME and one.party]
        own, other = (
            [c for one in both if (one.party == rule.party) == same for c in self.choices(one)]
            for same in (True, False)
        )
        return parties.near_names(found, own, other, self.sheet)

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

    def _backing(self, rule: FieldRule, candidates: Sequence[Candidate]) -> Mapping[str, float]:
        """What other values of the document add to the odds of each value of a field."""
        if rule.type == Kind.AMOUNT:
            return self.money.backing(rule)
        if rule.type == Kind.NAME and (other := self._other_party(rule)):
            rivals = sure.ranked(self._candidates(other), {})
            return parties.other_than(candidates, rivals)
        if rule.after and (first := self.choices(self.doctype.rule(rule.after))):
            return days.following(candidates, first[0].best.normalised, self._terms)
        return {}

    def _other_party(self, rule: FieldRule) -> FieldRule | None:
        """The field of the name on the other side of a document between two."""
        both = (one for one in self.doctype.fields if one.type == rule.type and one.party)
        return next((one for one in both if rule.party and one.party != rule.party), None)

    @cached_property
    def _terms(self) -> Sequence[int]:
        return days.terms_of(self.sheet.rows)

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
        if rule.type != Kind.AMOUNT:
            return best.trust * sure.combined([*readings, sure.CHECKED])
        return max(best.trust, sure.PROOF) * sure.combined([*readings, sure.PROOF])

    def _is_proved(self, rule: FieldRule, best: Candidate) -> bool:
        """Whether a sum of three or more values comes out with this one, or its check digits do."""
        if rule.type == Kind.AMOUNT:
            return self.money.is_proved(rule.name, best.normalised)
        checks = run(PROVING.intersection(rule.validators), best.normalised, best.printed)
        return any(passed for _, passed in checks)

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
