"""The data page of a passport of Utopia; marked SPECIMEN.

Source: ICAO Doc 9303-4 for the zones of a TD3 page, 9303-3 for what the zones say.
"""

from __future__ import annotations

import random

from apps.extraction.synthetic import content, numbers, utopia
from apps.extraction.synthetic.page import Draft, Ink, Sheet
from apps.extraction.synthetic.utopia import HEAD, NAVY, RED, STATE, Holder, printed_day

WIDTH, HEIGHT = 125.0, 88.0  # TD3
DPI = 300
FIELDS = {"number", "surname", "given_names", "sex", "dob", "expiry"}  # read by sight
LABEL = Ink("Inter-Regular", 4.6, (92, 102, 134))
VALUE = Ink("Inter-SemiBold", 8.2, (26, 28, 38))
MRZ_TOP = 64.8
PHOTO = (6.0, 17.5, 35.0, 45.0)  # left, top, width, height


def draw(rng: random.Random, *, single: bool) -> Draft:
    """Invent a holder; the page is one with or without `single`."""
    holder = utopia.holder(rng)
    sheet = Sheet(WIDTH, HEIGHT, dpi=DPI)
    _ground(sheet, rng)
    utopia.portrait(sheet, PHOTO, rng)
    _head(sheet)
    _visual_zone(sheet, holder, rng)
    _mrz(sheet, holder)
    return Draft(
        name=f"passport-{holder.number.lower()}",
        doctype="identity",
        truth=holder.truth("P"),
        sheets=[sheet],
        stock="card",
    )


def _ground(sheet: Sheet, rng: random.Random) -> None:
    utopia.ground(sheet, (0, 0, WIDTH, HEIGHT), rng)
    sheet.box(0, MRZ_TOP, WIDTH, HEIGHT - MRZ_TOP, (250, 251, 253))
    specimen = Ink("Inter-SemiBold", 38, (247, 222, 226), spacing=0.04)
    sheet.write(46, 63, "SPECIMEN", specimen, turn=22)


def _head(sheet: Sheet) -> None:
    utopia.sun(sheet, 12, 9.4)
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
    utopia.signature(sheet, 86, 61.4, rng)


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
        ("dob", 46, 45.5, printed_day(holder.dob)),
        ("place", 82, 45.5, holder.place),
        ("issued", 46, 52.0, printed_day(holder.issued)),
        ("authority", 82, 52.0, holder.authority),
        ("expiry", 46, 58.5, printed_day(holder.expiry)),
    ]


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
    left = (WIDTH - numbers.MRZ_LINE * utopia.MRZ_PITCH) / 2
    utopia.zone(sheet, lines, left, 73.4, 6.35)
