"""What an invoice says: who owes whom what, and the sums."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from apps.extraction.synthetic import content, people
from apps.extraction.synthetic.language import Language
from apps.extraction.synthetic.people import Address, Firm

NEWEST = date(2026, 10, 30)
CENT = Decimal("0.01")
TERMS = (10, 14, 21, 30, 45)  # days
HALVED = {"h", "Std.", "m", "m²"}  # units that are sold in halves


@dataclass(frozen=True, slots=True)
class Line:
    title: str
    detail: str
    unit: str
    quantity: Decimal
    price: Decimal
    rate: int  # percent of tax

    @property
    def amount(self) -> Decimal:
        return cents(self.quantity * self.price)


@dataclass(frozen=True, slots=True)
class Bill:
    seller: Firm
    buyer: str
    buyer_address: Address
    number: str
    order: str
    issued: date
    days: int  # to pay
    lines: Sequence[Line]
    deposit: Decimal
    long_days: bool  # whether dates are written out
    takes_back: str = ""  # the number of the invoice that a credit note takes back

    @property
    def language(self) -> Language:
        return self.seller.language

    @property
    def words(self) -> Mapping[str, str]:
        words: Mapping[str, str] = content.load("invoice")[self.language.code]
        return {**words, **_other_words(self.language.code)} if self.takes_back else words

    @property
    def due(self) -> date:
        return self.issued + timedelta(days=self.days)

    @property
    def nets(self) -> dict[int, Decimal]:
        """Net totals by rate of tax, the highest rate first."""
        rates = sorted({line.rate for line in self.lines}, reverse=True)
        return {
            rate: sum((line.amount for line in self.lines if line.rate == rate), Decimal())
            for rate in rates
        }

    @property
    def taxes(self) -> dict[int, Decimal]:
        return {rate: cents(net * rate / 100) for rate, net in self.nets.items()}

    @property
    def net(self) -> Decimal:
        return sum(self.nets.values(), Decimal())

    @property
    def tax(self) -> Decimal:
        return sum(self.taxes.values(), Decimal())

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax

    @property
    def payable(self) -> Decimal:
        return self.gross - self.deposit

    def day(self, day: date) -> str:
        return self.language.long_day(day) if self.long_days else self.language.day(day)

    def money(self, value: Decimal) -> str:
        return self.language.money(value, self.seller.currency)


def _other_words(code: str) -> Mapping[str, str]:
    words: Mapping[str, str] = content.load("credit_note")[code]
    return words


def cents(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


def compose(rng: random.Random) -> Bill:
    """Invent an invoice within one country."""
    seller, buyer = people.two_firms(rng, content.load("invoice"))
    words = content.load("invoice")[seller.language.code]
    issued = NEWEST - timedelta(days=rng.randrange(300))
    monthly = rng.random() < 0.25
    goods = _goods(seller, rng, monthly=monthly)
    lines = _deliveries(goods, seller, issued) if monthly else goods
    net = sum((line.amount for line in lines), Decimal())
    advance = not monthly and rng.random() < 0.25
    return Bill(
        seller=seller,
        buyer=buyer.name,
        buyer_address=buyer.address,
        number=_number(rng.choice(words["numbers"]), issued, rng),
        order=_number(rng.choice(words["orders"]), issued, rng),
        issued=issued,
        days=rng.choice(TERMS),
        lines=lines,
        deposit=(net / 4).quantize(Decimal(1)) if advance else Decimal(),
        long_days=rng.random() < 0.45,
    )


def compose_credit(rng: random.Random) -> Bill:
    """Invent a credit note: an invoice that takes back one of some weeks before."""
    bill = compose(rng)
    numbers = content.load("credit_note")[bill.language.code]["numbers"]
    return replace(
        bill,
        takes_back=bill.number,
        number=_number(rng.choice(numbers), bill.issued, rng),
        deposit=Decimal(),
    )


def truth(bill: Bill) -> dict[str, str]:
    """By field; what the paper does not show is empty."""
    taken_back = {"corrected_invoice": bill.takes_back} if bill.takes_back else {}
    return taken_back | {
        "invoice_number": bill.number,
        "issue_date": bill.issued.isoformat(),
        "due_date": "" if bill.takes_back else bill.due.isoformat(),
        "seller_name": bill.seller.name,
        "seller_vat_id": bill.seller.vat_id if bill.seller.has_vat_id else "",
        "buyer_name": bill.buyer,
        "currency": bill.seller.currency,
        "net_total": f"{bill.net:.2f}",
        "tax_total": f"{bill.tax:.2f}",
        "grand_total": f"{bill.gross:.2f}",
        "due_payable": f"{bill.payable:.2f}",
        "iban": bill.seller.bank.iban,
    }


def _number(pattern: str, issued: date, rng: random.Random) -> str:
    return pattern.format(year=issued.year, serial=rng.randrange(100, 9999))


def _goods(seller: Firm, rng: random.Random, *, monthly: bool) -> list[Line]:
    """A few different goods, or many times some of them, each at one price."""
    items = content.load("trades")[seller.language.code][seller.trade]["items"]
    standard, reduced = people.country(seller.country)["rates"]
    rates = [standard, reduced, standard] if rng.random() < 0.3 else [standard]
    offered = [
        Line(title, detail, unit, Decimal(1), _price(least, most, rng), rates[place % len(rates)])
        for place, (title, detail, unit, least, most) in enumerate(items)
    ]
    chosen = rng.choices(offered, k=rng.randint(9, 11)) if monthly else _few(offered, rng)
    return [replace(line, quantity=_quantity(line, rng)) for line in chosen]


def _few(offered: Sequence[Line], rng: random.Random) -> list[Line]:
    return rng.sample(offered, k=rng.randint(2, 6))


def _deliveries(goods: Sequence[Line], seller: Firm, issued: date) -> list[Line]:
    """The same goods, each with the delivery note it came with."""
    pattern = content.load("invoice")[seller.language.code]["delivery"]
    lines = []
    for place, line in enumerate(goods):
        day = seller.language.day(issued - timedelta(days=2 * (len(goods) - place)))
        lines.append(replace(line, detail=pattern.format(serial=4100 + 3 * place, day=day)))
    return lines


def _price(least: int, most: int, rng: random.Random) -> Decimal:
    return cents(Decimal(rng.randrange(100 * least, 100 * most, 5)) / 100)


def _quantity(line: Line, rng: random.Random) -> Decimal:
    """Few of what is dear; hours and metres may be halves."""
    if not line.unit:
        return Decimal(1)
    most = 4 if line.price > 200 else 40 if line.price < 20 else 14
    whole = Decimal(rng.randint(2, most))
    halves = line.unit in HALVED and rng.random() < 0.5
    return whole + Decimal("0.5") if halves else whole
