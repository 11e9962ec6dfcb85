"""Payslips of a month, whose sums agree."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from apps.extraction.registers import compact
from apps.extraction.synthetic import content, numbers, people, personal
from apps.extraction.synthetic.language import Language
from apps.extraction.synthetic.office import Amount, Pair, Paper, Section, lay_out
from apps.extraction.synthetic.page import Draft
from apps.extraction.synthetic.people import Bank, Firm
from apps.extraction.synthetic.personal import Person

YEAR = 2026
CENT = Decimal("0.01")

Share = tuple[str, Decimal]  # what it is called, and how much it is


@dataclass(frozen=True, slots=True)
class Payslip:
    employer: Firm
    employee: Person
    bank: Bank
    number: str
    month: date  # its last day
    paid: date
    words: Mapping[str, Any]  # one chosen of each list
    earnings: Sequence[Share]
    tax: Decimal
    contributions: Decimal
    levies: Sequence[Share]
    signed: bool  # whether amounts bear the sign of the currency

    @property
    def language(self) -> Language:
        return self.employer.language

    @property
    def gross(self) -> Decimal:
        return sum((amount for _, amount in self.earnings), Decimal())

    @property
    def deductions(self) -> Decimal:
        return sum((amount for _, amount in self.levies), self.tax + self.contributions)

    @property
    def net(self) -> Decimal:
        return self.gross - self.deductions

    def money(self, value: Decimal) -> str:
        if self.signed:
            return self.language.money(value, self.employer.currency)
        return self.language.number(value)


def draw(rng: random.Random, *, single: bool) -> Draft:
    """Invent a payslip; it takes one page with or without `single`."""
    slip = _compose(rng)
    return Draft(
        name=slip.words["file"].format(month=f"{slip.month:%Y-%m}"),
        doctype="payslip",
        truth=_truth(slip),
        sheets=[lay_out(_paper(slip), rng)],
    )


def _compose(rng: random.Random) -> Payslip:
    code = rng.choice(people.countries(content.load("payslip")))
    words = content.chosen(content.load("payslip")[people.language(code).code], rng)
    basic = Decimal(rng.randrange(190_000, 620_000)) / 100
    extra = rng.sample(words["earnings"], k=rng.randint(0, 2))
    earnings = [(words["basic"], basic), *((name, _share(basic, of)) for name, of in extra)]
    gross = sum((amount for _, amount in earnings), Decimal())
    levies = rng.sample(words["levies"], k=rng.choice((0, 0, 1)))
    month = date(YEAR, rng.randint(2, 11), 1) - timedelta(days=1)
    return Payslip(
        employer=people.firm(code, rng),
        employee=personal.person(code, rng),
        bank=people.bank(code, rng),
        number=f"{rng.choice(('', 'P', 'M-'))}{rng.randrange(1000, 99_999):05}",
        month=month,
        paid=month - timedelta(days=rng.randint(0, 5)),
        words=words,
        earnings=earnings,
        tax=_share(gross, rng.randint(9, 24)),
        contributions=_share(gross, rng.randint(7, 20)),
        levies=[(name, _share(basic, of)) for name, of in levies],
        signed=rng.random() < 0.4,
    )


def _share(whole: Decimal, percent: int) -> Decimal:
    return (whole * percent / 100).quantize(CENT, ROUND_HALF_UP)


def _truth(slip: Payslip) -> dict[str, str]:
    words, employee = slip.words, slip.employee
    return {
        "employer": slip.employer.name,
        "employee": employee.name,
        "employee_number": slip.number,
        "social_security_number": compact(employee.social) if words["social"] else "",
        "tax_number": compact(employee.tax) if words["tax"] else "",
        "pay_period": slip.language.month(slip.month),
        "pay_date": slip.paid.isoformat(),
        "gross_pay": f"{slip.gross:.2f}",
        "income_tax": f"{slip.tax:.2f}",
        "social_contributions": f"{slip.contributions:.2f}",
        "deductions": f"{slip.deductions:.2f}",
        "net_pay": f"{slip.net:.2f}",
        "iban": slip.bank.iban,
        "currency": slip.employer.currency,
    }


def _paper(slip: Payslip) -> Paper:
    employer = slip.employer
    return Paper(
        title=slip.words["title"],
        issuer=(employer.name, *employer.address.lines, employer.phone),
        reader=slip.employee.lines,
        pairs=_pairs(slip),
        sections=_sections(slip),
        note=slip.words["note"],
    )


def _pairs(slip: Payslip) -> list[Pair]:
    words, employee = slip.words, slip.employee
    code = employee.country
    pairs = [
        Pair(words["employee"], employee.name),
        Pair(words["number"], slip.number),
        Pair(words["period"], slip.language.month(slip.month)),
        Pair(words["paid"], slip.language.day(slip.paid)),
        Pair(words["currency"], slip.employer.currency),
    ]
    if words["social"]:
        pairs.append(Pair(words["social"][code], employee.social))
    if words["tax"]:
        pairs.append(Pair(words["tax"][code], employee.tax))
    if slip.bank.iban:
        pairs.append(Pair("IBAN", numbers.spaced(slip.bank.iban)))
    return pairs


def _sections(slip: Payslip) -> list[Section]:
    words, money = slip.words, slip.money
    earned = [Amount(name, money(amount), value=False) for name, amount in slip.earnings]
    levied = [
        Amount(words["income_tax"], money(slip.tax)),
        Amount(words["contributions"], money(slip.contributions)),
        *(Amount(name, money(amount), value=False) for name, amount in slip.levies),
    ]
    return [
        Section(words["earned"], [*earned, Amount(words["gross"], money(slip.gross), "sum")]),
        Section(
            words["levied"], [*levied, Amount(words["deductions"], money(slip.deductions), "sum")]
        ),
        Section("", [Amount(words["net"], money(slip.net), "total")]),
    ]
