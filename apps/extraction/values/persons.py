"""Numbers by which a state knows a person, in the groups in which they are printed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from apps.extraction import registers
from apps.extraction.layout import Row, Span
from apps.extraction.values import Habits, Reading

LOOSE = 0.6  # trust in a number that no register is known to give out
GROUP = r"(?:[A-Z]{1,2}(?![A-Za-z])|[A-Z]{0,6}\d[A-Z0-9]*)"  # letters alone are a pair at most
NUMBER = re.compile(rf"(?<![\w.,/-]){GROUP}(?:[ ./-]{GROUP})*(?![\w,/]|-\w)")
FEWEST, MOST = 6, 18  # letters and digits
FEWEST_DIGITS = 5
MOST_GROUPS = 12
DAY = re.compile(r"\d{1,2}[./-]\d{1,2}[./-](?:\d\d|\d{4})|\d{4}-\d\d-\d\d")


def numbers(row: Row, habits: Habits) -> Iterator[Reading]:
    """Numbers of persons: of groups that follow one another, the most that a register knows."""
    for match in NUMBER.finditer(row.plain):
        if not DAY.fullmatch(match.group()):
            yield from _readings(row, match)


def _readings(row: Row, match: re.Match[str]) -> Iterator[Reading]:
    """The number as a register knows it, or as it stands if none does.

    Only a day and letters may be left out of it: of many groups some pass a check by chance.
    """
    text = match.group()
    groups = [group.span() for group in re.finditer(r"[^ ]+", text)][:MOST_GROUPS]
    for start, end in _runs(groups):
        left_out = f"{text[:start]} {text[end:]}".split()
        may_be = all(one.isalpha() or DAY.fullmatch(one) for one in left_out)
        if may_be and any(registers.fitting(text[start:end])):
            yield _reading(row, match.start() + start, match.start() + end, 1.0)
            return
    if _may_be_one(text):
        yield _reading(row, match.start(), match.end(), LOOSE)


def _runs(groups: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Where groups that follow one another begin and end, most groups first."""
    for count in range(len(groups), 0, -1):
        for (start, _), (_, end) in zip(groups, groups[count - 1 :], strict=False):
            yield start, end


def _may_be_one(text: str) -> bool:
    compact = registers.compact(text)
    digits = sum(sign.isdigit() for sign in compact)
    return FEWEST <= len(compact) <= MOST and digits >= FEWEST_DIGITS


def _reading(row: Row, start: int, end: int, trust: float) -> Reading:
    span = Span(row, start, end)
    return Reading(span, registers.compact(span.plain), trust)
