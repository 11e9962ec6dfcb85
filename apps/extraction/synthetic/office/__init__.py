"""What offices print about a person: a letterhead, a grid of labels and values, columns of amounts.

A kind of paper says what stands on it (`Paper`, in `paper`); how it looks is chosen by `lay_out`.
"""

from __future__ import annotations

import random

from apps.extraction.synthetic.office.amounts import TABLES
from apps.extraction.synthetic.office.grids import GRIDS
from apps.extraction.synthetic.office.heads import HEADS
from apps.extraction.synthetic.office.paper import Amount, Look, Pair, Paper, Section, look
from apps.extraction.synthetic.page import A4, Sheet, wrap

__all__ = ["Amount", "Pair", "Paper", "Section", "lay_out"]

FOOT = 284.0  # base line of the note
SIGNING = 252.0  # base line of what stands under the lines to sign on


def lay_out(paper: Paper, rng: random.Random) -> Sheet:
    """One page in one of many looks."""
    sheet, shape = Sheet(*A4), look(rng)
    y = rng.choice(HEADS)(sheet, paper, shape)
    y = _reader(sheet, paper, shape, y)
    y = rng.choice(GRIDS)(sheet, paper.pairs, shape, y)
    y = rng.choice(TABLES)(sheet, paper.sections, shape, y)
    y = _ticks(sheet, paper, shape, y)
    _prose(sheet, paper, shape, y)
    _signing(sheet, paper, shape)
    note = shape.fitted(paper.note, shape.small, shape.width)
    sheet.write(shape.left, FOOT, paper.note, note)
    return sheet


def _reader(sheet: Sheet, paper: Paper, shape: Look, y: float) -> float:
    """Whom it is sent to, where the window of the envelope shows it."""
    if not paper.reader:
        return y
    name, *lines = paper.reader
    sheet.write(shape.left, y, name, shape.strong.sized(9.4), value=True)
    return sheet.stack(shape.left, y + 4.8, lines, shape.text.sized(9.4), leading=4.8) + 8


def _ticks(sheet: Sheet, paper: Paper, shape: Look, y: float) -> float:
    """Small boxes, some of them crossed."""
    for place, (label, crossed) in enumerate(paper.ticks):
        x = shape.left + (place % 2) * shape.width / 2
        corners = [(x, y - 3), (x + 3, y - 3), (x + 3, y), (x, y), (x, y - 3)]
        sheet.stroke(corners, 0.2, shape.text.colour)
        if crossed:
            sheet.stroke(corners[0:3:2], 0.3, shape.text.colour)
            sheet.stroke(corners[1:4:2], 0.3, shape.text.colour)
        sheet.write(x + 5, y, label, shape.text)
        y += 6.5 * (place % 2 or place == len(paper.ticks) - 1)
    return y + (4 if paper.ticks else 0)


def _prose(sheet: Sheet, paper: Paper, shape: Look, y: float) -> None:
    for paragraph in paper.prose:
        lines = wrap(paragraph, shape.text, shape.width)
        y = sheet.stack(shape.left, y, lines, shape.text, leading=4.7) + 2


def _signing(sheet: Sheet, paper: Paper, shape: Look) -> None:
    for place, label in enumerate(paper.signs):
        x = shape.left + place * (shape.width / 2 + 4)
        sheet.rule(x, SIGNING - 5, x + shape.width / 2 - 10, 0.25, shape.text.colour)
        sheet.write(x, SIGNING, label, shape.small)
