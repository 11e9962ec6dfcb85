"""How an invoice looks, apart from what it says."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from apps.extraction.synthetic import emblem
from apps.extraction.synthetic.emblem import Mark, tinted
from apps.extraction.synthetic.invoice.bill import Bill
from apps.extraction.synthetic.page import GREY, Colour, Ink, Sheet

SANS = (("Inter-Regular", "Inter-SemiBold"), ("WorkSans-Regular", "WorkSans-SemiBold"))


@dataclass(frozen=True, slots=True)
class Look:
    """Inks, colours and the frame of the body; lengths in millimetres."""

    text: Ink
    strong: Ink
    title: Ink
    mark: Mark
    accent: Colour
    left: float
    right: float
    top: float  # base line of the table's heading on the first page
    bottom: float  # below which the body does not go
    filled: bool  # whether the table's heading stands on a coloured ground
    striped: bool

    @property
    def small(self) -> Ink:
        return self.text.sized(7.4).coloured(GREY)

    @property
    def wash(self) -> Colour:
        return tinted(self.accent, 0.08)

    @property
    def line(self) -> Colour:
        return tinted(self.accent, 0.35)

    def emblem(self, sheet: Sheet, x: float, y: float, size: float) -> None:
        self.mark(sheet, x, y, size, self.accent, (255, 255, 255))


@dataclass(frozen=True, slots=True)
class Layout:
    """A way to lay out: its look, and what stands above and below the body."""

    look: Look
    head: Callable[[Sheet, Bill, Look], None]
    next_head: Callable[[Sheet, Bill, Look], None]
    foot: Callable[[Sheet, Bill, Look], None]


def look(
    rng: random.Random,
    *,
    left: float = 20,
    right: float = 190,
    top: float = 118,
    bottom: float = 262,
    filled: bool = False,
    striped: bool = False,
    serif: bool = False,
) -> Look:
    regular, strong = rng.choice(SANS)
    mark, accent = emblem.choose(rng)
    return Look(
        text=Ink(regular, 8.8),
        strong=Ink(strong, 8.8),
        title=Ink("Newsreader-Regular" if serif else strong, 20, accent),
        mark=mark,
        accent=accent,
        left=left,
        right=right,
        top=top,
        bottom=bottom,
        filled=filled,
        striped=striped,
    )


def pairs(bill: Bill) -> list[tuple[str, str]]:
    """Label and value of what names this invoice."""
    words = bill.words
    return [
        (words["number"], bill.number),
        (words["issued"], bill.day(bill.issued)),
        (words["due"], bill.takes_back or bill.day(bill.due)),
        (words["order"], bill.order),
    ]


def write_pairs(sheet: Sheet, bill: Bill, look: Look, x: float, y: float, width: float) -> float:
    """Labels on the left, values on the right of a block; return the line after it."""
    for label, value in pairs(bill):
        sheet.write(x, y, label, look.text.coloured(GREY))
        sheet.write(x + width, y, value, look.strong, align="right", value=value != bill.order)
        y += 5.2
    return y


def write_buyer(sheet: Sheet, bill: Bill, look: Look, x: float, y: float) -> float:
    sheet.write(x, y, bill.buyer, look.strong.sized(9.6), value=True)
    lines = bill.buyer_address.lines
    return sheet.stack(x, y + 4.9, lines, look.text.sized(9.6), leading=4.9)


def seller_columns(bill: Bill) -> list[list[str]]:
    """The three columns at the foot of a letterhead."""
    seller, words = bill.seller, bill.words
    return [
        [seller.name, *seller.address.lines],
        [
            f"{words['phone']} {seller.phone}",
            seller.email,
            seller.register,
        ],
        [
            f"{words['director']} {seller.director}",
            f"{words['vat_id']} {seller.vat_id}",
            seller.site,
        ],
    ]


def foot_columns(sheet: Sheet, bill: Bill, look: Look) -> None:
    sheet.rule(look.left, 271, look.right, 0.2, look.line)
    columns = seller_columns(bill)
    widths = [max(look.small.width(line) for line in lines) for lines in columns]
    gap = (look.right - look.left - sum(widths)) / (len(columns) - 1)
    x = look.left
    for lines, width in zip(columns, widths, strict=True):
        sheet.stack(x, 275.5, lines, look.small, leading=3.7)
        x += width + gap


def next_head(sheet: Sheet, bill: Bill, look: Look) -> None:
    """The running head of a second page."""
    sheet.write(look.left, 20, bill.seller.name, look.strong)
    label = f"{bill.words['number']} {bill.number}"
    sheet.write(look.right, 20, label, look.text.coloured(GREY), align="right")
    sheet.rule(look.left, 23, look.right, 0.2, look.line)
