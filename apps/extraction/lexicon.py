"""The words that the rules know: months, currencies, legal forms, street words and the like.

They stand in `lexicon.toml`, which a rules person may change without reading code.
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

SHORT_ACCENTED = ("févr", "déc", "août")  # short forms that keep an accent


def squeezed(text: str) -> str:
    """Letters and digits only, without case and accents: what a reader takes for the same word."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(part for part in parts if part.isalnum())


@cache
def months() -> Mapping[str, int]:
    """Month names and their short forms, squeezed, with the number of the month."""
    found: dict[str, int] = {}
    for names in _data()["months"].values():
        for number, name in enumerate(names, start=1):
            found[squeezed(name)] = number
            found.setdefault(squeezed(name)[:3], number)
    for names in _data()["months_more"].values():
        for number, name in enumerate(names, start=1):
            found.setdefault(squeezed(name), number)
    return found | {squeezed(name): number for name, number in _data()["months_short"].items()}


@cache
def month_spellings() -> frozenset[str]:
    """Month names as they are written, in small letters, with and without their accents."""
    tables = (*_data()["months"].values(), *_data()["months_more"].values())
    written = {name.casefold() for names in tables for name in names}
    accented = {name for name in written if not name.isascii()}
    return frozenset({*months(), *written, *(name[:4] for name in accented), *SHORT_ACCENTED})


@cache
def currencies() -> Mapping[str, str]:
    """Signs and codes, upper case, with their ISO 4217 code."""
    found: dict[str, str] = {}
    for code, signs in _data()["currencies"].items():
        for sign in signs:
            found.setdefault(sign.upper(), code)
    return found


@cache
def month_first() -> frozenset[str]:
    """Currencies of the countries that write the month before the day."""
    return frozenset(_data()["month_first"]["currencies"])


@cache
def day_first_words() -> frozenset[str]:
    """Words of the countries that write the day before the month."""
    return frozenset(_data()["month_first"]["elsewhere"])


@cache
def iban_lengths() -> Mapping[str, int]:
    return dict(_data()["iban_lengths"])


@cache
def iban_shapes() -> Mapping[str, str]:
    """What follows the check digits of an IBAN, by country: counts, each with its kind."""
    return dict(_data()["iban_shapes"])


@cache
def states() -> frozenset[str]:
    """Codes of states and others that issue travel documents."""
    return frozenset(code for line in _data()["zones"]["states"] for code in line.split())


@cache
def vat_shapes() -> Mapping[str, tuple[str, ...]]:
    """Shapes of VAT numbers by country letters: 9 a digit, A a letter, * either."""
    return {country: tuple(shapes) for country, shapes in _data()["vat_shapes"].items()}


@cache
def vat_leads() -> Mapping[str, tuple[str, ...]]:
    """Words that announce a VAT number without its country letters, by country."""
    return {country: tuple(leads) for country, leads in _data()["vat_leads"].items()}


@cache
def small_words() -> frozenset[str]:
    """The most common words of the languages, of at least three letters, squeezed."""
    lists = _data()["small_words"].values()
    return frozenset(squeezed(word) for words in lists for word in words if len(word) > 2)


@cache
def small_words_of() -> Mapping[str, frozenset[str]]:
    """The same by language."""
    lists = _data()["small_words"].items()
    return {
        language: frozenset(squeezed(word) for word in words if len(word) > 2)
        for language, words in lists
    }


@cache
def qualifiers() -> frozenset[str]:
    """Words that bind a label to the one before it, squeezed; empty for signs without letters."""
    return frozenset({"", *words("labels", "qualifiers")})


@cache
def words(section: str, name: str) -> frozenset[str]:
    """A list of the lexicon, squeezed."""
    return frozenset(_squeezed_all(_data()[section][name]))


def has(section: str, name: str) -> bool:
    """Whether there is a list of this name."""
    return name in _data().get(section, {})


def phrases(section: str, name: str) -> tuple[str, ...]:
    """A list of the lexicon as it is written there."""
    return tuple(_data()[section][name])


def _squeezed_all(names: list[str]) -> Iterator[str]:
    yield from (squeezed(name) for name in names)


@cache
def _data() -> dict[str, Any]:
    path = Path(__file__).with_suffix(".toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))
