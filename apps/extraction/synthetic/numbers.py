"""Numbers that pass their check and belong to nobody.

The check digits are right; the part that names a bank or a tax office is one that is not issued:
German bank codes and French ones beginning with 9, a British and Irish bank code "ZZXX", tax
numbers from the far end of their range.

Source: ISO 13616 (IBAN), ISO/IEC 7064 MOD 11,10 (German VAT), ICAO Doc 9303-3 and -4 (MRZ).
"""

from __future__ import annotations

import random
import string
from datetime import date

MRZ_WEIGHTS = (7, 3, 1)
MRZ_LINE = 44  # characters, TD3
IRISH_CHECK = "WABCDEFGHIJKLMNOPQRSTUV"
# How each BBAN begins, and how long it is without the check digits of its country.
UNISSUED = {"DE": "99", "FR": "999999", "GB": "ZZXX99", "IE": "ZZXX99"}
UNISSUED |= {"ES": "9999", "IT": "99999", "NL": "ZZXX"}
BBAN_LENGTH = {"DE": 18, "FR": 21, "GB": 18, "IE": 18, "ES": 18, "IT": 22, "NL": 14}
SPANISH_WEIGHTS = (1, 2, 4, 8, 5, 10, 9, 7, 3, 6)
# What a letter or digit in an odd place counts in Italy, by its place in the alphabet.
ITALIAN_ODD = bytes(
    [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23]
)


def digits(rng: random.Random, count: int) -> str:
    return "".join(rng.choices(string.digits, k=count))


def iban(country: str, rng: random.Random) -> str:
    """An account at a bank that does not exist, without spaces."""
    start = UNISSUED[country]
    bban = start + digits(rng, BBAN_LENGTH[country] - len(start))
    if country == "FR":
        bban += french_account_key(bban)
    elif country == "ES":
        bban = bban[:8] + _spanish_digit("00" + bban[:8]) + _spanish_digit(bban[8:]) + bban[8:]
    elif country == "IT":
        bban = italian_letter(bban) + bban
    return f"{country}{iban_check_digits(country, bban)}{bban}"


def iban_check_digits(country: str, bban: str) -> str:
    return f"{98 - int(_spelled(bban + country + '00')) % 97:02}"


def french_account_key(bban: str) -> str:
    """The "clé RIB": two digits after bank, branch and account."""
    bank, branch, account = int(bban[:5]), int(bban[5:10]), int(bban[10:])
    return f"{97 - (89 * bank + 15 * branch + 3 * account) % 97:02}"


def _spanish_digit(body: str) -> str:
    """One of the two digits of a "código cuenta cliente"."""
    left = sum(int(d) * w for d, w in zip(body, SPANISH_WEIGHTS, strict=True)) % 11
    return str(left and 11 - left)[0]


def italian_letter(body: str) -> str:
    """The check letter of an Italian bank account or tax code."""
    values = [int(one) if one.isdigit() else ord(one) - ord("A") for one in body]
    total = sum(v if place % 2 else ITALIAN_ODD[v] for place, v in enumerate(values))
    return chr(ord("A") + total % 26)


def account_number(iban: str) -> str:
    """The part of an IBAN that names the account within its bank."""
    length = {"DE": 10, "FR": 13, "GB": 8, "IE": 8, "ES": 10, "IT": 12, "NL": 10}[iban[:2]]
    return iban[-length:-2] if iban.startswith("FR") else iban[-length:]


def spaced(number: str, step: int = 4) -> str:
    """A number in groups, as it is printed."""
    return " ".join(number[at : at + step] for at in range(0, len(number), step))


def vat_id(country: str, rng: random.Random) -> str:
    """A VAT identification number with its country, without spaces; a Malaysian one of its own."""
    if country == "DE":
        body = "99" + digits(rng, 6)
        return f"DE{body}{mod_11_10(body)}"
    if country == "FR":
        body = "999" + digits(rng, 5)
        siren = body + luhn(body)
        return f"FR{(12 + 3 * (int(siren) % 97)) % 97:02}{siren}"
    if country == "IE":
        body = "99" + digits(rng, 5)
        return f"IE{body}{IRISH_CHECK[_weighted(body) % 23]}"
    if country == "GB":
        body = "99" + digits(rng, 5)
        return f"GB{body}{97 - _weighted(body) % 97:02}"
    return _southern_vat_id(country, rng)


def _southern_vat_id(country: str, rng: random.Random) -> str:
    if country == "ES":
        body = "99" + digits(rng, 5)
        return f"ESB{body}{luhn(body)}"
    if country == "IT":
        body = "99" + digits(rng, 5) + "999"  # an office that there is not
        return f"IT{body}{luhn(body)}"
    if country == "NL":
        return f"NL{dutch_number(rng)}B01"
    return f"W99-9999-3200{digits(rng, 4)}"


def dutch_number(rng: random.Random) -> str:
    """Nine digits of the range for tests that pass the "elfproef"."""
    while True:
        number = "9999" + digits(rng, 5)
        weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
        if sum(int(d) * w for d, w in zip(number, weights, strict=True)) % 11 == 0:
            return number


def mod_11_10(body: str) -> str:
    product = 10
    for digit in body:
        product = 2 * ((int(digit) + product) % 10 or 10) % 11
    return str((11 - product) % 10)


def luhn(body: str) -> str:
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(body)))
    return str(-sum(sum(divmod(value, 10)) for value in doubled) % 10)


def mrz_check_digit(text: str) -> str:
    """Digits count as themselves, letters from A = 10, the filler as nothing."""
    values = (0 if character == "<" else int(character, 36) for character in text)
    return str(sum(value * MRZ_WEIGHTS[place % 3] for place, value in enumerate(values)) % 10)


def mrz(
    *,
    issuer: str,
    surname: str,
    given_names: str,
    number: str,
    nationality: str,
    dob: date,
    sex: str,
    expiry: date,
    personal: str = "",
) -> tuple[str, str]:
    """The two lines of a passport (TD3)."""
    names = f"{surname}<<{given_names}".replace(" ", "<").replace("-", "<")
    upper = f"P<{issuer}{names}"[:MRZ_LINE].ljust(MRZ_LINE, "<")
    document = _checked(number.ljust(9, "<"))
    birth, end = _checked(f"{dob:%y%m%d}"), _checked(f"{expiry:%y%m%d}")
    optional = personal.ljust(14, "<")
    optional += mrz_check_digit(optional) if personal else "<"
    lower = f"{document}{nationality}{birth}{'<' if sex == 'X' else sex}{end}{optional}"
    return upper, lower + mrz_check_digit(document + birth + end + optional)


def _checked(text: str) -> str:
    return text + mrz_check_digit(text)


def _spelled(text: str) -> str:
    return "".join(str(int(character, 36)) for character in text)


def _weighted(body: str) -> int:
    return sum(int(digit) * (8 - place) for place, digit in enumerate(body))
