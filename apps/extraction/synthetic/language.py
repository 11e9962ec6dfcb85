"""How numbers, money and days are written in a language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

NO_BREAK = "\u00a0"
SIGNS = {"GBP": "£", "EUR": "€", "MYR": "RM"}


@dataclass(frozen=True, slots=True)
class Language:
    """A language as business letters of one country write it."""

    code: str
    group: str  # between thousands
    point: str  # before decimals
    sign_first: bool  # whether the currency stands before the amount
    months: tuple[str, ...]
    short_day: str  # pattern of `strftime`
    ordinal: str = ""  # after the day of the month where it is written out
    first: str = ""  # the same, on the first of the month
    of: str = " "  # between day, month and year where they are written out

    def number(self, value: Decimal, places: int = 2) -> str:
        plain = f"{value:,.{places}f}"
        return plain.translate({ord(","): self.group, ord("."): self.point})

    def quantity(self, value: Decimal) -> str:
        """A number without decimals unless it has some."""
        return self.number(value, 0 if value == value.to_integral_value() else 1)

    def money(self, value: Decimal, currency: str) -> str:
        sign = SIGNS[currency]
        if self.sign_first:
            return f"{'-' if value < 0 else ''}{sign}{self.number(abs(value))}"
        return f"{self.number(value)}{NO_BREAK}{sign}"

    def day(self, day: date) -> str:
        return day.strftime(self.short_day)

    def long_day(self, day: date) -> str:
        ordinal = self.first if day.day == 1 else self.ordinal
        return self.of.join((f"{day.day}{ordinal}", self.months[day.month - 1], str(day.year)))

    def month(self, day: date) -> str:
        """The month of a day with its year."""
        return f"{self.months[day.month - 1]}{self.of}{day.year}"


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


ENGLISH = Language(
    "en",
    ",",
    ".",
    True,
    _words("January February March April May June July August September October November December"),
    "%d/%m/%Y",
)
GERMAN = Language(
    "de",
    ".",
    ",",
    False,
    _words("Januar Februar März April Mai Juni Juli August September Oktober November Dezember"),
    "%d.%m.%Y",
    ordinal=".",
    first=".",
)
FRENCH = Language(
    "fr",
    NO_BREAK,
    ",",
    False,
    _words("janvier février mars avril mai juin juillet août septembre octobre novembre décembre"),
    "%d/%m/%Y",
    first="er",
)
SPANISH = Language(
    "es",
    ".",
    ",",
    False,
    _words(
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
    ),
    "%d/%m/%Y",
    of=" de ",
)
ITALIAN = Language(
    "it",
    ".",
    ",",
    False,
    _words(
        "gennaio febbraio marzo aprile maggio giugno "
        "luglio agosto settembre ottobre novembre dicembre"
    ),
    "%d/%m/%Y",
)
DUTCH = Language(
    "nl",
    ".",
    ",",
    False,
    _words(
        "januari februari maart april mei juni juli augustus september oktober november december"
    ),
    "%d-%m-%Y",
)
MALAY = Language(
    "ms",
    ",",
    ".",
    True,
    _words("Januari Februari Mac April Mei Jun Julai Ogos September Oktober November Disember"),
    "%d/%m/%Y",
)
LANGUAGES = {
    language.code: language
    for language in (ENGLISH, GERMAN, FRENCH, SPANISH, ITALIAN, DUTCH, MALAY)
}
