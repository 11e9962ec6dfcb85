"""Labels and values in a grid; each returns the base line of what follows."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from apps.extraction.synthetic.office.paper import Look, Pair
from apps.extraction.synthetic.page import GREY, Sheet

GAP = 6.0  # between columns
LABEL = 0.46  # share of a column for the label


def beside(sheet: Sheet, pairs: Sequence[Pair], look: Look, y: float) -> float:
    """Two columns, each label left of its value."""
    width = (look.width - GAP) / 2
    for row in _in_twos(pairs):
        for x, pair in zip((look.left, look.left + width + GAP), row, strict=False):
            _label(sheet, pair.label, look, x, y, width * LABEL - 2)
            _value(sheet, pair, look, x + width * LABEL, y, width * (1 - LABEL))
        y += 6.4
    return y + 6


def listed(sheet: Sheet, pairs: Sequence[Pair], look: Look, y: float) -> float:
    """One column with a rule under each line."""
    for pair in pairs:
        _label(sheet, pair.label, look, look.left, y, look.width * 0.4 - 2)
        _value(sheet, pair, look, look.left + look.width * 0.4, y, look.width * 0.6)
        sheet.rule(look.left, y + 1.8, look.right, 0.12, look.line)
        y += 6.2
    return y + 6


def told(sheet: Sheet, pairs: Sequence[Pair], look: Look, y: float) -> float:
    """Two columns, label and value in one line of text with a colon."""
    width = (look.width - GAP) / 2
    for row in _in_twos(pairs):
        for x, pair in zip((look.left, look.left + width + GAP), row, strict=False):
            line = f"{pair.label}: {pair.text}"
            sheet.write(x, y, line, look.fitted(line, look.text, width), value=pair.value)
        y += 6.4
    return y + 6


def boxed(sheet: Sheet, pairs: Sequence[Pair], look: Look, y: float) -> float:
    """Cells in frames, a small label over each value."""
    width = look.width / 2
    y -= 4
    for row in _in_twos(pairs):
        for place, pair in enumerate(row):
            x = look.left + place * width
            corners = [(x, y), (x + width, y), (x + width, y + 9.6), (x, y + 9.6), (x, y)]
            sheet.stroke(corners, 0.2, look.text.colour)
            label = look.fitted(pair.label, look.small.sized(6.4), width - 4)
            sheet.write(x + 1.6, y + 3, pair.label, label)
            _value(sheet, pair, look, x + 1.6, y + 7.3, width - 4)
        y += 9.6
    return y + 11


def _in_twos(pairs: Sequence[Pair]) -> list[Sequence[Pair]]:
    return [pairs[at : at + 2] for at in range(0, len(pairs), 2)]


def _label(sheet: Sheet, text: str, look: Look, x: float, y: float, width: float) -> None:
    sheet.write(x, y, text, look.fitted(text, look.text.coloured(GREY), width))


def _value(sheet: Sheet, pair: Pair, look: Look, x: float, y: float, width: float) -> None:
    ink = look.fitted(pair.text, look.strong, width)
    sheet.write(x, y, pair.text, ink, value=pair.value)


Grid = Callable[[Sheet, Sequence[Pair], Look, float], float]
GRIDS: tuple[Grid, ...] = (beside, listed, told, boxed)
