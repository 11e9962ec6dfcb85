"""The data page of a passport of Utopia, a state without citizens; marked SPECIMEN.

Source: ICAO Doc 9303-4 for the zones of a TD3 page, 9303-3 for what the zones say.
"""

from __future__ import annotations

import math
import random
import string
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from apps.extraction.synthetic import content, numbers
from apps.extraction.synthetic.page import Colour, Draft, Ink, Sheet, Spot, ring

WIDTH, HEIGHT = 125.0, 88.0  # TD3
DPI = 300
STATE = "UTO"
LETTERS = "CFGHJKLMNPRTVWXYZ"  # none that reads as a digit
FIELDS = {"number", "surname", "given_names", "sex", "dob", "expiry"}  # read by sight
MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
NEWEST = date(2026, 10, 1)

NAVY: Colour = (28, 44, 92)
RED: Colour = (176, 36, 44)
LABEL = Ink("Inter-Regular", 4.6, (92, 102, 134))
VALUE = Ink("Inter-SemiBold", 8.2, (26, 28, 38))
HEAD = Ink("Inter-SemiBold", 9.5, NAVY, spacing=0.12)
MRZ_TOP = 64.8
MRZ_PITCH = 2.54  # ten characters an inch
MRZ = Ink("OCRB", 9.9585, (20, 20, 24))  # the size at which OCR-B has that pitch
GROUND: Colour = (238, 243, 250)
PHOTO = (6.0, 17.5, 35.0, 45.0)  # left, top, width, height


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


def draw(rng: random.Random, *, single: bool) -> Draft:
    """Invent a holder; the page is one with or without `single`."""
    holder = _holder(rng)
    sheet = Sheet(WIDTH, HEIGHT, dpi=DPI)
    _ground(sheet, rng)
    _portrait(sheet, rng)
    _head(sheet)
    _visual_zone(sheet, holder, rng)
    _mrz(sheet, holder)
    return Draft(
        name=f"passport-{holder.number.lower()}",
        doctype="identity",
        truth=_truth(holder),
        sheets=[sheet],
        stock="card",
    )


def _truth(holder: Holder) -> Mapping[str, str]:
    return {
        "document_code": "P",
        "issuer": STATE,
        "number": holder.number,
        "nationality": STATE,
        "dob": holder.dob.isoformat(),
        "sex": holder.sex,
        "expiry": holder.expiry.isoformat(),
        "surname": holder.surname,
        "given_names": holder.given_names,
    }


def _holder(rng: random.Random) -> Holder:
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


def _ground(sheet: Sheet, rng: random.Random) -> None:
    """Paper with fine lines, as a printer of banknotes would have it."""
    sheet.box(0, 0, WIDTH, HEIGHT, GROUND)
    turn = rng.random() * math.tau
    for row in range(34):
        y = row * 2.0
        wave = [(x, y + 1.4 * math.sin(x / 7 + row / 3 + turn)) for x in range(0, 127, 2)]
        sheet.stroke(wave, 0.09, (218, 228, 242) if row % 2 else (236, 224, 232))
    for step in range(7):
        sheet.stroke(_rosette(88, 40, 17 + step * 0.9), 0.09, (214, 222, 240))
    sheet.box(0, MRZ_TOP, WIDTH, HEIGHT - MRZ_TOP, (250, 251, 253))
    specimen = Ink("Inter-SemiBold", 38, (247, 222, 226), spacing=0.04)
    sheet.write(46, 63, "SPECIMEN", specimen, turn=22)


def _rosette(x: float, y: float, radius: float) -> list[Spot]:
    angles = [math.tau * step / 360 for step in range(361)]
    reach = [radius * (0.78 + 0.22 * math.cos(12 * angle)) for angle in angles]
    return [
        (x + far * math.cos(angle), y + far * math.sin(angle))
        for far, angle in zip(reach, angles, strict=True)
    ]


