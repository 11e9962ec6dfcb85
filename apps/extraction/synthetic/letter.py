"""Letters between firms: one page, one subject."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from apps.extraction.synthetic import content, emblem, people
from apps.extraction.synthetic.emblem import Mark
from apps.extraction.synthetic.language import Language
from apps.extraction.synthetic.page import A4, GREY, WHITE, Colour, Draft, Ink, Sheet, wrap
from apps.extraction.synthetic.people import Firm

NEWEST = date(2026, 10, 30)
LEFT, RIGHT = 25.0, 185.0
FACES = (
    ("Inter-Regular", "Inter-SemiBold", 9.4),
    ("WorkSans-Regular", "WorkSans-SemiBold", 9.4),
    ("Newsreader-Regular", "Newsreader-SemiBold", 11.0),
)


@dataclass(frozen=True, slots=True)
class Letter:
    sender: Firm
    receiver: Firm
    written: date
    number: str
    subject: str
    paragraphs: list[str]

    @property
    def language(self) -> Language:
        return self.sender.language

    @property
    def words(self) -> Mapping[str, str]:
        words: Mapping[str, str] = content.load("letter")["words"][self.language.code]
        return words


@dataclass(frozen=True, slots=True)
class Stationery:
    """The firm's paper: inks, mark and colour."""

    text: Ink
    strong: Ink
    mark: Mark
    accent: Colour
    leading: float = 4.9

    @property
    def small(self) -> Ink:
        return self.text.sized(self.text.size - 1.8).coloured(GREY)


def draw(rng: random.Random, *, single: bool) -> Draft:
    """Invent a letter; it takes one page with or without `single`."""
    letter = _compose(rng)
    regular, strong, size = rng.choice(FACES)
    mark, accent = emblem.choose(rng)
    stationery = Stationery(Ink(regular, size), Ink(strong, size), mark, accent)
    sheet = Sheet(*A4)
    head = rng.choice((_head_left, _head_centred))
    head(sheet, letter, stationery)
    _body(sheet, letter, stationery, _address(sheet, letter, stationery))
    return Draft(
        name=letter.words["file"].format(number=letter.number.lower()),
        doctype="letter",
        truth={
            "sender": letter.sender.name,
            "recipient": letter.receiver.name,
            "reference": letter.number,
            "date": letter.written.isoformat(),
            "subject": letter.subject,
        },
        sheets=[sheet],
    )


def _compose(rng: random.Random) -> Letter:
    sender, receiver = people.two_firms(rng, content.load("letter")["words"])
    template: dict[str, Any] = rng.choice(content.load("letter")[sender.language.code])
    written = NEWEST - timedelta(days=rng.randrange(300))
    day = sender.language.long_day(written + timedelta(days=rng.randint(9, 30)))
    number = f"{rng.choice('ABKMSTV')}-{rng.randrange(1000, 9999)}"
    return Letter(
        sender=sender,
        receiver=receiver,
        written=written,
        number=number,
        subject=template["subject"].format(number=number),
        paragraphs=[text.format(day=day) for text in template["paragraphs"]],
    )


def _head_left(sheet: Sheet, letter: Letter, paper: Stationery) -> None:
    """The mark and the name at the left, how to reach the firm at the right."""
    sender = letter.sender
    paper.mark(sheet, LEFT, 16, 12, paper.accent, WHITE)
    name = paper.strong.sized(14).coloured(paper.accent)
    sheet.write(LEFT + 16, 24, sender.name, name, value=True)
    lines = (*sender.address.lines, sender.phone, sender.email)
    sheet.stack(RIGHT, 18, lines, paper.small, leading=3.9, align="right")


def _head_centred(sheet: Sheet, letter: Letter, paper: Stationery) -> None:
    sender, middle = letter.sender, A4[0] / 2
    paper.mark(sheet, middle - 5, 12, 10, paper.accent, WHITE)
    name = paper.strong.sized(15).coloured(paper.accent)
    sheet.write(middle, 30, sender.name, name, align="centre", value=True)
    where = " · ".join((*sender.address.lines, sender.phone, sender.site))
    sheet.write(middle, 35.5, where, paper.small, align="centre")
    sheet.rule(LEFT, 39, RIGHT, 0.25, paper.accent)


def _address(sheet: Sheet, letter: Letter, paper: Stationery) -> float:
    """To whom, and when; return where the subject stands."""
    receiver = letter.receiver
    lines = (receiver.name, receiver.director, *receiver.address.lines)
    sheet.stack(LEFT, 56, lines, paper.text, leading=paper.leading)
    sheet.write(RIGHT - 46, 56, letter.words["ours"], paper.small)
    sheet.write(RIGHT, 56, letter.number, paper.text, align="right")
    day = letter.language.long_day(letter.written)
    sheet.write(
        RIGHT, 84, f"{letter.sender.address.place}, {day}", paper.text, align="right", value=True
    )
    return 98.0


def _body(sheet: Sheet, letter: Letter, paper: Stationery, y: float) -> None:
    sheet.write(LEFT, y, letter.subject, paper.strong, value=True)
    name = letter.receiver.director
    y += 2.4 * paper.leading
    sheet.write(LEFT, y, letter.words["greeting"].format(name=name), paper.text)
    y += 1.7 * paper.leading
    for paragraph in letter.paragraphs:
        lines = wrap(paragraph, paper.text, RIGHT - LEFT)
        y = sheet.stack(LEFT, y, lines, paper.text, leading=paper.leading)
        y += 0.7 * paper.leading
    sheet.write(LEFT, y + 0.4 * paper.leading, letter.words["farewell"], paper.text)
    y += 4.6 * paper.leading  # room for a signature
    sheet.stack(
        LEFT, y, (letter.sender.director, letter.sender.name), paper.text, leading=paper.leading
    )
    sheet.write(A4[0] / 2, 284, letter.sender.register, paper.small, align="centre")
