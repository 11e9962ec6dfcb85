"""Other readings of a value: what a doubtful character may be instead, and what else may be meant.

They are offered to a person, never taken silently.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from apps.base.types import Box
from apps.extraction.doctypes import FieldRule
from apps.extraction.layout import CELL, Mark, Row, Span
from apps.extraction.validators import run
from apps.extraction.values import Habits, Kind
from apps.extraction.values.reading import READERS, readings

MOST = 5
DOUBTFUL = 0.9  # a character surer than this is not second-guessed
PLAUSIBLE = 0.02  # a runner-up less likely than this is not worth a look
LATIN = ("LATIN", "FULLWIDTH LATIN")  # how Unicode names letters that people here can type
NOWHERE = Box(0.0, 0.0, 1.0, 1.0)


def other_readings(
    rule: FieldRule, spans: Sequence[Span], rivals: Sequence[str], habits: Habits
) -> tuple[str, ...]:
    """At most five other readings as printed, those that pass the field's checks first.

    `rivals` are other values of the page that may be meant, likeliest first.
    """
    printed = " ".join(span.text for span in spans)
    variants = [*_second_guesses(spans), *_with_point(printed, rule.type), *rivals]
    distinct = [text for text in dict.fromkeys(variants) if text != printed]
    passing = [text for text in distinct if _passes(rule, text, habits)]
    failing = [text for text in distinct if text not in passing]
    return tuple((passing + failing)[:MOST])


def _second_guesses(spans: Sequence[Span]) -> Iterator[str]:
    """The value with one doubtful character, the most doubtful first, as the runner-up has it."""
    characters = [item for span in spans for item in (*_characters(span), (" ", None))][:-1]
    latin = not any(_is_foreign(sign) for sign, _ in characters)
    doubtful = [
        (mark.glyph.other_confidence / max(mark.glyph.confidence, PLAUSIBLE), at, mark.glyph.other)
        for at, (_, mark) in enumerate(characters)
        if mark
        and mark.glyph.confidence < DOUBTFUL
        and mark.glyph.other_confidence >= PLAUSIBLE
        and mark.glyph.other.strip()
        and not (latin and _is_foreign(mark.glyph.other))
    ]
    for _, at, other in sorted(doubtful, reverse=True)[:MOST]:
        yield "".join(other if here == at else sign for here, (sign, _) in enumerate(characters))


def _is_foreign(text: str) -> bool:
    """Whether it holds a letter that is none of the Latin script, and may look like one."""
    return any(sign.isalpha() and not unicodedata.name(sign, "").startswith(LATIN) for sign in text)


def _characters(span: Span) -> Iterator[tuple[str, Mark | None]]:
    text = span.row.text[span.start : span.end].replace(CELL, " ")
    return zip(text, span.row.marks[span.start : span.end], strict=True)


def _with_point(printed: str, kind: Kind) -> Iterator[str]:
    """An amount of bare digits with the point it may have lost."""
    digits = printed.strip()
    if kind == Kind.AMOUNT and digits.isdigit() and len(digits) > 2:
        yield f"{digits[:-2]}.{digits[-2:]}"


def _passes(rule: FieldRule, text: str, habits: Habits) -> bool:
    """Whether a text reads as a value of the field's kind that passes its checks."""
    value = text
    if rule.type in READERS:
        row = Row(1, 0, text, [None] * len(text), NOWHERE)
        found = [one for one in readings(rule.type, row, habits) if one.span.text == text.strip()]
        if not found:
            return False
        value = found[0].normalised
    return all(passed for _, passed in run(rule.validators, value, text))
