"""Blocks of an address page: lines under one another that start at the same place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from apps.extraction.layout import Row, Span
from apps.extraction.lines import POSTCODE, Line, Role

ALIGNED = 0.015  # fraction of page width; lines of a block start this near to one another
TIGHT = 1.3  # heights; lines farther apart are different blocks
LARGER = 1.15  # times the height of the lines below: letters of a letterhead
MOST_COLUMNS = 20  # of a row in which names are looked for
FEW_LETTERS = 3
UNOPENED = re.compile(r"[^(\[]*[)\]]")  # the rest of a sentence: "00000083), represented by"
DOMAIN = re.compile(r"^\s*[a-z][a-z0-9-]+\.[a-z]{2,4}\s*$")


@dataclass(frozen=True)
class Block:
    """Lines under one another that start at the same place."""

    lines: Sequence[Line]

    @property
    def has_town(self) -> bool:
        return any(line.role in (Role.ADDRESS, Role.PLACE) for line in self.lines[1:])

    def __contains__(self, span: Span) -> bool:
        return any(
            span.row is line.span.row and line.span.start <= span.start < line.span.end
            for line in self.lines
        )

    def second_line(self, name: Line) -> Line | None:
        """The line that goes on with a name in the same large letters, above smaller ones."""
        at = self.lines.index(name)
        following = self.lines[at + 1 : at + 3]
        if len(following) < 2 or following[0].role not in (Role.NAME, Role.OTHER):
            return None
        second, third = (line.span.box.height for line in following)
        large = min(second, name.span.box.height) > LARGER * third
        return following[0] if large and not following[0].digits else None

    @property
    def has_contact(self) -> bool:
        return any(line.role == Role.END for line in self.lines)


def blocks(rows: Sequence[Row]) -> list[Block]:
    """The blocks of a page: cells under one another with a common left edge."""
    done: list[list[Line]] = []
    growing: list[list[Line]] = []
    for row in rows:
        ended = [row.box.top - one[-1].span.box.bottom > _reach(one) for one in growing]
        done.extend(one for one, over in zip(growing, ended, strict=True) if over)
        growing = [one for one, over in zip(growing, ended, strict=True) if not over]
        for line in map(Line, row.cells[:MOST_COLUMNS]):
            home = next((one for one in growing if _continues(one, line)), None)
            if home is None:
                growing.append([line])
            else:
                home.append(line)
    return [Block(tuple(lines)) for lines in (*done, *growing)]


def reads_as_name(line: Line) -> bool:
    if line.letters < FEW_LETTERS or line.digits > line.letters:
        return False
    if ":" in line.text or UNOPENED.match(line.text):
        return False
    if line.is_caption or line.is_sentence or line.is_whole_place:
        return False
    if POSTCODE.match(line.text.lstrip()) or line.text.count(")") > line.text.count("("):
        return False
    first = next(sign for sign in line.text if sign.isalnum())
    proper = first.isupper() or first.isdigit() or DOMAIN.search(line.text) is not None
    return proper and line.role in (Role.NAME, Role.OTHER, Role.PLACE)


def _reach(lines: Sequence[Line]) -> float:
    return TIGHT * lines[-1].span.box.height


def _continues(lines: Sequence[Line], line: Line) -> bool:
    last = lines[-1].span
    return last.row is not line.span.row and abs(last.box.left - line.span.box.left) < ALIGNED
