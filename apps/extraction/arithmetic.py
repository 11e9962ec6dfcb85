"""Sums that must come out: a value that makes one come out is hardly misread or mistaken.

A sum is a line of a class file, such as "total = subtotal + tax? + ~rounding?": a "?" marks a
term that need not be printed, a "~" one whose sign is not to be trusted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product

from apps.extraction.candidates import Candidate

MOST = 3  # candidates of a term that are tried, the likeliest
LIKELY = 0.8  # natural log of odds; what is less likely proves nothing

Key = tuple[str, str]  # (field, normalised value)
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


def check(lines: Iterable[str], candidates: Mapping[str, Sequence[Candidate]]) -> Verdict:
    """Try the likeliest candidates in each sum."""
    proved: dict[Key, int] = {}
    parts: set[Key] = set()
    comes_out: dict[str, bool] = {}
    for line in lines:
        one = parse(line)
        agreements = list(_agreements(one, candidates))
        if _all_present(one, candidates):
            comes_out[one.total] = comes_out.get(one.total, False) or bool(agreements)
        for total, *terms in agreements:
            for key in (total, *terms):
                proved[key] = max(proved.get(key, 0), len(terms))
            if len(terms) > 1:
                parts.update((one.total, value) for _, value in terms if value != total[1])
    refuted = frozenset(name for name, out in comes_out.items() if not out)
    return Verdict(proved, frozenset(parts), refuted)


def implied(
    lines: Iterable[str], candidates: Mapping[str, Sequence[Candidate]]
) -> Iterator[tuple[str, int]]:
    """Totals that sums imply, with the field's name, in cents; whether printed or not."""
    for line in lines:
        one = parse(line)
        needed = [term for term in one.terms if not term.optional]
        if len(needed) > 1 and all(_tried(term.name, candidates) for term in needed):
            best = ((_tried(term.name, candidates)[0], term) for term in needed)
            yield one.total, sum(cents(value.normalised) * term.sign for value, term in best)


def _agreements(one: Sum, candidates: Mapping[str, Sequence[Candidate]]) -> Iterator[list[Key]]:
    """Each way the sum comes out, as the values that take part and are not zero."""
    choices = [_choices(term, candidates) for term in one.terms]
    totals = {cents(total.normalised): total for total in _tried(one.total, candidates)}
    for picked in product(*choices):
        total = totals.get(sum(value for _, value in picked))
        taking_part = [key for key, value in picked if value]
        if total is not None and taking_part:
            yield [(one.total, total.normalised), *taking_part]


def _choices(term: Term, candidates: Mapping[str, Sequence[Candidate]]) -> list[tuple[Key, int]]:
    """The values a term may take, in cents, each with the candidate it comes from."""
    found: list[tuple[Key, int]] = []
    for candidate in _tried(term.name, candidates):
        value = cents(candidate.normalised) * term.sign
        found.append(((term.name, candidate.normalised), value))
        if term.either_sign and value:
            found.append(((term.name, candidate.normalised), -value))
    if term.optional or term.either_sign:
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
    needed = [term.name for term in one.terms if not (term.optional or term.either_sign)]
    return all(
        any(candidate.trust >= SURE for candidate in _tried(name, candidates))
        for name in (one.total, *needed)
    )
