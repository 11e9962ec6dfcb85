"""What a file says besides its looks, as it comes out of the jail: checked, and in memory only.

The jail may have been taken over by the file that it parses, so what it says is checked like
anything from outside: in bounds, of the right kind, or the whole page is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apps.extraction import layers
from apps.extraction.layers import Layer

MOST_ASIDE = 1 << 20  # bytes
MOST_INVOICES, MOST_FIELDS, MOST_VALUES, MOST_CODES = 4, 40, 8, 8
LONGEST_VALUE, LONGEST_CODE = 300, 3_000  # characters
NAME = re.compile(r"[a-z][a-z_]{0,39}")
Invoice = Mapping[str, Sequence[str]]  # values by field; any of them may be the one that is printed


class Malformed(ValueError):
    """The jail said something that is no second reading."""


@dataclass(frozen=True, slots=True)
class Witnesses:
    """Second readings of a document."""

    layers: Sequence[Layer] = ()  # of the pages that have text
    codes: Sequence[str] = ()  # what the square codes on its pages hold
    invoices: Sequence[Invoice] = ()  # structured ones, attached to the file
    refused: bool = False  # something attached says that it is one, and could not be read


SILENT = Witnesses()


def together(said: Iterable[Witnesses]) -> Witnesses:
    """What all pages of a document say, in their order."""
    heard = list(said)
    return Witnesses(
        layers=[layer for one in heard for layer in one.layers],
        codes=[code for one in heard for code in one.codes],
        invoices=[invoice for one in heard for invoice in one.invoices],
        refused=any(one.refused for one in heard),
    )


def of_page(number: int, layer: bytes, aside: bytes) -> Witnesses:
    """What was said with one page. Raises Malformed for anything else than second readings."""
    try:
        said = json.loads(aside)
        cut, refused = _flag(said, "cut"), _flag(said, "refused")
        characters = layers.from_bytes(layer, number, cut=cut)
        return Witnesses(
            layers=[characters] if len(characters.characters) or cut else [],
            codes=_texts(said["codes"], MOST_CODES, LONGEST_CODE),
            invoices=[_invoice(one) for one in _few(said.get("invoices", []), MOST_INVOICES)],
            refused=refused,
        )
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
        raise Malformed("The jail's answer is no second reading.") from error


def _flag(said: Any, name: str) -> bool:
    value = said.get(name, False)
    if not isinstance(value, bool):
        raise Malformed("A flag is true or false.")
    return value


def _invoice(said: Any) -> Invoice:
    if not (isinstance(said, dict) and len(said) <= MOST_FIELDS and all(map(NAME.fullmatch, said))):
        raise Malformed("An invoice has fields of ours.")
    return {name: _texts(said[name], MOST_VALUES, LONGEST_VALUE) for name in said}


def _texts(said: Any, most: int, longest: int) -> list[str]:
    texts = _few(said, most)
    for text in texts:
        if not (isinstance(text, str) and len(text) <= longest):
            raise Malformed("A value is a text, and not too long.")
        text.encode()  # half of a surrogate pair is no text
    return texts


def _few(said: Any, most: int) -> list[Any]:
    if not (isinstance(said, list) and len(said) <= most):
        raise Malformed("There are few of a kind.")
    return said
