"""Invented persons and the numbers by which their states know them.

The check digits are right. Where a register keeps a range for tests or gives a part of its range
to nobody, the numbers lie there: British health numbers from 999, Dutch ones from 9999, German
pension offices and French communes numbered 99. Where it keeps none they are drawn at random.
"""

from __future__ import annotations

import random
import string
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from apps.extraction import registers
from apps.extraction.synthetic import numbers, people
from apps.extraction.synthetic.people import Address

OLDEST = date(1950, 1, 1)
AGES = 18_000  # days between the oldest and the youngest
ITALIAN_MONTHS = "ABCDEHLMPRST"
SPANISH_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
UTR_DIGITS = "21987654321"

Numbers = tuple[str, str, str]  # for tax, for social security and for health


@dataclass(frozen=True, slots=True)
class Person:
    given: str
    surname: str
    born: date
    female: bool
    country: str  # ISO 3166, two letters
    address: Address
    tax: str = ""  # in the groups in which it is printed; so the others
    social: str = ""
    health: str = ""

    @property
    def name(self) -> str:
        return f"{self.given} {self.surname}"

    @property
    def lines(self) -> tuple[str, str, str]:
        """As an envelope has it."""
        return self.name, *self.address.lines


def person(country: str, rng: random.Random) -> Person:
    """Invent somebody of one country."""
    about = people.country(country)
    given, surname = rng.choice(about["given"]), rng.choice(about["surnames"])
    born = OLDEST + timedelta(days=rng.randrange(AGES))
    female = rng.random() < 0.5
    who = Person(given, surname, born, female, country, people.address(country, rng))
    tax, social, health = NUMBERS[country](who, rng)
    return replace(who, tax=tax, social=social, health=health)


def _british(who: Person, rng: random.Random) -> Numbers:
    body = numbers.digits(rng, 9)
    weights = (6, 7, 8, 9, 10, 5, 4, 3, 2)
    total = sum(int(d) * w for d, w in zip(body, weights, strict=True))
    insurance = f"{rng.choice('JPRSTY')}{rng.choice('ABEJLMRX')}{numbers.digits(rng, 6)}"
    return (
        numbers.spaced(UTR_DIGITS[total % 11] + body, 5),
        numbers.spaced(insurance + rng.choice("ABCD"), 2),
        _british_health(rng),
    )


def _british_health(rng: random.Random) -> str:
    while True:
        body = "999" + numbers.digits(rng, 6)
        total = sum(int(digit) * (10 - place) for place, digit in enumerate(body))
        if (check := (11 - total % 11) % 11) < 10:
            return f"{body[:3]} {body[3:6]} {body[6:]}{check}"


def _irish(who: Person, rng: random.Random) -> Numbers:
    body = "9" + numbers.digits(rng, 6)
    total = sum(int(digit) * (8 - place) for place, digit in enumerate(body))
    number = body + numbers.IRISH_CHECK[total % 23]
    return number, number, number


def _german(who: Person, rng: random.Random) -> Numbers:
    twice, *once = rng.sample(string.digits, 9)
    body = [twice, twice, *once]
    rng.shuffle(body)
    body.sort(key=lambda digit: digit == "0")  # it does not begin with 0
    identity = "".join(body)
    identity += numbers.mod_11_10(identity)
    initial, serial = _plain(who.surname)[0], rng.randrange(50 if who.female else 0, 99)
    pension = f"99{who.born:%d%m%y}{initial}{serial:02}"
    pension += registers.german_pension_digit(pension)
    health = initial + numbers.digits(rng, 8)
    return (
        f"{identity[:2]} {identity[2:5]} {identity[5:8]} {identity[8:]}",
        f"{pension[:2]} {pension[2:8]} {pension[8]} {pension[9:]}",
        health + registers.german_health_digit(health),
    )


def _french(who: Person, rng: random.Random) -> Numbers:
    body = f"{2 if who.female else 1}{who.born:%y%m}99999{numbers.digits(rng, 3)}"
    key = f"{97 - int(body) % 97:02}"
    groups = (body[0], body[1:3], body[3:5], body[5:7], body[7:10], body[10:], key)
    fiscal = f"3{numbers.digits(rng, 9)}"
    fiscal += f"{int(fiscal) % 511:03}"
    tax = f"{fiscal[:2]} {fiscal[2:4]} {fiscal[4:7]} {fiscal[7:10]} {fiscal[10:]}"
    return tax, " ".join(groups), " ".join(groups)


def _spanish(who: Person, rng: random.Random) -> Numbers:
    body = "99" + numbers.digits(rng, 6)
    social = "99" + numbers.digits(rng, 8)
    social = f"{social[:2]} {social[2:]} {registers.spanish_security_digits(social)}"
    return body + SPANISH_LETTERS[int(body) % 23], social, social


def _italian(who: Person, rng: random.Random) -> Numbers:
    day = who.born.day + (40 if who.female else 0)
    code = f"{_initials(who.surname, 3)}{_initials(who.given, 4)}{who.born:%y}"
    code += f"{ITALIAN_MONTHS[who.born.month - 1]}{day:02}Z{rng.randrange(900, 999)}"
    code += numbers.italian_letter(code)
    return code, code, code


def _dutch(who: Person, rng: random.Random) -> Numbers:
    number = numbers.dutch_number(rng)
    return number, number, number


def _malay(who: Person, rng: random.Random) -> Numbers:
    card = f"{who.born:%y%m%d}-14-{numbers.digits(rng, 4)}"
    return f"IG {numbers.digits(rng, 9)}", "", card


def _initials(name: str, most: int) -> str:
    """Three letters for a name: its consonants, then its vowels; of four consonants three."""
    letters = _plain(name)
    consonants = [one for one in letters if one not in "AEIOU"]
    if len(consonants) >= most > 3:
        return consonants[0] + consonants[2] + consonants[3]
    vowels = [one for one in letters if one in "AEIOU"]
    return "".join([*consonants, *vowels, *"XX"][:3])


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.upper())
    return "".join(one for one in letters if one.isascii() and one.isalpha())


NUMBERS: Mapping[str, Callable[[Person, random.Random], Numbers]] = {
    "GB": _british,
    "IE": _irish,
    "DE": _german,
    "FR": _french,
    "ES": _spanish,
    "IT": _italian,
    "NL": _dutch,
    "MY": _malay,
}
