"""The table of an invoice, its sums, and how to pay."""

from __future__ import annotations

from decimal import Decimal

from apps.extraction.synthetic import numbers
from apps.extraction.synthetic.invoice.bill import Bill, Line
from apps.extraction.synthetic.invoice.look import Layout, Look
from apps.extraction.synthetic.language import NO_BREAK
from apps.extraction.synthetic.page import A4, GREY, WHITE, Sheet, wrap

NEXT_TOP = 36.0  # base line of the table's heading on a later page
TALL, LOW = 10.6, 6.0  # height of a row with and without its detail
KEPT = 3  # rows that stay with the sums
EDGES = (0.6, 0.745, 0.82)  # right edges of the middle columns, as shares of the width


def lay_out(bill: Bill, layout: Layout, *, single: bool) -> list[Sheet]:
    """Fill as many sheets as the rows need; with `single` leave details out, to need one."""
    look = layout.look
    sheets = [Sheet(*A4)]
    layout.head(sheets[0], bill, look)
    y = _heading(sheets[0], bill, look, look.top)
    heights = [TALL if line.detail and not single else LOW for line in bill.lines]
    for place, (line, height) in enumerate(zip(bill.lines, heights, strict=True)):
        rest = sum(heights[place:]) + _closing_height(bill)
        if len(heights) - place == KEPT and y + rest > look.bottom:
            y = _turn_over(sheets, bill, layout)
        if look.striped and place % 2:
            sheets[-1].box(look.left, y - 4.6, look.right - look.left, height, look.wash)
        _row(sheets[-1], bill, look, line, y, detailed=height == TALL)
        y += height
    _closing(sheets[-1], bill, look, y)
    _number(sheets, bill, layout)
    return sheets


def _turn_over(sheets: list[Sheet], bill: Bill, layout: Layout) -> float:
    look = layout.look
    continued = bill.words["continued"]
    sheets[-1].write(look.right, look.bottom + 3, continued, look.small, align="right")
    sheets.append(Sheet(*A4))
    layout.next_head(sheets[-1], bill, look)
    return _heading(sheets[-1], bill, look, NEXT_TOP)


def _number(sheets: list[Sheet], bill: Bill, layout: Layout) -> None:
    """Put the foot under each sheet, and its number where there are several."""
    for page, sheet in enumerate(sheets, start=1):
        layout.foot(sheet, bill, layout.look)
        if len(sheets) > 1:
            count = bill.words["page"].format(page=page, pages=len(sheets))
            sheet.write(layout.look.right, 291, count, layout.look.small, align="right")


def _columns(look: Look) -> list[float]:
    return [look.left + share * (look.right - look.left) for share in EDGES]


def _heading(sheet: Sheet, bill: Bill, look: Look, y: float) -> float:
    """The titles of the columns; return the base line of the first row."""
    ink = look.strong.sized(7.8)
    if look.filled:
        sheet.box(look.left, y - 5.2, look.right - look.left, 8, look.accent)
        ink = ink.coloured(WHITE)
    else:
        sheet.rule(look.left, y + 2.4, look.right, 0.35, look.accent)
        ink = ink.coloured(look.accent)
    words = bill.words
    amount = words["amount"].format(currency=bill.seller.currency)
    titles = (words["quantity"], words["price"], words["rate"], amount)
    inset = 2.0 if look.filled else 0.0
    sheet.write(look.left + inset, y, words["description"], ink)
    for x, title in zip(_columns(look), titles, strict=False):
        sheet.write(x, y, title, ink, align="right")
    sheet.write(look.right - inset, y, titles[-1], ink, align="right")
    return y + 9


def _row(sheet: Sheet, bill: Bill, look: Look, line: Line, y: float, *, detailed: bool) -> None:
    language = bill.language
    inset = 2.0 if look.filled else 0.0
    name = look.strong if detailed else look.text
    sheet.write(look.left + inset, y, line.title, name)
    cells = (
        f"{language.quantity(line.quantity)} {line.unit}".rstrip(),
        language.number(line.price),
        f"{line.rate}{NO_BREAK}%",
        language.number(line.amount),
    )
    edges = [*_columns(look), look.right - inset]
    for x, cell in zip(edges, cells, strict=True):
        sheet.write(x, y, cell, look.text, align="right")
    if detailed:
        sheet.write(look.left + inset, y + 4, line.detail, look.small)
    if not look.striped:
        below = y + (5.8 if detailed else 1.9)
        sheet.rule(look.left, below, look.right, 0.12, look.line)


def _sums(bill: Bill) -> list[tuple[str, Decimal, bool]]:
    """Label, amount and whether it is the value of a field."""
    words = bill.words
    several = len(bill.taxes) > 1
    rows = [(words["net"], bill.net, True)]
    for rate, tax in bill.taxes.items():
        base = bill.money(bill.nets[rate])
        rows.append((words["tax"].format(rate=rate, base=base), tax, not several))
    if several:
        rows.append((words["total_tax"], bill.tax, True))
    return rows


def _closing_height(bill: Bill) -> float:
    return 5.4 * len(_sums(bill)) + (63 if bill.deposit or bill.takes_back else 47)


def _closing(sheet: Sheet, bill: Bill, look: Look, y: float) -> None:
    """The sums at the right, and how to pay under them."""
    if look.striped:
        sheet.rule(look.left, y - 4.6, look.right, 0.2, look.line)
    left = look.right - 82
    y += 3
    for label, amount, value in _sums(bill):
        sheet.write(left, y, label, look.text)
        sheet.write(look.right - 2, y, bill.money(amount), look.text, align="right", value=value)
        y += 5.4
    y = _total(sheet, bill, look, bill.words["gross"], bill.gross, y + 1.4)
    if bill.takes_back:
        y = _total(sheet, bill, look, bill.words["payable"], bill.payable, y + 2)
    elif bill.deposit:
        sheet.write(left, y, bill.words["deposit"], look.text)
        paid = bill.money(-bill.deposit)
        sheet.write(look.right - 2, y, paid, look.text, align="right")
        y = _total(sheet, bill, look, bill.words["payable"], bill.payable, y + 6.6)
    _payment(sheet, bill, look, y + 6)


def _total(sheet: Sheet, bill: Bill, look: Look, label: str, amount: Decimal, y: float) -> float:
    left = look.right - 82
    sheet.box(left - 2, y - 5.2, 84, 8.2, look.accent if look.filled else look.wash)
    ink = look.strong.sized(10.4).coloured(WHITE if look.filled else look.accent)
    sheet.write(left, y, label, ink)
    sheet.write(look.right - 2, y, bill.money(amount), ink, align="right", value=True)
    return y + 9


def _payment(sheet: Sheet, bill: Bill, look: Look, y: float) -> None:
    words, bank = bill.words, bill.seller.bank
    terms = words["terms"].format(
        amount=bill.money(bill.payable),
        days=bill.days,
        due=bill.day(bill.due),
        number=bill.number,
    )
    y = sheet.stack(
        look.left,
        y,
        wrap(terms, look.text, look.right - look.left),
        look.text,
        leading=4.6,
    )
    y += 3
    sheet.write(look.left, y, words["payment"], look.strong.coloured(look.accent))
    rows = [(words["bank"], bank.name), ("IBAN", numbers.spaced(bank.iban)), ("BIC", bank.bic)]
    for label, value in (row for row in rows if row[1]):
        y += 5
        sheet.write(look.left, y, label, look.text.coloured(GREY))
        sheet.write(look.left + 16, y, value, look.strong, value=label == "IBAN")
