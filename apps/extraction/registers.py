"""Numbers by which states know people: their shapes and check digits, by what they are used for.

python-stdnum knows most of them; what it does not know is computed here. A register without check
digits counts only for a number whose shape is its own: any nine digits would else be one of them.

Source: § 2 VKVV (German pension insurance), annex 1 to § 290 SGB V (German health insurance), Orden
TAS/2865/2003 (Spanish social security), HMRC NIM39110 (British national insurance).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from stdnum.at import tin as at_tin
from stdnum.at import vnr as at_vnr
from stdnum.be import nn as be_nn
from stdnum.ch import ssn as ch_ssn
from stdnum.de import idnr as de_idnr
from stdnum.de import stnr as de_stnr
from stdnum.es import cif as es_cif
from stdnum.es import dni as es_dni
from stdnum.es import nie as es_nie
from stdnum.fr import nif as fr_nif
from stdnum.fr import nir as fr_nir
from stdnum.gb import nhs as gb_nhs
from stdnum.gb import utr as gb_utr
from stdnum.ie import pps as ie_pps
from stdnum.it import codicefiscale as it_codice
from stdnum.my import nric as my_nric
from stdnum.nl import bsn as nl_bsn

APART = re.compile(r"[\s.-]")  # stands between the groups of a number
LETTER_VALUE = {chr(ord("A") + place): f"{place + 1:02}" for place in range(26)}


class Use(StrEnum):
    """What a number is asked for."""

    TAX = "tax"
    SOCIAL = "social security"
    HEALTH = "health"
    IDENTITY = "identity"


@dataclass(frozen=True, slots=True)
class Register:
    """Whoever gives out numbers of one shape."""

    name: str  # country and short name
    uses: frozenset[Use]
    shape: re.Pattern[str]  # of the number without spaces, points and hyphens
    is_valid: Callable[[str], bool]


def accepts(number: str, use: Use) -> bool:
    """Whether a register for this use could have given out the number."""
    return any(use in register.uses for register in fitting(number))


def fitting(number: str) -> Iterator[Register]:
    """The registers whose shape and check digits a number has, however it is grouped."""
    whole = compact(number)
    for register in REGISTERS:
        if register.shape.fullmatch(whole) and register.is_valid(whole):
            yield register


def compact(number: str) -> str:
    """A number without what stands between its groups; a slash is part of it."""
    return APART.sub("", number).upper()


def german_pension_digit(body: str) -> str:
    """The check digit after area, birth date, initial and serial: "65180539W00"."""
    spelled = "".join(LETTER_VALUE.get(sign, sign) for sign in body)
    return _weighted_digit(spelled, (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1))


def german_health_digit(body: str) -> str:
    """The check digit after a letter and eight digits."""
    return _weighted_digit(LETTER_VALUE[body[0]] + body[1:], (1, 2, 1, 2, 1, 2, 1, 2, 1, 2))


def spanish_security_digits(body: str) -> str:
    """The two check digits after province and serial."""
    province, serial = body[:2], body[2:]
    number = int(province) * 10_000_000 + int(serial) if int(serial) < 10_000_000 else int(body)
    return f"{number % 97:02}"


def _weighted_digit(digits: str, weights: tuple[int, ...]) -> str:
    products = (int(digit) * weight for digit, weight in zip(digits, weights, strict=True))
    return str(sum(sum(divmod(product, 10)) for product in products) % 10)


def _german_pension(compact: str) -> bool:
    return german_pension_digit(compact[:-1]) == compact[-1]


def _german_health(compact: str) -> bool:
    return german_health_digit(compact[:-1]) == compact[-1]


def _spanish_security(compact: str) -> bool:
    return spanish_security_digits(compact[:-2]) == compact[-2:]


def _by_shape(compact: str) -> bool:
    """Without check digits the shape is all that can be known."""
    return True


def _register(name: str, uses: str, shape: str, is_valid: Callable[[str], bool]) -> Register:
    named = frozenset(Use(use.strip()) for use in uses.split(","))
    return Register(name, named, re.compile(shape), is_valid)


REGISTERS = (
    _register("GB national insurance", "social security, tax",
              r"(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]", _by_shape),
    _register("GB UTR", "tax", r"\d{10}", gb_utr.is_valid),
    _register("GB NHS", "health", r"\d{10}", gb_nhs.is_valid),
    _register("IE PPS", "tax, social security, health, identity", r"\d{7}[A-W][A-IW]?",
              ie_pps.is_valid),
    _register("DE tax identity", "tax", r"\d{11}", de_idnr.is_valid),
    _register("DE tax office", "tax", r"\d{2,3}/\d{3,4}/\d{4,5}", de_stnr.is_valid),
    _register("DE pension insurance", "social security", r"\d{8}[A-Z]\d{3}", _german_pension),
    _register("DE health insurance", "health", r"[A-Z]\d{9}", _german_health),
    _register("AT tax", "tax", r"\d{5}/?\d{4}", at_tin.is_valid),
    _register("AT social insurance", "social security, health", r"\d{10}", at_vnr.is_valid),
    _register("CH AHV", "social security, health, tax", r"756\d{10}", ch_ssn.is_valid),
    _register("FR NIR", "social security, health, identity", r"[12]\d{4}(?:\d\d|2[AB])\d{8}",
              fr_nir.is_valid),
    _register("FR tax", "tax", r"[0-3]\d{12}", fr_nif.is_valid),
    _register("BE national", "identity, social security, tax, health", r"\d{11}", be_nn.is_valid),
    _register("ES DNI", "identity, tax, health", r"\d{8}[A-Z]", es_dni.is_valid),
    _register("ES NIE", "identity, tax, health", r"[XYZ]\d{7}[A-Z]", es_nie.is_valid),
    _register("ES CIF", "tax", r"[A-HJNP-SUVW]\d{7}[0-9A-J]", es_cif.is_valid),
    _register("ES social security", "social security, health", r"\d{12}", _spanish_security),
    _register("IT codice fiscale", "tax, social security, health, identity",
              r"[A-Z]{6}[0-9LMNP-V]{2}[A-EHLMPRST][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]",
              it_codice.is_valid),
    _register("NL BSN", "tax, social security, health, identity", r"\d{9}", nl_bsn.is_valid),
    _register("MY NRIC", "identity, health", r"\d{12}", my_nric.is_valid),
    _register("MY income tax", "tax", r"(?:IG|SG|OG)\d{9,11}", _by_shape),
)  # fmt: skip
