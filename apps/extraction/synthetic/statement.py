"""Bank statements: a table of bookings whose sums agree."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from apps.extraction.synthetic import content, emblem, numbers, people
from apps.extraction.synthetic.emblem import tinted
from apps.extraction.synthetic.language import Language
from apps.extraction.synthetic.page import A4, GREY, WHITE, Colour, Draft, Ink, Sheet
from apps.extraction.synthetic.people import Address, Bank

YEAR = 2026
LEFT, RIGHT = 20.0, 190.0
EDGES = (136.0, 163.0, 190.0)  # right edges of the columns paid out, paid in and balance
ROW = 7.0
LEAST = 1300  # balance below which money comes in
TEXT = Ink("Inter-Regular", 8.6)
STRONG = Ink("Inter-SemiBold", 8.6)
SMALL = TEXT.sized(7.4).coloured(GREY)


@dataclass(frozen=True, slots=True)
class Booking:
    on: date
    text: str
    amount: Decimal  # negative where money is paid out


@dataclass(frozen=True, slots=True)
class Statement:
    country: str
    bank: Bank
    holder: str
    address: Address
    opening: Decimal
    bookings: Sequence[Booking]
    dated: date

    @property
    def language(self) -> Language:
        return people.language(self.country)

    @property
    def currency(self) -> str:
        return str(people.country(self.country)["currency"])

    @property
    def words(self) -> Mapping[str, Any]:
        words: Mapping[str, Any] = content.load("statement")[self.language.code]
        return words

    @property
    def closing(self) -> Decimal:
        return self.opening + sum((one.amount for one in self.bookings), Decimal())

    @property
    def began(self) -> date:
        return self.dated.replace(day=1)

    @property
    def period(self) -> str:
        day = self.language.day
        return f"{day(self.began)} – {day(self.dated)}"

    @property
    def account(self) -> str:
        return numbers.account_number(self.bank.iban)


def draw(rng: random.Random, *, single: bool) -> Draft:
    """Invent a statement; it takes one page with or without `single`."""
    statement = _compose(rng)
    mark, accent = emblem.choose(rng)
    sheet = Sheet(*A4)
    mark(sheet, LEFT, 16, 11, accent, WHITE)
    sheet.write(LEFT + 15, 24, statement.bank.name, STRONG.sized(14).coloured(accent), value=True)
    _account(sheet, statement)
    y = _bookings(sheet, statement, accent)
    _closing(sheet, statement, accent, y)
    return Draft(
        name=statement.words["file"].format(date=statement.dated.isoformat()),
        doctype="bank_statement",
        truth=_truth(statement),
        sheets=[sheet],
    )


def _truth(statement: Statement) -> dict[str, str]:
    return {
        "bank_name": statement.bank.name,
        "account_holder": statement.holder,
        "iban": statement.bank.iban,
        "account_number": statement.account,
        "bic": statement.bank.bic,
        "statement_date": statement.dated.isoformat(),
        "period_from": statement.began.isoformat(),
        "period_to": statement.dated.isoformat(),
        "opening_balance": f"{statement.opening:.2f}",
        "closing_balance": f"{statement.closing:.2f}",
        "currency": statement.currency,
    }


def _compose(rng: random.Random) -> Statement:
    code = rng.choice(people.countries(content.load("statement")))
    dated = date(YEAR, rng.randint(2, 11), 1) - timedelta(days=1)  # the last of a month
    opening = Decimal(rng.randrange(180_000, 900_000)) / 100
    return Statement(
        country=code,
        bank=people.bank(code, rng),
        holder=people.person(code, rng),
        address=people.address(code, rng),
        opening=opening,
        bookings=_invented(code, opening, dated, rng),
        dated=dated,
    )


def _invented(code: str, opening: Decimal, dated: date, rng: random.Random) -> list[Booking]:
    """A month of bookings that never overdraw the account."""
    words = content.load("statement")[people.language(code).code]
    firms = [
        name
        for trade in content.load("trades")[people.language(code).code]
        for name in trade["firms"]
    ]
    days = sorted(dated - timedelta(days=rng.randrange(29)) for _ in range(rng.randint(9, 17)))
    bookings, balance = [], opening
    for day in days:
        side, sign = ("in", 1) if rng.random() < 0.3 or balance < LEAST else ("out", -1)
        pattern, least, most = rng.choice(words["bookings"][side])
        amount = sign * Decimal(rng.randrange(100 * least, 100 * most)) / 100
        text = pattern.format(firm=rng.choice(firms), number=rng.randrange(10_000, 99_999))
        bookings.append(Booking(day, text, amount))
        balance += amount
    return bookings


def _account(sheet: Sheet, statement: Statement) -> None:
    """The holder in the window of the envelope, the account beside it."""
    words, language = statement.words, statement.language
    sheet.write(LEFT, 48, statement.holder, STRONG.sized(9.6), value=True)
    sheet.stack(LEFT, 52.9, statement.address.lines, TEXT.sized(9.6), leading=4.9)
    rows = (
        (words["holder"], statement.holder),
        (words["account"], statement.account),
        ("IBAN", numbers.spaced(statement.bank.iban)),
        ("BIC", statement.bank.bic),
        (words["date"], language.day(statement.dated)),
        (words["period"], statement.period),
        (words["currency"], statement.currency),
    )
    y = 48.0
    for label, text in rows:
        sheet.write(108, y, label, TEXT.coloured(GREY))
        sheet.write(RIGHT, y, text, STRONG, align="right", value=True)
        y += 5.4
    sheet.write(LEFT, 92, words["title"], STRONG.sized(15))


def _bookings(sheet: Sheet, statement: Statement, accent: Colour) -> float:
    """The table; return the base line under its last row."""
    words, number = statement.words, statement.language.number
    y = 104.0
    sheet.rule(LEFT, y + 2.4, RIGHT, 0.35, accent)
    titles = (words["out"], words["in"], words["balance"])
    _row(sheet, y, words["booked"], words["text"], titles, STRONG.sized(7.8).coloured(accent))
    y += ROW + 1
    balance = statement.opening
    _balance(sheet, statement, words["opening"], balance, y)
    for booking in statement.bookings:
        y += ROW
        balance += booking.amount
        sides = (
            ("", number(booking.amount)) if booking.amount > 0 else (number(-booking.amount), "")
        )
        day = statement.language.day(booking.on)
        _row(sheet, y, day, booking.text, (*sides, number(balance)), TEXT)
        sheet.rule(LEFT, y + 2.4, RIGHT, 0.1, tinted(accent, 0.3))
    return y + ROW + 1


def _row(sheet: Sheet, y: float, day: str, text: str, amounts: Sequence[str], ink: Ink) -> None:
    sheet.write(LEFT, y, day, ink)
    sheet.write(LEFT + 22, y, text, ink)
    for x, amount in zip(EDGES, amounts, strict=True):
        if amount:
            sheet.write(x, y, amount, ink, align="right")


def _balance(sheet: Sheet, statement: Statement, label: str, balance: Decimal, y: float) -> None:
    sheet.write(LEFT + 22, y, label, STRONG)
    sheet.write(RIGHT, y, statement.language.number(balance), STRONG, align="right", value=True)
    sheet.rule(LEFT, y + 2.4, RIGHT, 0.1, GREY)


def _closing(sheet: Sheet, statement: Statement, accent: Colour, y: float) -> None:
    words, number = statement.words, statement.language.number
    out = -sum((one.amount for one in statement.bookings if one.amount < 0), Decimal())
    into = sum((one.amount for one in statement.bookings if one.amount > 0), Decimal())
    _row(sheet, y, "", words["total"], (number(out), number(into), ""), TEXT)
    y += ROW + 1
    sheet.box(LEFT, y - 5, RIGHT - LEFT, 8, tinted(accent, 0.09))
    ink = STRONG.sized(9.6).coloured(accent)
    sheet.write(LEFT + 22, y, words["closing"], ink)
    closing = statement.language.money(statement.closing, statement.currency)
    sheet.write(RIGHT, y, closing, ink, align="right", value=True)
    sheet.write(LEFT, 280, words["note"], SMALL)
    sheet.write(RIGHT, 280, statement.bank.bic, SMALL, align="right")
