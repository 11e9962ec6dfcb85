"""What a browser needs to know to advise while somebody types: words and forms, no content."""

import re
from collections.abc import Iterator
from functools import cache
from itertools import product
from string import ascii_uppercase
from typing import Any

from stdnum import numdb

from apps.extraction import lexicon

PART = re.compile(r"(\d+)!([nac])")  # of an account number, as the registry writes it
SIGNS = {"n": "9", "a": "A", "c": "*"}  # a digit, a letter, either


@cache
def words() -> dict[str, Any]:
    """Months, currencies and states by the lexicon, and the forms of accounts and VAT numbers."""
    return {
        "months": dict(lexicon.months()),
        "currencies": dict(lexicon.currencies()),
        "states": sorted(lexicon.states()),
        "ibans": dict(_account_shapes()),
        "vats": {country: list(shapes) for country, shapes in lexicon.vat_shapes().items()},
    }


def _account_shapes() -> Iterator[tuple[str, str]]:
    """What follows the check digits of an IBAN, by country: the whole of ISO 13616's registry."""
    registry = numdb.get("iban")
    for first, second in product(ascii_uppercase, repeat=2):
        about = registry.info(first + second)[0][1]
        if parts := PART.findall(about.get("bban", "")):
            yield first + second, "".join(SIGNS[kind] * int(count) for count, kind in parts)
