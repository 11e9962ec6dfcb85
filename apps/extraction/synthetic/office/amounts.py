"""Columns of amounts with their sums; each returns the base line of what follows."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from apps.extraction.synthetic.office.paper import Amount, Look, Section
from apps.extraction.synthetic.page import WHITE, Sheet

LINE = 5.6
GAP = 8.0  # between columns


def stacked(sheet: Sheet, sections: Sequence[Section], look: Look, y: float) -> float:
    """One section under the other."""
    for section in sections:
        y = _section(sheet, section, look, look.left, look.right, y) + 3
    return y


def parallel(sheet: Sheet, sections: Sequence[Section], look: Look, y: float) -> float:
    """The first two sections beside one another, the others below."""
    if len(sections) < 3:
        return stacked(sheet, sections, look, y)
    middle = (look.left + look.right) / 2
    ends = (
        _section(sheet, sections[0], look, look.left, middle - GAP / 2, y),
        _section(sheet, sections[1], look, middle + GAP / 2, look.right, y),
    )
    return stacked(sheet, sections[2:], look, max(ends) + 3)


def _section(
    sheet: Sheet, section: Section, look: Look, left: float, right: float, y: float
) -> float:
    if section.title:
        sheet.write(left, y, section.title, look.strong.coloured(look.accent))
        sheet.rule(left, y + 1.8, right, 0.3, look.accent)
        y += LINE + 1
    for amount in section.amounts:
        if amount.level != "item":
            y += 0.8
        _amount(sheet, amount, look, left, right, y)
        y += LINE + (1.6 if amount.level == "total" else 0)
    return y


def _amount(sheet: Sheet, amount: Amount, look: Look, left: float, right: float, y: float) -> None:
    ink = look.text if amount.level == "item" else look.strong
    inset = 0.0
    if amount.level == "sum":
        sheet.rule(left, y - 4.4, right, 0.15, look.line)
    if amount.level == "total":
        sheet.box(left, y - 5, right - left, 7.4, look.accent)
        ink, inset = look.strong.sized(look.strong.size + 1).coloured(WHITE), 2.0
    label = look.fitted(amount.label, ink, (right - left) * 0.68)
    sheet.write(left + inset, y, amount.label, label)
    sheet.write(right - inset, y, amount.text, ink, align="right", value=amount.value)


Table = Callable[[Sheet, Sequence[Section], Look, float], float]
TABLES: tuple[Table, ...] = (stacked, parallel)
