"""Tax assessments of a year, whose sums agree."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from apps.extraction.registers import compact
from apps.extraction.synthetic import content, people, personal
from apps.extraction.synthetic.language import Language
from apps.extraction.synthetic.office import Amount, Pair, Paper, Section, lay_out
from apps.extraction.synthetic.page import Draft
from apps.extraction.synthetic.people import Address
from apps.extraction.synthetic.personal import Person

NEWEST = date(2026, 10, 30)


@dataclass(frozen=True, slots=True)
class Assessment:
    office: str
    address: Address
    phone: str
    taxpayer: Person
    words: Mapping[str, Any]  # one chosen of each list
    reference: str
    year: int
    issued: date
    due: date
    salary: Decimal
    allowance: Decimal
    tax: Decimal
    paid: Decimal

    @property
    def language(self) -> Language:
        return people.language(self.taxpayer.country)

    @property
    def currency(self) -> str:
        return str(people.country(self.taxpayer.country)["currency"])

    @property
    def income(self) -> Decimal:
        return self.salary - self.allowance

    @property
    def payable(self) -> Decimal:
        return self.tax - self.paid


def draw(rng: random.Random, *, single: bool) -> Draft:
    """Invent an assessment; it takes one page with or without `single`."""
    assessment = _compose(rng)
    return Draft(
        name=assessment.words["file"].format(year=assessment.year),
        doctype="tax_form",
        truth=_truth(assessment),
        sheets=[lay_out(_paper(assessment), rng)],
    )


def _compose(rng: random.Random) -> Assessment:
    code = rng.choice(people.countries(content.load("tax_form")))
    words = content.chosen(content.load("tax_form")[people.language(code).code], rng)
    address = people.address(code, rng)
    issued = NEWEST - timedelta(days=rng.randrange(700))
    salary = Decimal(rng.randrange(2_400_000, 11_000_000)) / 100
    allowance = Decimal(rng.randrange(200_000, 1_200_000)) / 100
    tax = Decimal(rng.randrange(300_000, 900_000)) / 100
    return Assessment(
        office=words["offices"].format(place=address.place),
        address=address,
        phone=people.phone(code, rng),
        taxpayer=personal.person(code, rng),
        words=words,
        reference=f"{rng.choice('AFKST')}{rng.randrange(10**6, 10**7)}",
        year=issued.year - 1,
        issued=issued,
        due=issued + timedelta(days=rng.choice((30, 35, 42))),
        salary=salary,
        allowance=allowance,
        tax=tax,
        paid=tax - Decimal(rng.randrange(4_000, 190_000)) / 100,
    )


def _truth(one: Assessment) -> dict[str, str]:
    return {
        "authority": one.office,
        "taxpayer": one.taxpayer.name,
        "tax_number": compact(one.taxpayer.tax),
        "reference": one.reference,
        "tax_year": str(one.year),
        "issue_date": one.issued.isoformat(),
        "due_date": one.due.isoformat(),
        "taxable_income": f"{one.income:.2f}",
        "tax_due": f"{one.tax:.2f}",
        "tax_paid": f"{one.paid:.2f}",
        "amount_payable": f"{one.payable:.2f}",
        "currency": one.currency,
    }


def _paper(one: Assessment) -> Paper:
    words, language = one.words, one.language
    pairs = (
        (words["taxpayer"], one.taxpayer.name),
        (words["number"][one.taxpayer.country], one.taxpayer.tax),
        (words["reference"], one.reference),
        (words["year"], str(one.year)),
        (words["issued"], language.day(one.issued)),
        (words["due"], language.day(one.due)),
        (words["currency"], one.currency),
    )
    return Paper(
        title=words["title"],
        issuer=(one.office, *one.address.lines, one.phone),
        reader=one.taxpayer.lines,
        pairs=[Pair(label, text) for label, text in pairs],
        sections=_sections(one),
        prose=[words["prose"]],
        note=words["note"],
    )


def _sections(one: Assessment) -> list[Section]:
    words, number = one.words, one.language.number
    rows = [
        Amount(words["salary"], number(one.salary), value=False),
        Amount(words["allowance"], number(-one.allowance), value=False),
        Amount(words["income"], number(one.income), "sum"),
        Amount(words["tax"], number(one.tax)),
        Amount(words["paid"], number(one.paid)),
    ]
    payable = one.language.money(one.payable, one.currency)
    return [
        Section(words["calculation"], rows),
        Section("", [Amount(words["payable"], payable, "total")]),
    ]
