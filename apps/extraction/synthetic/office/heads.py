"""Letterheads of offices; each returns the base line of what follows."""

from __future__ import annotations

from collections.abc import Callable

from apps.extraction.synthetic.emblem import tinted
from apps.extraction.synthetic.office.paper import Look, Paper
from apps.extraction.synthetic.page import A4, WHITE, Sheet


def left(sheet: Sheet, paper: Paper, look: Look) -> float:
    """The mark and the name at the left, the address at the right, the title below."""
    name, *lines = paper.issuer
    look.emblem(sheet, look.left, 14, 11)
    sheet.write(look.left + 15, 21.5, name, look.strong.sized(13).coloured(look.accent), value=True)
    sheet.stack(look.right, 30, lines, look.small, leading=3.8, align="right")
    title = look.fitted(paper.title, look.strong.sized(16), look.width * 0.62)
    sheet.write(look.left, 39, paper.title, title)
    return 54.0


def centred(sheet: Sheet, paper: Paper, look: Look) -> float:
    """The name over its address, and the title between two rules."""
    middle = A4[0] / 2
    name, *lines = paper.issuer
    sheet.write(
        middle, 18, name, look.strong.sized(14).coloured(look.accent), align="centre", value=True
    )
    sheet.write(middle, 23.5, " · ".join(lines), look.small, align="centre")
    sheet.rule(look.left, 28, look.right, 0.3, look.accent)
    title = look.fitted(paper.title, look.strong.sized(15), look.width - 4)
    sheet.write(middle, 35, paper.title, title, align="centre")
    sheet.rule(look.left, 38.5, look.right, 0.3, look.accent)
    return 52.0


def band(sheet: Sheet, paper: Paper, look: Look) -> float:
    """The title in a coloured band, the office above it."""
    name, *lines = paper.issuer
    sheet.write(look.left, 14, name, look.strong.sized(11.5), value=True)
    sheet.stack(look.right, 11, lines[:2], look.small, leading=3.8, align="right")
    sheet.box(look.left, 20, look.width, 11, look.accent)
    title = look.fitted(paper.title, look.strong.sized(14).coloured(WHITE), look.width - 8)
    sheet.write(look.left + 4, 27.5, paper.title, title)
    return 46.0


def plain(sheet: Sheet, paper: Paper, look: Look) -> float:
    """The title first and large, the office under it, as programs for offices print it."""
    name, *lines = paper.issuer
    title = look.fitted(paper.title, look.strong.sized(17), look.width)
    sheet.write(look.left, 20, paper.title, title)
    sheet.box(look.left, 25, look.width, 13, tinted(look.accent, 0.06))
    sheet.write(look.left + 2, 30.2, name, look.strong.sized(10), value=True)
    sheet.write(look.left + 2, 35, ", ".join(lines), look.small)
    return 53.0


HEADS: tuple[Callable[[Sheet, Paper, Look], float], ...] = (left, centred, band, plain)
