"""The amounts of a document together: what each field may be, and what their sums say of it.

Labels alone are not enough. A tax at two rates is printed as two amounts, a total may stand under
a label that nobody foresaw, and what is due is often but the total again. What has to add up says
which amount is which.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from math import log

from apps.extraction import arithmetic, rates
from apps.extraction import confidence as sure
from apps.extraction.arithmetic import Verdict, cents
from apps.extraction.candidates import Candidate, judged, labelled, unlabelled
from apps.extraction.columns import totals
from apps.extraction.doctypes import DocType, FieldRule
from apps.extraction.rates import Printed, Triple
from apps.extraction.sheet import STRONG, Labels, Sheet
from apps.extraction.values import Habits, Kind, Reading, amounts
from apps.extraction.values.amounts import in_cents

# Natural logs of odds:
IMPLIED = -1.5  # an amount that a sum gives, beside the least likely of the others
MOST_IMPLIED = 5.0  # those others are taken to be no likelier than this
BY_RATE = 2.2  # the greatest net, tax and gross that come out by a rate
BY_RATE_TOO = -0.5  # others that do
ALIKE = 2.2  # the value of the field that this one is like, where no label of its own stands
UNLIKE = -0.5  # the same where one stands
TOTALLED = 0.4  # an amount that all above it in its column add up to
SIGN_LOST = 0.9  # trust in an amount whose sign only a sum shows
SECOND_GUESS = 0.8  # trust in an amount that a sum put right
DOUBTFUL = 0.95  # confidence of a digit; a surer one is not put right
ADDED = 0.97  # trust in a value that is printed in parts
NUMBER = re.compile(r"[^\d.,' ]")  # what is no part of a printed number
MOST_PARTS = 4  # candidates of a field that an alike field takes over

Amounts = Mapping[str, list[Candidate]]  # by field


class Money:
    """All amounts of one document under one class; sums need those that are not wanted too."""

    def __init__(self, doctype: DocType, sheet: Sheet, labels: Labels) -> None:
        self.doctype, self.sheet, self.labels = doctype, sheet, labels
        self._own = frozenset(rule.name for rule in doctype.fields)

    def candidates(self, rule: FieldRule) -> list[Candidate]:
        """What may be the amount of a field, with and without its labels."""
        return self._all[rule.name] or [
            judged(rule, one) for one in unlabelled(rule, self.sheet, self.labels)
        ]

    def backing(self, rule: FieldRule) -> Mapping[str, float]:
        """What the sums add to the odds of each value of a field, natural log."""
        return self._backing(rule.name, self._all, self.verdict)

    def is_proved(self, name: str, value: str) -> bool:
        """Whether a sum of three or more values comes out with this one."""
        return self.verdict.proved.get((name, value), 0) >= len(sure.PROVED) - 1

    @cached_property
    def verdict(self) -> Verdict:
        return self._verdict(self._all)

    @cached_property
    def _all(self) -> Amounts:
        """The candidates, those included that a field has because it is like another."""
        first = self._by_themselves
        found = {name: list(many) for name, many in first.items()}
        verdict = self._verdict(first)
        for rule in self.doctype.fields:
            if rule.like in first:
                backing = self._backing(rule.like, first, verdict)
                choices = sure.ranked(first[rule.like], backing)[:MOST_PARTS]
                found[rule.name].extend(self._alike(rule, choices))
        return found

    @cached_property
    def _by_themselves(self) -> Amounts:
        """Candidates from labels, from rates, and from sums of those."""
        kinds = [r for r in (*self.doctype.fields, *self.doctype.aids) if r.type == Kind.AMOUNT]
        found = {rule.name: list(self._labelled(rule)) for rule in kinds}
        for name, candidate in self._by_rate():
            found[name].append(judged(self.doctype.rule(name), candidate))
        for name, value, odds in list(arithmetic.implied(self.doctype.sums, found)):
            if name in self._own and value:
                likely = min(odds, MOST_IMPLIED) + IMPLIED
                misread = list(self._misread(value, found[name]))
                found[name].extend([*self._printed(name, value, likely), *misread])
        return found

    def _verdict(self, found: Amounts) -> Verdict:
        """What sums and rates say; of the rates the greatest gross, of which others are parts."""
        verdict = arithmetic.check(self.doctype.sums, found)
        proved, parts = dict(verdict.proved), set(verdict.parts)
        for step, triple in enumerate(self._triples):
            for name, value in zip(self.doctype.taxed, triple[:3], strict=True):
                key = (name, in_cents(value))
                if not step:
                    proved[key] = max(proved.get(key, 0), len(sure.PROVED) - 1)
                elif len(self._triples[0].parts) > 1 and proved.pop(key, 0):
                    parts.add(key)
        return Verdict(proved, frozenset(parts), verdict.refuted)

    def _backing(self, name: str, found: Amounts, verdict: Verdict) -> Mapping[str, float]:
        refuted = sure.REFUTED if name in verdict.refuted else 0.0
        values = {one.normalised for one in found[name]}
        proved = {value: count for (n, value), count in verdict.proved.items() if n == name}
        backing = {value: refuted + self._as_total(value) for value in values}
        if max(proved.values(), default=0) >= len(sure.PROVED) - 1:
            backing = {value: odds + sure.UNPROVED for value, odds in backing.items()}
        for value, count in proved.items():
            # A proof takes back what speaks against a value; of what speaks for it the most counts.
            by_sum = sure.PROVED[min(count, len(sure.PROVED) - 1)]
            backing[value] = max(by_sum, self._as_total(value))
        for part, value in verdict.parts:
            if part == name:
                backing[value] = backing.get(value, 0.0) + sure.PART
        return backing

    @cached_property
    def _on_page(self) -> Printed:
        return Printed(self.sheet)

    @cached_property
    def _triples(self) -> Sequence[Triple]:
        return rates.triples(self.sheet, self._on_page) if self.doctype.taxed else ()

    @cached_property
    def _totals(self) -> frozenset[int]:
        return totals(self.sheet)

    def _labelled(self, rule: FieldRule) -> Iterator[Candidate]:
        for one in labelled(rule, self.sheet, self.labels):
            yield judged(rule, one)

    def _by_rate(self) -> Iterator[tuple[str, Candidate]]:
        """Net, tax and gross that come out by the printed rates."""
        for step, triple in enumerate(self._triples[:MOST_PARTS]):
            odds = BY_RATE_TOO if step else BY_RATE
            for name, value in zip(self.doctype.taxed, triple[:3], strict=True):
                if name in self._own and value in self._on_page:
                    yield name, _candidate(self._on_page.readings[value], value, odds)
                elif name in self._own and value == triple.tax:
                    yield name, _in_parts(triple, odds)

    def _printed(self, name: str, value: int, odds: float) -> Iterator[Candidate]:
        """Amounts on the pages that a sum gives; the sign of one may be lost."""
        for reading in self.sheet.all_readings(Kind.AMOUNT):
            if abs(cents(reading.normalised)) == abs(value):
                yield judged(self.doctype.rule(name), _candidate(reading, value, odds))

    def _misread(self, value: int, others: Sequence[Candidate]) -> Iterator[Candidate]:
        """Amounts that are what a sum gives if the engine's second guess at one digit is right."""
        wanted = in_cents(value)
        for one in others:
            if one.normalised != wanted and value in _second_guesses(one, self.sheet.habits):
                yield replace(one, normalised=wanted, trust=one.trust * SECOND_GUESS)

    def _alike(self, rule: FieldRule, choices: Sequence[sure.Choice]) -> Iterator[Candidate]:
        """The values of the field that this one is like: what is due is the total."""
        own = any(weight == STRONG for _, weight in self.labels.of(rule.name))
        odds = ALIKE if rule.unlabelled is None else rule.unlabelled
        for choice in choices:
            if choice.share > 0:
                yield replace(choice.best, odds=log(choice.share) + (UNLIKE if own else odds))

    def _as_total(self, value: str) -> float:
        return TOTALLED if cents(value) in self._totals else 0.0


def _second_guesses(one: Candidate, habits: Habits) -> set[int]:
    """The values of an amount with one doubtful digit as the engine's second guess has it."""
    span = one.spans[0]
    found = set()
    for at, mark in enumerate(span.row.marks[span.start : span.end]):
        if mark and mark.glyph.confidence < DOUBTFUL and mark.glyph.other.isdigit():
            text = span.text[:at] + mark.glyph.other + span.text[at + 1 :]
            found.add(int(amounts.parse(NUMBER.sub("", text).strip(), habits.decimal)[0] * 100))
    return found


def _candidate(reading: Reading, value: int, odds: float) -> Candidate:
    """An amount of the page as a sum has it, which may show that its sign was lost."""
    kept = cents(reading.normalised) == value
    trust = reading.trust * (1.0 if kept else SIGN_LOST)
    return Candidate((reading.span,), in_cents(value), odds, trust)


def _in_parts(triple: Triple, odds: float) -> Candidate:
    """A tax that is printed by rates only; its value stands in several places."""
    spans = tuple(part.span for part in triple.parts)
    trust = ADDED * min(part.trust for part in triple.parts)
    return Candidate(spans, in_cents(triple.tax), odds, trust)
