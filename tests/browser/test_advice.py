"""What the page says of a value while it is typed agrees with what the server will say."""

import random
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from stdnum import iban as stdnum_iban
from stdnum import luhn as stdnum_luhn

from apps.extraction import lexicon, validators
from apps.extraction.typed import normalise
from apps.extraction.values import Habits, Kind
from apps.review.advice import words
from tests.browser.conftest import Portal
from tests.browser.test_comfort import sit_down
from tests.review.desk import Desk

RNG = random.Random(5)
SAID = """async (cases) => {
  const { judged } = await import(document.querySelector("script[src*='review']").src.replace(
    /review[^/]*$/, "validators.js"));
  return cases.map(({ kind, checks, value, month_first }) => judged({ kind, checks, passing: [],
    reason: "low confidence", habits: { month_first } }, value).tone);
}"""


class Case(NamedTuple):
    kind: Kind
    checks: tuple[str, ...]
    value: str
    month_first: bool = False


def drawn(pattern: str) -> str:
    """A text of a shape: 9 a digit, A a letter, * either."""
    signs = {"9": "0123456789", "A": "ABCDEFGHJKLMNPRSTUVWXYZ", "*": "0123456789ABC"}
    return "".join(RNG.choice(signs[sign]) for sign in pattern)


def ibans() -> Iterator[Case]:
    """Of every country of the registry one that is right, and one with a digit changed."""
    for country, shape in words()["ibans"].items():
        body = drawn(shape.replace("*", "9"))
        number = country + stdnum_iban.calc_check_digits(f"{country}00{body}") + body
        for value in (number, number[:-1] + str((int(number[-1], 36) + 1) % 10)):
            yield Case(Kind.IBAN, ("iban",), value)


def vat_ids() -> Iterator[Case]:
    for country, shapes in lexicon.vat_shapes().items():
        for one in shapes * 150:
            yield Case(Kind.VAT_ID, ("vat_id",), country + drawn(one.replace("*", "9")))


def dates() -> Iterator[Case]:
    for names in lexicon._data()["months"].values():
        for name in names:
            yield Case(Kind.DATE, ("date",), f"{RNG.randrange(1, 28)}. {name} 2024")
    for text in ("31.02.2026", "2026-02-28", "29/02/2024", "03-04-21", "13/12/2020", "12/13/2020"):
        yield Case(Kind.DATE, ("date",), text)
        yield Case(Kind.DATE, ("date",), text, month_first=True)
    for year in (1905, 1979, 1980, 2080, 2081):
        yield Case(Kind.DATE, ("date",), f"01.01.{year}")
        yield Case(Kind.DATE, ("life_date",), f"01.01.{year}")


def others() -> Iterator[Case]:
    for value in ("1,234.50", "1234", "12.-", "-3.00", "0.99", "EUR 12.00", "RM 5.10", "€ 3,20"):
        yield Case(Kind.AMOUNT, ("amount", "decimals"), value)
    for number in ("4111111111111111", "4111111111111112", "79927398713"):
        yield Case(Kind.REFERENCE, ("luhn",), number)
    for value in ("COBADEFFXXX", "COBADEFF", "COBADE", "12BADEFF"):
        yield Case(Kind.BIC, ("bic",), value)
    for value in ("D", "DEU", "GBR", "XYZ", "Germany"):
        yield Case(Kind.COUNTRY, ("country",), value)
    for value in ("EUR", "chf", "XXX"):
        yield Case(Kind.CURRENCY, ("currency",), value)
    for value in ("M", "f", "X", "Q"):
        yield Case(Kind.SEX, ("sex",), value)
    for value in ("Jo", "J", "B2B 12345", "42"):
        yield Case(Kind.NAME, ("has_letters",), value)
        yield Case(Kind.REFERENCE, ("has_digit",), value)
    for value in ("L898902C3", "P<", "l898", "a-b"):
        yield Case(Kind.MRZ, ("has_digit",), value)


CASES = [*ibans(), *vat_ids(), *dates(), *others()]


def test_every_account_the_lexicon_knows_has_the_length_of_the_registry():
    shapes = words()["ibans"]
    lengths = {country: len(shapes[country]) + 4 for country in lexicon.iban_lengths()}
    assert lengths == lexicon.iban_lengths()


def passes(case: Case) -> bool:
    normalised = normalise(case.value, case.kind, Habits(month_first=case.month_first))
    return all(passed for _, passed in validators.run(case.checks, normalised, case.value))


@pytest.fixture
def tones(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    Desk(portal.house, monkeypatch).paper(fields=("iban",))
    page = sit_down(portal)
    said: list[str] = page.evaluate(SAID, [_said(case) for case in CASES])
    return said


def _said(case: Case) -> dict[str, Any]:
    return {**case._asdict(), "kind": case.kind.value}


def test_the_page_never_contradicts_the_server(tones):
    """Green or fitting is accepted, red is not; where the page cannot tell it is grey."""
    wrong = [
        (case.value, tone, passes(case))
        for case, tone in zip(CASES, tones, strict=True)
        if (tone == "bad" and passes(case)) or (tone in ("ok", "warn") and not passes(case))
    ]
    assert wrong == [], len(wrong)
    assert stdnum_luhn.is_valid("79927398713")
    right = [case for case, tone in zip(CASES, tones, strict=True) if tone == "ok"]
    assert len({case.value[:2] for case in right if case.kind is Kind.IBAN}) > 80
    assert len({case.value[:2] for case in right if case.kind is Kind.VAT_ID}) >= 12


def test_the_check_digits_of_a_zone_are_seen(portal, monkeypatch):
    """The specimen of ICAO Doc 9303-4, and the same with one digit changed."""
    Desk(portal.house, monkeypatch).paper(fields=("iban",))
    line = "L898902C36UTO7408122F1204159ZE184226B<<<<<10"
    cases = [_said(Case(Kind.MRZ, (), text)) for text in (line, line.replace("7408", "7409"))]
    assert sit_down(portal).evaluate(SAID, cases) == ["ok", "bad"]
