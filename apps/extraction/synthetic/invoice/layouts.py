"""Four letterheads: letter, band, serif and sidebar."""

from __future__ import annotations

import random
from collections.abc import Callable

from apps.extraction.synthetic.emblem import tinted
from apps.extraction.synthetic.invoice.bill import Bill
from apps.extraction.synthetic.invoice.look import (
    Layout,
    Look,
    foot_columns,
    look,
    next_head,
    pairs,
    write_buyer,
    write_pairs,
)
from apps.extraction.synthetic.page import A4, GREY, WHITE, Sheet, wrap

SIDE = 60.0  # width of the sidebar


def letter(rng: random.Random) -> Layout:
    """A window-envelope letter after DIN 5008."""
    return Layout(look(rng, left=25), _letter_head, next_head, foot_columns)


def _letter_head(sheet: Sheet, bill: Bill, look: Look) -> None:
    look.emblem(sheet, look.right - 13, 14, 13)
    name = look.strong.sized(14).coloured(look.accent)
    sheet.write(look.right - 17, 21, bill.seller.name, name, align="right", value=True)
    contact = f"{bill.seller.site}  ·  {bill.seller.phone}"
    sheet.write(look.right - 17, 26, contact, look.small, align="right")
    sender = " · ".join((bill.seller.name, *bill.seller.address.lines))
    sheet.write(look.left, 48, sender, look.small.sized(6.6))
    sheet.rule(look.left, 49.4, look.left + 80, 0.15, look.line)
    write_buyer(sheet, bill, look, look.left, 57)
    write_pairs(sheet, bill, look, 128, 57, look.right - 128)
    sheet.write(look.left, 99, f"{bill.words['title']} {bill.number}", look.title.sized(15))
    sheet.write(look.left, 107, bill.words["intro"], look.text)


def band(rng: random.Random) -> Layout:
    """A coloured band across the head, and what names the invoice in cells under it."""
    return Layout(
        look(rng, left=18, right=192, top=108, filled=True, striped=rng.random() < 0.6),
        _band_head,
        next_head,
        foot_columns,
    )


def _band_head(sheet: Sheet, bill: Bill, look: Look) -> None:
    sheet.box(0, 0, A4[0], 36, look.accent)
    look.mark(sheet, look.left, 11, 14, WHITE, look.accent)
    name = look.strong.sized(15).coloured(WHITE)
    sheet.write(look.left + 19, 20, bill.seller.name, name, value=True)
    pale = look.text.sized(7.6).coloured(tinted(look.accent, 0.2))
    sheet.write(look.left + 19, 25, bill.seller.site, pale)
    title = look.strong.sized(19).coloured(WHITE).spaced(0.08)
    sheet.write(look.right, 22, bill.words["title"].upper(), title, align="right")
    step = (look.right - look.left) / 4
    for place, (label, value) in enumerate(pairs(bill)):
        x = look.left + place * step
        sheet.write(x, 48, label, look.small)
        sheet.write(x, 53.5, value, look.strong.sized(9.6), value=place < 3)
    sheet.rule(look.left, 59, look.right, 0.2, look.line)
    _parties(sheet, bill, look, 68)


def _parties(sheet: Sheet, bill: Bill, look: Look, y: float) -> None:
    seller = bill.seller
    middle = (look.left + look.right) / 2
    sheet.write(look.left, y, bill.words["from"], look.small.coloured(look.accent))
    sheet.write(look.left, y + 6, seller.name, look.strong.sized(9.6))
    lines = (*seller.address.lines, f"{bill.words['vat_id']} {seller.vat_id}")
    sheet.stack(look.left, y + 10.9, lines, look.text.sized(9.6), leading=4.9)
    sheet.write(middle, y, bill.words["to"], look.small.coloured(look.accent))
    write_buyer(sheet, bill, look, middle, y + 6)


def serif(rng: random.Random) -> Layout:
    """A quiet letterhead in a serif face, centred."""
    return Layout(
        look(rng, left=24, right=186, top=122, serif=True), _serif_head, next_head, foot_columns
    )


def _serif_head(sheet: Sheet, bill: Bill, look: Look) -> None:
    middle = A4[0] / 2
    look.emblem(sheet, middle - 5.5, 12, 11)
    sheet.write(middle, 33, bill.seller.name, look.title.sized(19), align="centre", value=True)
    where = " · ".join((*bill.seller.address.lines, bill.seller.phone))
    sheet.write(middle, 39, where, look.small, align="centre")
    sheet.rule(look.left, 45, look.right, 0.5, look.accent)
    sheet.rule(look.left, 46.2, look.right, 0.15, look.accent)
    title = look.title.sized(26)
    sheet.write(look.left, 65, bill.words["title"], title)
    sheet.write(look.left, 80, bill.words["to"], look.small)
    write_buyer(sheet, bill, look, look.left, 86)
    write_pairs(sheet, bill, look, 122, 80, look.right - 122)


def sidebar(rng: random.Random) -> Layout:
    """The seller in a tinted column at the left, the invoice beside it."""
    return Layout(
        look(rng, left=SIDE + 10, right=194, top=92, bottom=270),
        _sidebar_head,
        _sidebar_next,
        _no_foot,
    )


def _sidebar_head(sheet: Sheet, bill: Bill, look: Look) -> None:
    sheet.box(0, 0, SIDE, A4[1], look.wash)
    look.emblem(sheet, 12, 16, 16)
    y = sheet.stack(
        12,
        44,
        wrap(bill.seller.name, look.strong.sized(12), SIDE - 18),
        look.strong.sized(12).coloured(look.accent),
        leading=5.4,
    )
    y = sheet.stack(12, y + 2, _wrapped(_side_lines(bill), look), look.text.sized(7.6), leading=4.2)
    for label, value in pairs(bill):
        y += 6.4
        sheet.write(12, y, label, look.small.sized(7))
        y += 4.6
        sheet.write(12, y, value, look.strong, value=value != bill.order)
    sheet.write(look.left, 30, bill.words["title"], look.title.sized(28))
    sheet.write(look.left, 46, bill.words["to"], look.small)
    write_buyer(sheet, bill, look, look.left, 52)
    intro = wrap(bill.words["intro"], look.text, look.right - look.left)
    sheet.stack(look.left, 76, intro, look.text, leading=4.4)


def _side_lines(bill: Bill) -> list[str]:
    seller = bill.seller
    numbers = [f"{bill.words['vat_id']} {seller.vat_id}", seller.register]
    return [*seller.address.lines, "", seller.phone, seller.email, "", *numbers]


def _wrapped(lines: list[str], look: Look) -> list[str]:
    return [part for line in lines for part in wrap(line, look.text.sized(7.6), SIDE - 16)]


def _sidebar_next(sheet: Sheet, bill: Bill, look: Look) -> None:
    sheet.box(0, 0, SIDE, A4[1], look.wash)
    look.emblem(sheet, 12, 16, 9)
    next_head(sheet, bill, look)


def _no_foot(sheet: Sheet, bill: Bill, look: Look) -> None:
    sheet.write(12, 285, bill.seller.site, look.small.coloured(GREY))


LAYOUTS: tuple[Callable[[random.Random], Layout], ...] = (letter, band, serif, sidebar)
