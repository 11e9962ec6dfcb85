"""What a document says against itself: sums that fail, an invoice due before it was written.

Each value may be read beyond doubt and stand beside its label; together they cannot all be meant.
Which of them is wrong nobody can say from here, so a person looks at each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby, product

from apps.extraction.arithmetic import Sum, Term, cents, parse
from apps.extraction.doctypes import DocType
from apps.extraction.fields import Flag, Found, Missing

ROUNDING = 5  # cents, where a sum knows terms that need not have been found
ENOUGH = 2  # terms; one alone that differs from its total leaves room for what was not found

Values = Mapping[str, int]  # cents, by field


def contradicted(fields: Sequence[Found | Missing], doctype: DocType) -> list[Found | Missing]:
    """The fields; flagged are those of sums that do not come out and of days in the wrong order.

    A total that find has proved by a sum is believed, whatever the others say.
    """
    found = {one.name: one for one in fields if isinstance(one, Found)}
    values = {name: cents(found[name].normalised) for name in summed(doctype) if name in found}
    wrong: set[str] = set()
    for total, sums in groupby(sorted(_sums(doctype), key=_total), key=_total):
        if total in found and not found[total].evidence.proved:
            wrong |= _wrong(list(sums), values)
    alike = {values[name] for name in wrong}  # who says the same shares the doubt
    days = set(_days(found, doctype))
    doubted = {one.name for one in fields if values.get(one.name) in alike} | days
    return [_flagged(one) if one.name in doubted else one for one in fields]


def summed(doctype: DocType) -> list[str]:
    """The amounts of a class that stand in its sums: to judge one of them, all are looked for."""
    named = {name for one in _sums(doctype) for name in _names(one)}
    return [rule.name for rule in doctype.fields if rule.name in named]


def ordered(doctype: DocType) -> list[str]:
    """The dates of a class that stand in an order: likewise."""
    named = {name for rule in doctype.fields if rule.after for name in (rule.name, rule.after)}
    return [rule.name for rule in doctype.fields if rule.name in named]


def _days(found: Mapping[str, Found], doctype: DocType) -> Iterator[str]:
    """Dates that are before the one they must not precede, and that one."""
    for rule in doctype.fields:
        later, first = found.get(rule.name), found.get(rule.after)
        if later and first and later.normalised < first.normalised:
            yield from (rule.name, rule.after)


def _sums(doctype: DocType) -> list[Sum]:
    return [parse(line) for line in doctype.sums]


def _total(one: Sum) -> str:
    return one.total


def _names(one: Sum) -> list[str]:
    return [one.total, *(term.name for term in one.terms)]


def _wrong(sums: Sequence[Sum], values: Values) -> set[str]:
    """Fields of the sums that can be tried, if none of those comes out."""
    tried = [one for one in sums if _can_be_tried(one, values)]
    if any(_comes_out(one, values) for one in tried):
        return set()
    return {name for one in tried for name in _names(one) if name in values}


def _can_be_tried(one: Sum, values: Values) -> bool:
    needed = [term.name for term in one.terms if not _may_lack(term)]
    present = sum(term.name in values for term in one.terms)
    return present >= ENOUGH and all(name in values for name in needed)


def _comes_out(one: Sum, values: Values) -> bool:
    room = ROUNDING if any(term.optional for term in one.terms) else 0
    ways = product(*(list(_worth(term, values)) for term in one.terms))
    return any(abs(sum(way) - values[one.total]) <= room for way in ways)


def _worth(term: Term, values: Values) -> Iterator[int]:
    """What a term may add, in cents."""
    if term.name in values:
        yield values[term.name] * term.sign
        if term.either_sign:
            yield -values[term.name] * term.sign
    if _may_lack(term):
        yield 0


def _may_lack(term: Term) -> bool:
    return term.optional


def _flagged(one: Found | Missing) -> Found | Missing:
    if isinstance(one, Missing):
        return one
    return replace(one, flags=(*one.flags, Flag.CONTRADICTION))
