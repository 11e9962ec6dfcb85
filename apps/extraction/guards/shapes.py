"""What a value of each kind may look like, and how long it may be.

What a program reads is held to its pattern; words, names and addresses are held to a length and to
signs that stand in words. A value that does not fit is not mended: a person looks at it.
"""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

from apps.extraction.values import Kind


class Shape(NamedTuple):
    """The bounds of a kind."""

    longest: int  # characters, as printed
    pattern: re.Pattern[str]  # of the whole normalised value


# Letters of any script, digits, and signs that stand in names and sentences. Not among them:
# = < > { } [ ] \ ^ ` | ~ and whatever else only machines need.
WORDS = re.compile(
    r"""(?:[\w\s.,:;!?'"()&/+*%#@$-]
      | [\u00a2-\u00bf\u00d7\u0300-\u036f]      # signs of Latin-1, accents
      | [\u2010-\u2044\u20a0-\u20bf\u2100-\u214f]  # dashes, quotes, bullets, currencies, letterlike
      | [\u3001-\u3003\u3008-\u3011]             # points and brackets of East Asia
    )+""",
    re.VERBOSE,
)
REFERENCE = re.compile(r"[\w\s.,:#&/\\+*()\u2022\u2010-\u2015-]+")

SHAPES: dict[Kind, Shape] = {
    Kind.TEXT: Shape(500, WORDS),
    Kind.NAME: Shape(160, WORDS),
    Kind.ADDRESS: Shape(300, WORDS),
    Kind.REFERENCE: Shape(60, REFERENCE),
    Kind.DATE: Shape(40, re.compile(r"\d{4}-\d\d-\d\d")),
    Kind.AMOUNT: Shape(40, re.compile(r"-?\d{1,12}(\.\d{1,4})?")),
    Kind.CURRENCY: Shape(20, re.compile(r"[A-Z]{3}")),
    Kind.IBAN: Shape(60, re.compile(r"[A-Z]{2}\d\d[A-Z0-9]{8,30}")),
    Kind.BIC: Shape(20, re.compile(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?")),
    Kind.VAT_ID: Shape(40, re.compile(r"[A-Z]{2}[A-Z0-9]{2,14}")),
    Kind.PERSON_NUMBER: Shape(40, re.compile(r"[A-Z0-9]{6,18}")),
    Kind.COUNTRY: Shape(40, re.compile(r"[A-Z]{1,3}")),
    Kind.SEX: Shape(10, re.compile(r"[FMX]")),
    Kind.MRZ: Shape(60, re.compile(r"[A-Z0-9< ]+")),
}


def longest(kind: Kind) -> int:
    """The length of the longest value of a kind, in characters."""
    return SHAPES[kind].longest


def fits(normalised: str, kind: Kind) -> bool:
    """Whether a normalised value has the shape of its kind."""
    shape = SHAPES[kind]
    if len(normalised) > shape.longest or not shape.pattern.fullmatch(normalised):
        return False
    return kind != Kind.DATE or _is_a_day(normalised)


def _is_a_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
