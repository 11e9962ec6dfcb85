"""Sums that must come out: a value that makes one come out is hardly misread or mistaken.

A sum is a line of a class file, such as "total = subtotal + tax? + ~rounding?": a "?" marks a
term that need not be printed, a "~" one whose sign is not to be trusted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import NamedTuple

from apps.extraction.candidates import Candidate

MOST = 8  # candidates of a term that are tried, the likeliest
MOST_OPTIONAL = 4  # the same of a term that need not be printed
CHANCE = 2.0  # natural log; a way that is so much less likely than another came out by chance
LIKELY = 0.8  # natural log of odds; what is less likely proves nothing

Key = tuple[str, str]  # (field, normalised value)
Implied = tuple[str, int, float]  # field, value in cents, odds of the least likely of the others
SURE = 0.9  # trust; a sum that fails with less sure values refutes nothing
NOTHING: Key = ("", "")  # a term that is not printed


@dataclass(frozen=True, slots=True)
class Term:
    name: str
    sign: int  # 1 or -1
    optional: bool
    either_sign: bool


@dataclass(frozen=True, slots=True)
class Sum:
    total: str
    terms: Sequence[Term]


@cache
def parse(line: str) -> Sum:
    """A sum from its line in a class file."""
    total, _, right = line.partition("=")
    terms: list[Term] = []
    sign = 1
    for word in right.replace("+", " + ").replace("-", " - ").split():
        if word in "+-":
            sign = 1 if word == "+" else -1
            continue
        terms.append(Term(word.strip("?~"), sign, word.endswith("?"), word.startswith("~")))
    return Sum(total.strip(), tuple(terms))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the sums say of the values of the fields."""

    proved: Mapping[Key, int]  # → how many other values agree with it
    parts: frozenset[Key]  # (field, value) that a sum shows to be but a part of the field's value
    refuted: frozenset[str]  # fields none of whose sums comes out


class Way(NamedTuple):
    """A way in which a sum comes out."""

    total: Key
    terms: Sequence[Key]  # that are printed and not zero
    doubt: float  # natural log; how much likelier other values of its fields are, all together


def check(lines: Iterable[str], candidates: Mapping[str, Sequence[Candidate]]) -> Verdict:
    """Try the likeliest candidates in each sum."""
    proved: dict[Key, int] = {}
    parts: set[Key] = set()
    comes_out: dict[str, bool] = {}
    found: list[Way] = []
    for one in map(parse, lines):
        ways = list(_ways(one, candidates))
        found.extend(ways)
        if _all_present(one, candidates):
            comes_out[one.total] = comes_out.get(one.total, False) or bool(ways)
    for way in _honest(found):
        for key in (way.total, *way.terms):
            proved[key] = max(proved.get(key, 0), len(way.terms))
        if len(way.terms) > 1:
            name, whole = way.total
            parts.update((name, value) for _, value in way.terms if value != whole)
    refuted = frozenset(name for name, out in comes_out.items() if not out)
    return Verdict(proved, frozenset(parts), refuted)


def _honest(ways: Sequence[Way]) -> Iterator[Way]:
    """The ways without those that come out by chance: with far less likely values than others."""
    least: dict[tuple[str, bool], float] = {}
    for way in ways:
        kind = (way.total[0], len(way.terms) > 1)
        least[kind] = min(way.doubt, least.get(kind, way.doubt))
    for way in ways:
        if way.doubt <= least[way.total[0], len(way.terms) > 1] + CHANCE:
            yield way


def implied(
    lines: Iterable[str], candidates: Mapping[str, Sequence[Candidate]]
) -> Iterator[Implied]:
    """What each sum makes of one value from the likeliest others; printed or not."""
    for line in lines:
        one = parse(line)
        best = {one.total: _likeliest(Term(one.total, -1, False, False), candidates)}
        for term in one.terms:
            if _takes_part(term, candidates):
                best[term.name] = _likeliest(term, candidates)
        signs = {term.name: term.sign for term in one.terms if not term.either_sign}
        for name, sign in {**signs, one.total: -1}.items():
            others = [value for other, value in best.items() if other != name]
            known = [value for value in others if value is not None]
            if name in best and len(known) == len(others) > 1:
                rest = -sum(value for value, _ in known)
                yield name, rest * sign, min(odds for _, odds in known)


def _takes_part(term: Term, candidates: Mapping[str, Sequence[Candidate]]) -> bool:
    """Whether a sum is incomplete without a term: it must be printed, or it is."""
    printed = term.either_sign and bool(_tried(term.name, candidates))
    return printed or not term.optional


def _likeliest(
    term: Term, candidates: Mapping[str, Sequence[Candidate]]
) -> tuple[int, float] | None:
    """The likeliest value of a term with its sign, in cents, and its odds; None without one."""
    best = next(iter(_tried(term.name, candidates)), None)
    if best is None:
        return None
    value = cents(best.normalised)
    return term.sign * (abs(value) if term.either_sign else value), best.odds


def _ways(one: Sum, candidates: Mapping[str, Sequence[Candidate]]) -> Iterator[Way]:
    """Each way a sum comes out with the candidates that are tried."""
    choices = [_choices(term, candidates) for term in one.terms]
    totals = {cents(total.normalised): total for total in _tried(one.total, candidates)}
    doubts = _doubts([one.total, *(term.name for term in one.terms)], candidates)
    for picked in product(*choices):
        total = totals.get(sum(value for _, value in picked))
        terms = [key for key, value in picked if value]
        if total is not None and terms:
            key = (one.total, total.normalised)
            yield Way(key, terms, sum(doubts[each] for each in (key, *terms)))


def _doubts(
    names: Iterable[str], candidates: Mapping[str, Sequence[Candidate]]
) -> Mapping[Key, float]:
    """By how much the likeliest value of its field exceeds each that is tried, natural log."""
    tried = {name: _tried(name, candidates) for name in names}
    return {
        (name, one.normalised): many[0].odds - one.odds
        for name, many in tried.items()
        for one in many
    }


def _choices(term: Term, candidates: Mapping[str, Sequence[Candidate]]) -> list[tuple[Key, int]]:
    """The values a term may take, in cents, each with the candidate it comes from."""
    found: list[tuple[Key, int]] = []
    most = MOST_OPTIONAL if term.optional else MOST
    for candidate in _tried(term.name, candidates)[:most]:
        value = cents(candidate.normalised) * term.sign
        found.append(((term.name, candidate.normalised), value))
        if term.either_sign and value:
            found.append(((term.name, candidate.normalised), -value))
    if term.optional:
        found.append((NOTHING, 0))
    return found


def cents(normalised: str) -> int:
    return int(normalised.replace(".", ""))


def _tried(name: str, candidates: Mapping[str, Sequence[Candidate]]) -> list[Candidate]:
    """The likeliest candidates of a field, one for each value."""
    best: dict[str, Candidate] = {}
    for candidate in sorted(candidates.get(name, ()), key=lambda one: -one.odds):
        if candidate.odds > LIKELY:
            best.setdefault(candidate.normalised, candidate)
    return list(best.values())[:MOST]


def _all_present(one: Sum, candidates: Mapping[str, Sequence[Candidate]]) -> bool:
    needed = [term.name for term in one.terms if not term.optional]
    return all(
        any(candidate.trust >= SURE for candidate in _tried(name, candidates))
        for name in (one.total, *needed)
    )