def _portrait(sheet: Sheet, rng: random.Random) -> None:
    """A neutral shape where a face would be."""
    left, top, width, height = PHOTO
    middle, bottom = left + width / 2, top + height
    tone = rng.randint(-10, 10)
    figure: Colour = (124 + tone, 138 + tone, 164 + tone)
    sheet.box(left, top, width, height, (218, 226, 238))
    shoulders = ring(middle, bottom + 1, 15.5, flat=0.8)
    sheet.area([(x, min(y, bottom)) for x, y in shoulders], figure)
    sheet.box(middle - 4.2, top + 25, 8.4, 10, figure)
    sheet.disc(middle, top + 18.5, rng.uniform(8.2, 8.8), figure, flat=1.24)
    corners = [(left, top), (left + width, top), (left + width, bottom), (left, bottom)]
    sheet.stroke([*corners, corners[0]], 0.15, (150, 162, 188))


def _head(sheet: Sheet) -> None:
    for turn in range(0, 360, 30):
        spike = ring(12, 9.4, 5.2, corners=3, turn=turn)
        sheet.area([spike[0], *ring(12, 9.4, 2.4, corners=3, turn=turn + 60)[:1], (12, 9.4)], NAVY)
    sheet.disc(12, 9.4, 2.7, NAVY)
    sheet.disc(12, 9.4, 2.0, GROUND)
    sheet.write(21, 8.6, "UTOPIA", HEAD)
    sheet.write(21, 12.6, "UTOPIE", HEAD.sized(6.5))
    sheet.write(119, 8.6, "PASSPORT", HEAD, align="right")
    sheet.write(119, 12.6, "PASSEPORT", HEAD.sized(6.5), align="right")
    sheet.write(WIDTH / 2 + 4, 8.6, "SPECIMEN", HEAD.coloured(RED), align="centre")
    sheet.rule(6, 15, 119, 0.2, NAVY)


def _visual_zone(sheet: Sheet, holder: Holder, rng: random.Random) -> None:
    labels = content.load("passport")["labels"]
    for name, x, y, text in _cells(holder):
        ink = VALUE.sized(6.2) if name == "authority" else VALUE
        sheet.write(x, y, labels[name], LABEL)
        sheet.write(x, y + 3.4, text, ink, value=name in FIELDS)
    sheet.write(82, 58.5, labels["signature"], LABEL)
    sheet.stroke(_signature(86, 61.4, rng), 0.28, (36, 48, 112))


def _cells(holder: Holder) -> list[tuple[str, float, float, str]]:
    """Name, place and text of each cell."""
    return [
        ("type", 46, 19.5, "P"),
        ("issuer", 62, 19.5, STATE),
        ("number", 94, 19.5, holder.number),
        ("surname", 46, 26.0, holder.surname),
        ("given_names", 46, 32.5, holder.given_names),
        ("nationality", 46, 39.0, "UTOPIAN"),
        ("sex", 82, 39.0, holder.sex),
        ("dob", 46, 45.5, _day(holder.dob)),
        ("place", 82, 45.5, holder.place),
        ("issued", 46, 52.0, _day(holder.issued)),
        ("authority", 82, 52.0, holder.authority),
        ("expiry", 46, 58.5, _day(holder.expiry)),
    ]


def _day(day: date) -> str:
    return f"{day:%d} {MONTHS[day.month - 1]} {day.year}"


def _signature(x: float, y: float, rng: random.Random) -> list[Spot]:
    """A hand that means nothing."""
    pace, tall, turn = rng.uniform(3.4, 4.6), rng.uniform(1.1, 1.6), rng.random() * 3
    spots = []
    for step in range(240):
        beat = step / pace + 1.4 * math.sin(step / 31 + turn)
        lift = 0.3 + 0.7 * abs(math.sin(step / 37 + turn)) ** 2
        spots.append(
            (x + step * 0.1 + 0.9 * math.sin(beat), y + tall * lift * math.cos(beat + 0.6))
        )
    return spots


def _mrz(sheet: Sheet, holder: Holder) -> None:
    lines = numbers.mrz(
        issuer=STATE,
        surname=holder.surname,
        given_names=holder.given_names,
        number=holder.number,
        nationality=STATE,
        dob=holder.dob,
        sex=holder.sex,
        expiry=holder.expiry,
    )
    left = (WIDTH - numbers.MRZ_LINE * MRZ_PITCH) / 2
    for line, y in zip(lines, (73.4, 79.75), strict=True):
        sheet.write(left, y, line, MRZ, value=True)
