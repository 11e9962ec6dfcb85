"""Drawn documents as an engine without fault would read them: from the drawing, without pixels.

What finds classes and fields is tested on many documents this way, in milliseconds each. That an
engine reads the pictures is tested on a few of them.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from functools import cache

from apps.base.types import Box
from apps.extraction.engines import Glyph, Line, PageText, Word
from apps.extraction.synthetic import KINDS
from apps.extraction.synthetic.page import Draft, Run, Sheet
from apps.extraction.synthetic.typeface import typeface

SURE = 0.999


@cache
def drafted(kind: str, seed: int) -> Draft:
    """The document that `synthetic.draw` puts into a file."""
    return KINDS[kind](random.Random(f"{kind}/{seed}"), single=False)


def seen(draft: Draft) -> Sequence[PageText]:
    """Its pages."""
    return [page_of(sheet, number) for number, sheet in enumerate(draft.sheets, start=1)]


def page_of(sheet: Sheet, number: int) -> PageText:
    """A sheet with each written line as a line of text; what is written askew is ornament."""
    scale = sheet.dpi / 25.4
    runs = sorted(
        (run for run in sheet.runs if run.text.strip() and not run.turn),
        key=lambda run: (run.y, run.x),
    )
    lines = [_line(run, sheet) for run in runs]
    return PageText(number, round(sheet.width * scale), round(sheet.height * scale), 0, lines)


def _line(run: Run, sheet: Sheet) -> Line:
    words = list(_words(run, sheet))
    first, last = words[0].box, words[-1].box
    return Line(words, Box(first.left, first.top, last.right, first.bottom))


def _words(run: Run, sheet: Sheet) -> Iterator[Word]:
    pens = typeface(run.ink.face).pens(run.text, run.ink.spacing)
    _, top, _, bottom = run.box
    for match in re.finditer(r"\S+", run.text):
        glyphs = [
            Glyph(sign, SURE, *(_across(run, pens[at + step], sheet) for step in (0, 1)))
            for at, sign in enumerate(match.group(), start=match.start())
        ]
        box = Box(glyphs[0].left, top / sheet.height, glyphs[-1].right, bottom / sheet.height)
        yield Word(match.group(), box, SURE, glyphs)


def _across(run: Run, pen: float, sheet: Sheet) -> float:
    """A place of the pen, in ems, as a fraction of the page width."""
    return min(1.0, (run.x + pen * run.ink.height) / sheet.width)
