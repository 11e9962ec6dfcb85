"""VAT numbers: with their country letters, and without them where the words beside tell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from stdnum.ch import uid as swiss
from stdnum.eu import vat as european
from stdnum.gb import vat as british
from stdnum.no import mva as norwegian

from apps.extraction import lexicon
from apps.extraction.layout import Row, Span
from apps.extraction.values import Habits, Reading
from apps.extraction.values.mending import mended

SHAPE_ONLY = 0.9  # trust in a number whose check digits fail: sample documents carry such
LOOSE = 0.5  # trust in a number whose length is not that of its country
NATIONAL = 0.97  # trust in a number whose country only the words beside it tell
GAP = r"[\s.:/-]{0,4}"
VAT = re.compile(
    rf"(?<![A-Z0-9])(?P<country>{'|'.join(lexicon.vat_shapes())})[\s.:-]{{0,2}}"
    r"(?P<rest>[A-Z0-9](?:[\s.-]?[A-Z0-9]){6,13})"
)
REST = r"(?P<rest>[A-Z]?[\s.-]?\d(?:[\s.-]?\d){6,10}[\s.-]?[A-Z]?)(?![A-Za-z0-9])"


def vat_ids(row: Row, habits: Habits) -> Iterator[Reading]:
    """VAT numbers of a row, compact and upper case."""
    for match in VAT.finditer(row.plain):
        yield from _with_letters(row, match)
    for match in _national().finditer(row.plain):
        compact = re.sub(r"[\s.-]", "", match["rest"])
        for country in _countries(match["lead"]):
            if is_vat_id(country + compact):
                span = Span(row, match.start("rest"), match.end("rest"))
                yield Reading(span, country + compact, NATIONAL)
                break


def is_vat_id(number: str) -> bool:
    """Whether the check digits of a VAT number with its country letters are right."""
    checks = {"GB": british, "CH": swiss, "NO": norwegian}
    return bool(checks.get(number[:2], european).is_valid(number.removesuffix("MWST")))


def _with_letters(row: Row, match: re.Match[str]) -> Iterator[Reading]:
    country, rest = match["country"], match["rest"]
    shapes = lexicon.vat_shapes()[country]
    for end in _ends_of_groups(rest):
        compact = re.sub(r"[\s.-]", "", rest[:end])
        span = Span(row, match.start(), match.start("rest") + end)
        if any(_has_shape(compact, shape) for shape in shapes):
            yield _judged(span, country, compact)
            return
        for shape in shapes:
            if len(shape) == len(compact) and (found := _put_right(span, country, compact, shape)):
                yield found
                return
    if rest.isdigit():
        yield Reading(Span(row, match.start(), match.end()), country + rest, LOOSE)


def _judged(span: Span, country: str, compact: str) -> Reading:
    """A number of the right shape; put right only where the engine doubted a character."""
    number = country + compact
    if is_vat_id(number):
        return Reading(span, number)
    return _put_right(span, country, compact, "*" * len(compact)) or Reading(
        span, number, SHAPE_ONLY
    )


def _put_right(span: Span, country: str, compact: str, shape: str) -> Reading | None:
    text = span.row.text[span.start : span.end]
    marks = span.row.marks[span.start : span.end]
    signs = [mark for sign, mark in zip(text, marks, strict=True) if sign.isalnum()]
    found = mended(compact, signs[len(country) :], shape, lambda rest: is_vat_id(country + rest))
    return Reading(span, country + found.text, found.trust) if found else None


@cache
def _national() -> re.Pattern[str]:
    """A number after the words that announce it in one country."""
    leads = sorted((lead for many in lexicon.vat_leads().values() for lead in many), key=len)
    words = "|".join(re.escape(lead) for lead in reversed(leads))
    return re.compile(rf"(?<![A-Za-z])(?i:(?P<lead>{words})){GAP}{REST}")


def _countries(lead: str) -> Iterator[str]:
    """The countries in which a number is announced so."""
    for country, leads in lexicon.vat_leads().items():
        if lead.lower() in leads:
            yield country


def _ends_of_groups(text: str) -> list[int]:
    """Where a code may end: at each gap and at its end, the longest first."""
    gaps = [match.start() for match in re.finditer(r"[\s.-]", text)]
    return [len(text), *reversed(gaps)]


def _has_shape(code: str, shape: str) -> bool:
    return len(code) == len(shape) and all(
        (want == "9" and sign.isdigit())
        or (want == "A" and sign.isalpha())
        or (want == "*" and sign.isalnum())
        for sign, want in zip(code, shape, strict=True)
    )
