"""Cards of Utopia with a machine-readable zone of three lines (TD1) or two (TD2); all SPECIMEN.

Source: ICAO Doc 9303-5 and -6 for the zones, 9303-3 for what they say.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace

from apps.extraction.synthetic import content, numbers, utopia
from apps.extraction.synthetic.numbers import mrz_check_digit
from apps.extraction.synthetic.page import Draft, Ink, Sheet
from apps.extraction.synthetic.utopia import HEAD, NAVY, RED, STATE, Frame, Holder, printed_day

DPI = 300
MARGIN = 8.0  # of the sheet on which a card was copied
TD1_SIZE = (85.6, 54.0)
TD2_SIZE = (105.0, 74.0)
TD1_LINE, TD2_LINE = 30, 36  # characters
FIELDS = {"number", "surname", "given_names", "sex", "dob", "expiry"}  # read by sight
LABEL = Ink("Inter-Regular", 4.2, (92, 102, 134))
VALUE = Ink("Inter-SemiBold", 7.2, (26, 28, 38))
SEXES = "FM<"  # as the zone has them


def draw_td1(rng: random.Random, *, single: bool) -> Draft:
    """Invent a card, both sides copied onto one sheet."""
    holder, code = _holder(rng, TD1_LINE), rng.choice(("I", "ID", "IR"))
    width, height = TD1_SIZE
    sheet = Sheet(width + 2 * MARGIN, 2 * height + 3 * MARGIN, dpi=DPI)
    _front(sheet, (MARGIN, MARGIN, width, height), holder, code, rng)
    back = (MARGIN, height + 2 * MARGIN, width, height)
    utopia.ground(sheet, back, rng)
    sheet.write(MARGIN + 5, back[1] + 9, "SPECIMEN", HEAD.coloured(RED))
    personal = numbers.digits(rng, 8) if rng.random() < 0.5 else ""
    left = MARGIN + (width - TD1_LINE * utopia.MRZ_PITCH) / 2
    utopia.zone(sheet, td1(holder, code, personal), left, back[1] + 36.5, 6.0)
    return _draft(sheet, holder, code)


def draw_td2(rng: random.Random, *, single: bool) -> Draft:
    """Invent a card of the larger size, of which one side bears everything."""
    holder, code = _holder(rng, TD2_LINE - 5), rng.choice(("I", "ID", "AC"))
    width, height = TD2_SIZE
    sheet = Sheet(width + 2 * MARGIN, height + 2 * MARGIN, dpi=DPI)
    _front(sheet, (MARGIN, MARGIN, width, height), holder, code, rng)
    left = MARGIN + (width - TD2_LINE * utopia.MRZ_PITCH) / 2
    utopia.zone(sheet, td2(holder, code), left, MARGIN + 62.5, 6.35)
    return _draft(sheet, holder, code)


def td1(holder: Holder, code: str, personal: str = "") -> tuple[str, str, str]:
    """The three lines of a zone."""
    number = _checked(holder.number.ljust(9, "<"))
    upper = f"{code.ljust(2, '<')}{STATE}{number}{personal}".ljust(TD1_LINE, "<")
    birth, expiry = _days(holder)
    middle = f"{birth}{_sex(holder)}{expiry}{STATE}".ljust(TD1_LINE - 1, "<")
    middle += mrz_check_digit(upper[5:] + middle[:7] + middle[8:15] + middle[18:])
    return upper, middle, _names(holder).ljust(TD1_LINE, "<")


def td2(holder: Holder, code: str) -> tuple[str, str]:
    """The two lines of a zone."""
    upper = f"{code.ljust(2, '<')}{STATE}{_names(holder)}".ljust(TD2_LINE, "<")
    number, (birth, expiry) = _checked(holder.number.ljust(9, "<")), _days(holder)
    lower = f"{number}{STATE}{birth}{_sex(holder)}{expiry}".ljust(TD2_LINE - 1, "<")
    return upper, lower + mrz_check_digit(lower[:10] + lower[13:20] + lower[21:])


def _holder(rng: random.Random, room: int) -> Holder:
    """Invent somebody whose names the zone does not cut short."""
    one = utopia.holder(rng)
    if rng.random() < 0.15:
        one = replace(one, sex="X")
    while len(_names(one)) > room:
        one = replace(one, given_names=one.given_names.rpartition(" ")[0])
    return one


def _draft(sheet: Sheet, holder: Holder, code: str) -> Draft:
    return Draft(
        name=f"id-card-{holder.number.lower()}",
        doctype="identity",
        truth=holder.truth(code),
        sheets=[sheet],
        stock="card",
    )


def _names(holder: Holder) -> str:
    return f"{holder.surname}<<{holder.given_names}".replace(" ", "<")


def _days(holder: Holder) -> tuple[str, str]:
    """Birth and expiry as a zone has them, with their check digits."""
    return _checked(f"{holder.dob:%y%m%d}"), _checked(f"{holder.expiry:%y%m%d}")


def _sex(holder: Holder) -> str:
    return "<" if holder.sex == "X" else holder.sex


def _checked(text: str) -> str:
    return text + mrz_check_digit(text)


def _front(sheet: Sheet, frame: Frame, holder: Holder, code: str, rng: random.Random) -> None:
    """What people read: head, portrait, cells, signature."""
    about = content.load("id_card")
    labels = about[rng.choice([name for name in about if name != "titles"])]
    left, top, width, _ = frame
    utopia.ground(sheet, frame, rng)
    utopia.sun(sheet, left + 7, top + 6.4, 0.7)
    sheet.write(left + 13, top + 5.4, "UTOPIA", HEAD.sized(8))
    sheet.write(left + 13, top + 9, "SPECIMEN", HEAD.sized(4.8).coloured(RED))
    title = about["titles"][code]
    sheet.write(left + width - 4, top + 5.4, title, HEAD.sized(6.4), align="right")
    if code in ("I", "ID"):
        sheet.write(left + width - 4, top + 9, labels["title"], HEAD.sized(4.8), align="right")
    sheet.rule(left + 4, top + 11, left + width - 4, 0.2, NAVY)
    utopia.portrait(sheet, (left + 4, top + 14, 21, 27), rng)
    _cells(sheet, (left + 29, top + 15.5), holder, labels, wide=width > TD1_SIZE[0])
    utopia.signature(sheet, left + 5, top + 47, rng, 0.8)


def _cells(
    sheet: Sheet,
    corner: tuple[float, float],
    holder: Holder,
    labels: Mapping[str, str],
    *,
    wide: bool,
) -> None:
    x, y = corner
    step = 38.0 if wide else 30.0
    rows = (
        (("surname", holder.surname),),
        (("given_names", holder.given_names),),
        (("sex", holder.sex), ("nationality", STATE)),
        (("dob", printed_day(holder.dob)), ("place", holder.place)),
        (("number", holder.number), ("expiry", printed_day(holder.expiry))),
    )
    for row in rows:
        for place, (name, text) in enumerate(row):
            sheet.write(x + place * step, y, labels[name], LABEL.sized(4.2 if wide else 3.4))
            sheet.write(x + place * step, y + 3.2, text, VALUE, value=name in FIELDS)
        y += 7.2
