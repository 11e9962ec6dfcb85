"""Invented people, firms and where they live."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from apps.extraction.synthetic import content, numbers
from apps.extraction.synthetic.language import LANGUAGES, Language

LONGEST_DOMAIN = 16  # characters


@dataclass(frozen=True, slots=True)
class Address:
    street: str
    town: str  # with its postal code

    @property
    def lines(self) -> tuple[str, str]:
        return self.street, self.town

    @property
    def place(self) -> str:
        """The town alone."""
        return self.town.split(",")[0].lstrip("0123456789 ")


@dataclass(frozen=True, slots=True)
class Bank:
    name: str
    iban: str  # without spaces; empty where there are none
    bic: str


@dataclass(frozen=True, slots=True)
class Firm:
    name: str
    country: str  # ISO 3166, two letters
    address: Address
    phone: str
    email: str
    site: str
    vat_id: str
    register: str
    director: str
    bank: Bank
    trade: int  # place in `content/trades.toml`

    @property
    def language(self) -> Language:
        return language(self.country)

    @property
    def has_vat_id(self) -> bool:
        """Whether its tax number begins with its country."""
        return self.vat_id.startswith(self.country)

    @property
    def currency(self) -> str:
        return str(country(self.country)["currency"])


def countries(spoken: Collection[str]) -> list[str]:
    """The countries whose language is one of some."""
    return [code for code, about in content.load("people").items() if about["language"] in spoken]


def country(code: str) -> dict[str, Any]:
    found: dict[str, Any] = content.load("people")[code]
    return found


def language(code: str) -> Language:
    return LANGUAGES[country(code)["language"]]


def person(code: str, rng: random.Random) -> str:
    about = country(code)
    return f"{rng.choice(about['given'])} {rng.choice(about['surnames'])}"


def address(code: str, rng: random.Random) -> Address:
    about = country(code)
    return Address(rng.choice(about["streets"]), rng.choice(about["towns"]))


def phone(code: str, rng: random.Random) -> str:
    pattern: str = rng.choice(country(code)["phones"])
    return pattern % tuple(rng.randrange(100) for _ in range(pattern.count("%")))


def bank(code: str, rng: random.Random) -> Bank:
    """A bank with an account; where there are no IBANs it has none."""
    name = rng.choice(country(code)["banks"])
    iban = numbers.iban(code, rng) if code in numbers.BBAN_LENGTH else ""
    return Bank(name, iban, f"ZZXX{code}00")


def firm(code: str, rng: random.Random) -> Firm:
    """A firm of one country, with everything a letterhead needs."""
    about = country(code)
    trades = content.load("trades")[about["language"]]
    trade = rng.randrange(len(trades))
    title = rng.choice(trades[trade]["firms"])
    site = f"{_plain(title)}.example"
    return Firm(
        name=f"{title} {rng.choice(about['legal'])}",
        country=code,
        address=address(code, rng),
        phone=phone(code, rng),
        email=f"office@{site}",
        site=f"www.{site}",
        vat_id=numbers.vat_id(code, rng),
        register=about["register"] % rng.randrange(100),
        director=person(code, rng),
        bank=bank(code, rng),
        trade=trade,
    )


def two_firms(rng: random.Random, spoken: Collection[str]) -> tuple[Firm, Firm]:
    """Firms of one country and of different trades and places, who speak one of some languages."""
    code = rng.choice(countries(spoken))
    first, second = firm(code, rng), firm(code, rng)
    while second.trade == first.trade or second.address.street == first.address.street:
        second = firm(code, rng)
    return first, second


def _plain(name: str) -> str:
    """A name as a domain writes it: as many of its words as stay short."""
    letters = unicodedata.normalize("NFKD", name.casefold().replace("&", ""))
    kept = "".join(one for one in letters if one.isascii() and (one.isalnum() or one == " "))
    domain, *rest = kept.split()
    for word in rest:
        if len(domain) + len(word) < LONGEST_DOMAIN:
            domain += f"-{word}"
    return domain
