"""Papers of Utopia, a state without citizens: their holders, and what makes paper look official."""

from __future__ import annotations

import math
import random
import string
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from apps.extraction.synthetic import content
from apps.extraction.synthetic.page import Colour, Ink, Sheet, Spot, ring

STATE = "UTO"
LETTERS = "CFGHJKLMNPRTVWXYZ"  # none that reads as a digit
MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
NEWEST = date(2026, 10, 1)

NAVY: Colour = (28, 44, 92)
RED: Colour = (176, 36, 44)
GROUND: Colour = (238, 243, 250)
HEAD = Ink("Inter-SemiBold", 9.5, NAVY, spacing=0.12)
MRZ = Ink("OCRB", 9.9585, (20, 20, 24))  # the size at which OCR-B has the pitch of a zone
MRZ_PITCH = 2.54  # ten characters an inch

Frame = tuple[float, float, float, float]  # left, top, width, height


@dataclass(frozen=True, slots=True)
class Holder:
    surname: str
    given_names: str
    sex: str
    number: str
    dob: date
    place: str
    issued: date
    expiry: date
    authority: str

    def truth(self, code: str) -> dict[str, str]:
        """The fields of a paper whose zone begins with this code."""
        return {
            "document_code": code,
            "issuer": STATE,
            "number": self.number,
            "nationality": STATE,
            "dob": self.dob.isoformat(),
            "sex": self.sex,
            "expiry": self.expiry.isoformat(),
            "surname": self.surname,
            "given_names": self.given_names,
        }


def holder(rng: random.Random) -> Holder:
    """Invent somebody."""
    about = content.load("passport")
    sex = rng.choice("FM")
    issued = NEWEST - timedelta(days=rng.randrange(3000))
    return Holder(
        surname=rng.choice(about["surnames"]),
        given_names=rng.choice(about["female" if sex == "F" else "male"]),
        sex=sex,
        number=rng.choice(LETTERS) + "".join(rng.choices(LETTERS + string.digits, k=8)),
        dob=date(1948, 1, 1) + timedelta(days=rng.randrange(20_000)),
        place=rng.choice(about["places"]),
        issued=issued,
        expiry=date(issued.year + 10, issued.month, min(issued.day, 28)),
        authority=rng.choice(about["authorities"]),
    )


def printed_day(day: date) -> str:
    """A day as papers print it for people of any language."""
    return f"{day:%d} {MONTHS[day.month - 1]} {day.year}"


def ground(sheet: Sheet, frame: Frame, rng: random.Random) -> None:
    """Paper with fine lines, as a printer of banknotes would have it."""
    left, top, width, height = frame
    sheet.box(*frame, GROUND)
    turn = rng.random() * math.tau
    steps = [left + min(step, width) for step in range(0, math.ceil(width) + 2, 2)]
    for row in range(1, int(height / 2) - 10):
        y = top + row * 2.0
        wave = [(x, y + 1.4 * math.sin((x - left) / 7 + row / 3 + turn)) for x in steps]
        sheet.stroke(wave, 0.09, (218, 228, 242) if row % 2 else (236, 224, 232))
    for step in range(7):
        middle = (left + 0.7 * width, top + 0.45 * height)
        sheet.stroke(_rosette(*middle, 0.136 * width + step * 0.9), 0.09, (214, 222, 240))


def portrait(sheet: Sheet, frame: Frame, rng: random.Random) -> None:
    """A neutral shape where a face would be; sizes are those of a frame 45 mm high."""
    left, top, width, height = frame
    middle, bottom, scale = left + width / 2, top + height, height / 45
    tone = rng.randint(-10, 10)
    figure: Colour = (124 + tone, 138 + tone, 164 + tone)
    sheet.box(left, top, width, height, (218, 226, 238))
    shoulders = ring(middle, bottom + scale, 15.5 * scale, flat=0.8)
    sheet.area([(x, min(y, bottom)) for x, y in shoulders], figure)
    sheet.box(middle - 4.2 * scale, top + 25 * scale, 8.4 * scale, 10 * scale, figure)
    sheet.disc(middle, top + 18.5 * scale, rng.uniform(8.2, 8.8) * scale, figure, flat=1.24)
    corners = [(left, top), (left + width, top), (left + width, bottom), (left, bottom)]
    sheet.stroke([*corners, corners[0]], 0.15, (150, 162, 188))


def sun(sheet: Sheet, x: float, y: float, scale: float = 1.0) -> None:
    """The arms of the state."""
    for turn in range(0, 360, 30):
        spike = ring(x, y, 5.2 * scale, corners=3, turn=turn)
        base = ring(x, y, 2.4 * scale, corners=3, turn=turn + 60)[:1]
        sheet.area([spike[0], *base, (x, y)], NAVY)
    sheet.disc(x, y, 2.7 * scale, NAVY)
    sheet.disc(x, y, 2.0 * scale, GROUND)


def signature(sheet: Sheet, x: float, y: float, rng: random.Random, scale: float = 1.0) -> None:
    """A hand that means nothing."""
    pace, tall, turn = rng.uniform(3.4, 4.6), rng.uniform(1.1, 1.6), rng.random() * 3
    spots: list[Spot] = []
    for step in range(240):
        beat = step / pace + 1.4 * math.sin(step / 31 + turn)
        lift = 0.3 + 0.7 * abs(math.sin(step / 37 + turn)) ** 2
        across = step * 0.1 + 0.9 * math.sin(beat)
        spots.append((x + scale * across, y + scale * tall * lift * math.cos(beat + 0.6)))
    sheet.stroke(spots, 0.28, (36, 48, 112))


def zone(sheet: Sheet, lines: Sequence[str], x: float, y: float, leading: float) -> None:
    """The machine-readable lines from the base line of the first."""
    for place, line in enumerate(lines):
        sheet.write(x, y + place * leading, line, MRZ, value=True)


def _rosette(x: float, y: float, radius: float) -> list[Spot]:
    angles = [math.tau * step / 360 for step in range(361)]
    reach = [radius * (0.78 + 0.22 * math.cos(12 * angle)) for angle in angles]
    return [
        (x + far * math.cos(angle), y + far * math.sin(angle))
        for far, angle in zip(reach, angles, strict=True)
    ]
