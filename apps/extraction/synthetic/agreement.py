"""Agreements of two firms: numbered clauses, and a block with room for two signatures."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from apps.extraction.synthetic import content, people
from apps.extraction.synthetic.language import Language
from apps.extraction.synthetic.page import A4, GREY, PALE, Draft, Ink, Sheet, wrap
from apps.extraction.synthetic.people import Firm

NEWEST = date(2026, 10, 15)
LEFT, RIGHT, TOP, BOTTOM = 30.0, 180.0, 28.0, 268.0
LEADING = 4.9
SIGNING = 62.0  # height of the block for the signatures
FACES = (
    ("Newsreader-Regular", "Newsreader-SemiBold", "Newsreader-Italic", 10.6),
    ("WorkSans-Regular", "WorkSans-SemiBold", "WorkSans-Regular", 9.2),
)


@dataclass(frozen=True, slots=True)
class Agreement:
    title: str
    roles: Sequence[str]
    clauses: Sequence[tuple[str, str]]  # heading and text
    firms: tuple[Firm, Firm]
    effective: date
    signed: date
    serial: str

    @property
    def language(self) -> Language:
        return self.firms[0].language

    @property
    def words(self) -> Mapping[str, str]:
        words: Mapping[str, str] = content.load("agreement")["words"][self.language.code]
        return words


@dataclass(frozen=True, slots=True)
class Hand:
    """The inks of one agreement."""

    text: Ink
    strong: Ink
    soft: Ink

    @property
    def small(self) -> Ink:
        return self.text.sized(7.8).coloured(GREY)


def draw(rng: random.Random, *, single: bool) -> Draft:
    """Invent an agreement; with `single` it has as many clauses as one page takes."""
    agreement = _compose(rng)
    regular, strong, soft, size = rng.choice(FACES)
    hand = Hand(Ink(regular, size), Ink(strong, size), Ink(soft, size))
    return Draft(
        name=agreement.words["file"].format(serial=agreement.serial.lower()),
        doctype="contract",
        truth={
            "title": agreement.title,
            "contract_number": agreement.serial,
            "first_party": agreement.firms[0].name,
            "second_party": agreement.firms[1].name,
            "effective_date": agreement.effective.isoformat(),
            "signed_on": agreement.signed.isoformat(),
        },
        sheets=_lay_out(agreement, hand, single=single),
    )


def _compose(rng: random.Random) -> Agreement:
    first, second = people.two_firms(rng, content.load("agreement")["words"])
    template: dict[str, Any] = rng.choice(content.load("agreement")[first.language.code])
    signed = NEWEST - timedelta(days=rng.randrange(400))
    return Agreement(
        title=template["title"],
        roles=template["roles"],
        clauses=[(heading, text) for heading, text in template["clauses"]],
        firms=(first, second),
        effective=signed + timedelta(days=rng.choice((0, 1, 7, 14, 30))),
        signed=signed,
        serial=f"{rng.choice('ACDHKLNRV')}{signed.year}-{rng.randrange(100, 999)}",
    )


def _lay_out(agreement: Agreement, hand: Hand, *, single: bool) -> list[Sheet]:
    sheets = [Sheet(*A4)]
    court = agreement.firms[0].address.place
    y = _opening(sheets[0], agreement, hand)
    for number, (heading, text) in enumerate(agreement.clauses, start=1):
        lines = wrap(text.format(town=court), hand.text, RIGHT - LEFT - 8)
        height = LEADING * (len(lines) + 1.9)
        if single and y + height + SIGNING > BOTTOM:
            break
        last = number == len(agreement.clauses)  # signatures never stand alone on a page
        if y + height + (SIGNING if last else 0) > BOTTOM:
            sheets.append(Sheet(*A4))
            y = TOP
        _clause(sheets[-1], hand, f"{number}.", heading, lines, y)
        y += height
    _signing(sheets[-1], agreement, hand, y + 4)
    for page, sheet in enumerate(sheets, start=1):
        _foot(sheet, agreement, hand, page, len(sheets))
    return sheets


def _opening(sheet: Sheet, agreement: Agreement, hand: Hand) -> float:
    """Title, parties and the day it takes effect."""
    middle, words = A4[0] / 2, agreement.words
    sheet.write(middle, 38, agreement.title, hand.strong.sized(17), align="centre", value=True)
    sheet.rule(middle - 12, 44, middle + 12, 0.3, GREY)
    y = 54.0
    for place, (firm, role) in enumerate(zip(agreement.firms, agreement.roles, strict=True)):
        joint = words["and"] if place else words["between"]
        sheet.write(middle, y, joint, hand.soft, align="centre")
        y = _party(sheet, words["party"], firm, role, hand, y + 1.5 * LEADING) + 0.5 * LEADING
    effective = words["effective"].format(
        effective=agreement.language.long_day(agreement.effective)
    )
    sheet.write(LEFT, y + LEADING, effective, hand.text, value=True)
    return y + 3.2 * LEADING


def _party(sheet: Sheet, pattern: str, firm: Firm, role: str, hand: Hand, y: float) -> float:
    """The name stands out, the rest follows on the lines below."""
    rest = pattern.format(
        firm="",
        street=firm.address.street,
        town=firm.address.town,
        register=firm.register,
        director=firm.director,
        role=role,
    ).lstrip(", ")
    sheet.write(LEFT + 8, y, firm.name, hand.strong, value=True)
    lines = wrap(rest, hand.text, RIGHT - LEFT - 16)
    return sheet.stack(LEFT + 8, y + LEADING, lines, hand.text, leading=LEADING)


def _clause(
    sheet: Sheet, hand: Hand, number: str, heading: str, lines: Sequence[str], y: float
) -> None:
    sheet.write(LEFT, y, number, hand.strong)
    sheet.write(LEFT + 8, y, heading, hand.strong)
    sheet.stack(LEFT + 8, y + 1.15 * LEADING, lines, hand.text, leading=LEADING)


def _signing(sheet: Sheet, agreement: Agreement, hand: Hand, y: float) -> None:
    """Two columns; the area above each line is left free for a signature."""
    words, signed = agreement.words, agreement.language.long_day(agreement.signed)
    sheet.write(LEFT, y, words["closing"].format(signed=signed), hand.text, value=True)
    for place, firm in enumerate(agreement.firms):
        left = LEFT + place * 80
        sheet.write(left, y + 9, words["for"].format(firm=firm.name), hand.strong)
        sheet.rule(left, y + 40, left + 68, 0.25, GREY)
        rows = ((words["name"], firm.director), (words["date"], signed))
        for row, (label, text) in enumerate(rows):
            line = y + 46 + row * 6
            sheet.write(left, line, label, hand.small)
            sheet.write(left + 14, line, text, hand.text)


def _foot(sheet: Sheet, agreement: Agreement, hand: Hand, page: int, pages: int) -> None:
    words = agreement.words
    sheet.rule(LEFT, 279, RIGHT, 0.15, PALE)
    sheet.write(LEFT, 284, words["reference"].format(serial=agreement.serial), hand.small)
    count = words["page"].format(page=page, pages=pages)
    sheet.write(RIGHT, 284, count, hand.small, align="right")
