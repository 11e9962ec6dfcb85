"""Till receipts: narrow, thermal, one font, sums that agree."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from apps.extraction.synthetic import content, emblem, numbers, people
from apps.extraction.synthetic.language import Language
from apps.extraction.synthetic.page import WHITE, Colour, Draft, Ink, Sheet
from apps.extraction.synthetic.people import Address

NEWEST = datetime(2026, 10, 30, 19, 59)  # noqa: DTZ001  (a till prints the time of its shop)
CENT = Decimal("0.01")
WIDTH, EDGE = 80.0, 6.0  # of the paper and its margin, millimetres
DPI = 240
PRINT: Colour = (38, 38, 44)
PLAIN = Ink("JetBrainsMono-Regular", 8.0, PRINT)
BOLD = Ink("JetBrainsMono-Bold", 8.0, PRINT)
LEADING = 3.9


@dataclass(frozen=True, slots=True)
class Item:
    name: str
    quantity: int
    price: Decimal  # with tax
    rate: int  # percent of tax

    @property
    def amount(self) -> Decimal:
        return self.quantity * self.price


@dataclass(frozen=True, slots=True)
class Purchase:
    country: str
    shop: str
    address: Address
    phone: str
    vat_id: str
    at: datetime
    serial: int
    till: int
    cashier: str
    items: Sequence[Item]

    @property
    def language(self) -> Language:
        return people.language(self.country)

    @property
    def currency(self) -> str:
        return str(people.country(self.country)["currency"])

    @property
    def words(self) -> Mapping[str, Any]:
        words: Mapping[str, Any] = content.load("receipt")[self.language.code]
        return words

    @property
    def by_rate(self) -> dict[int, tuple[Decimal, Decimal, Decimal]]:
        """Net, tax and gross of each rate."""
        found = {}
        for rate in sorted({item.rate for item in self.items}, reverse=True):
            gross = sum((one.amount for one in self.items if one.rate == rate), Decimal())
            net = (gross * 100 / (100 + rate)).quantize(CENT, ROUND_HALF_UP)
            found[rate] = (net, gross - net, gross)
        return found

    @property
    def sums(self) -> tuple[Decimal, Decimal, Decimal]:
        """Net, tax and gross of all."""
        net, tax, gross = (
            sum(column, Decimal()) for column in zip(*self.by_rate.values(), strict=True)
        )
        return net, tax, gross

    def money(self, value: Decimal) -> str:
        return self.language.money(value, self.currency)


def draw(rng: random.Random, *, single: bool) -> Draft:
    """Invent a receipt; it is one strip of paper with or without `single`."""
    purchase = _compose(rng)
    net, tax, gross = purchase.sums
    return Draft(
        name=purchase.words["file"].format(serial=purchase.serial),
        doctype="receipt",
        truth={
            "company": purchase.shop,
            "address": ", ".join(purchase.address.lines),
            "date": f"{purchase.at:%Y-%m-%d}",
            "subtotal": f"{net:.2f}",
            "tax": f"{tax:.2f}",
            "total": f"{gross:.2f}",
            "currency": purchase.currency,
        },
        sheets=[_strip(purchase, rng)],
        stock="thermal",
    )


def _compose(rng: random.Random) -> Purchase:
    code = rng.choice(people.countries(content.load("receipt")))
    words = content.load("receipt")[people.language(code).code]
    return Purchase(
        country=code,
        shop=rng.choice(words["shops"]),
        address=people.address(code, rng),
        phone=people.phone(code, rng),
        vat_id=numbers.vat_id(code, rng),
        at=NEWEST - timedelta(days=rng.randrange(200), minutes=rng.randrange(600)),
        serial=rng.randrange(10_000, 99_999),
        till=rng.randint(1, 6),
        cashier=people.person(code, rng).split()[0],
        items=_items(code, words["goods"], rng),
    )


def _items(code: str, goods: Sequence[Any], rng: random.Random) -> list[Item]:
    rates = people.country(code)["rates"]
    chosen = rng.sample(list(goods), k=rng.randint(3, 9))
    return [
        Item(
            name=name,
            quantity=rng.choice((1, 1, 1, 2, 3)),
            price=Decimal(rng.randrange(least, most, 10) + rng.choice((0, 5, 9))) / 100,
            rate=rates[place],
        )
        for name, least, most, place in chosen
    ]


def _strip(purchase: Purchase, rng: random.Random) -> Sheet:
    """Print from top to bottom and cut where the print ends."""
    sheet = Sheet(WIDTH, 0, dpi=DPI)
    y = _head(sheet, purchase, rng)
    y = _goods(sheet, purchase, y)
    y = _totals(sheet, purchase, y)
    y = _paid(sheet, purchase, rng, y)
    y = _taxes(sheet, purchase, y)
    sheet.height = _end(sheet, purchase, rng, y) + 9
    return sheet


def _head(sheet: Sheet, purchase: Purchase, rng: random.Random) -> float:
    middle, y = WIDTH / 2, 13.0
    if rng.random() < 0.5:
        rng.choice(emblem.MARKS)(sheet, middle - 6, 7, 12, PRINT, WHITE)
        y = 26.0
    size = min(13.0, 13.0 * (WIDTH - 2 * EDGE) / BOLD.sized(13).width(purchase.shop))
    sheet.write(middle, y, purchase.shop, BOLD.sized(size), align="centre", value=True)
    y += 5
    for line in purchase.address.lines:
        sheet.write(middle, y, line, PLAIN, align="centre", value=True)
        y += LEADING
    lines = (purchase.phone, f"{purchase.words['vat_id']} {purchase.vat_id}")
    y = sheet.stack(middle, y, lines, PLAIN, leading=LEADING, align="centre")
    y = _cut(sheet, y)
    sheet.write(EDGE, y, purchase.language.day(purchase.at), PLAIN, value=True)
    _right(sheet, y, f"{purchase.at:%H:%M}", PLAIN)
    y += LEADING
    sheet.write(EDGE, y, f"{purchase.words['receipt']} {purchase.serial}", PLAIN)
    _right(sheet, y, f"{purchase.words['till']} {purchase.till}", PLAIN)
    sheet.write(EDGE, y + LEADING, f"{purchase.words['served']} {purchase.cashier}", PLAIN)
    return _cut(sheet, y + 2 * LEADING)


def _goods(sheet: Sheet, purchase: Purchase, y: float) -> float:
    for item in purchase.items:
        sheet.write(EDGE, y, item.name, PLAIN)
        if item.quantity > 1:
            y += LEADING
            each = f"  {item.quantity} x {purchase.language.number(item.price)}"
            sheet.write(EDGE, y, each, PLAIN)
        letter = "AB"[list(purchase.by_rate).index(item.rate)]
        _right(sheet, y, f"{purchase.language.number(item.amount)} {letter}", PLAIN)
        y += LEADING
    return _cut(sheet, y)


def _totals(sheet: Sheet, purchase: Purchase, y: float) -> float:
    net, tax, gross = purchase.sums
    for label, amount in ((purchase.words["net"], net), (purchase.words["tax"], tax)):
        sheet.write(EDGE, y, label, PLAIN)
        _right(sheet, y, purchase.money(amount), PLAIN, value=True)
        y += LEADING
    y += 2.6
    sheet.write(EDGE, y, purchase.words["total"], BOLD.sized(13))
    _right(sheet, y, purchase.money(gross), BOLD.sized(13), value=True)
    return y + 6.5


def _paid(sheet: Sheet, purchase: Purchase, rng: random.Random, y: float) -> float:
    """By card, of which four digits are printed, or in cash."""
    words, gross = purchase.words, purchase.sums[2]
    if rng.random() < 0.65:
        rows = [
            (words["card"], purchase.money(gross)),
            ("XXXX XXXX XXXX " + numbers.digits(rng, 4), ""),
            (f"{words['approved']} {numbers.digits(rng, 6)}", ""),
        ]
    else:
        given = (gross // 10 + 1) * 10
        rows = [
            (words["cash"], purchase.money(given)),
            (words["change"], purchase.money(given - gross)),
        ]
    for label, amount in rows:
        sheet.write(EDGE, y, label, PLAIN)
        _right(sheet, y, amount, PLAIN)
        y += LEADING
    return _cut(sheet, y)


def _taxes(sheet: Sheet, purchase: Purchase, y: float) -> float:
    edges = (EDGE, 43.0, 58.0, WIDTH - EDGE)
    number = purchase.language.number
    rows = [list(purchase.words["table"])]
    for letter, (rate, sums) in zip("AB", purchase.by_rate.items(), strict=False):
        rows.append([f"{letter} {rate} %", *(number(value) for value in sums)])
    for row in rows:
        sheet.write(edges[0], y, row[0], PLAIN)
        for x, cell in zip(edges[1:], row[1:], strict=True):
            sheet.write(x, y, cell, PLAIN, align="right")
        y += LEADING
    return _cut(sheet, y)


def _end(sheet: Sheet, purchase: Purchase, rng: random.Random, y: float) -> float:
    thanks = purchase.words["thanks"]
    y = sheet.stack(WIDTH / 2, y + 1, thanks, PLAIN, leading=LEADING, align="centre")
    x = EDGE + 9
    while x < WIDTH - EDGE - 9:
        thick, gap = rng.choice((0.3, 0.6, 0.9)), rng.choice((0.3, 0.6))
        sheet.box(x, y, thick, 9, PRINT)
        x += thick + gap
    code = numbers.spaced(f"{purchase.at:%y%m%d}{purchase.till:02}{purchase.serial:06}")
    sheet.write(WIDTH / 2, y + 13, code, PLAIN, align="centre")
    return y + 13


def _right(sheet: Sheet, y: float, text: str, ink: Ink, *, value: bool = False) -> None:
    sheet.write(WIDTH - EDGE, y, text, ink, align="right", value=value)


def _cut(sheet: Sheet, y: float) -> float:
    """A broken line; return the base line under it."""
    sheet.write(WIDTH / 2, y, "-" * 40, PLAIN, align="centre")
    return y + LEADING
