"""The fields of an identity paper from its machine-readable zone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from apps.base.types import Box
from apps.extraction.doctypes import DocType, FieldRule
from apps.extraction.engines import PageText
from apps.extraction.fields import Evidence, Found, Missing
from apps.extraction.layout import around
from apps.extraction.mrz import Sign, Strip, Zone, find_zone
from apps.extraction.validators import run
from apps.extraction.zones import FILLER, Place

BLIND = 0.1  # how often a check digit is right by chance
FAILED = 0.3  # what is left of the confidence when the check digit is wrong
CERTAIN = 0.9995  # nothing is surer than this
EXPIRY_PIVOT = 80  # two-digit years of expiry below are 20..; zones exist since 1980
BIRTH_PIVOT = 30  # of birth, where nothing tells the century
ALIKE = "6G8S1LK"  # look like others that weigh the same: no check digit tells 6 from G
PUT_RIGHT = 0.98  # no number is surer of which a check digit chose a character
NO_ZONE = Box(0.0, 0.65, 1.0, 1.0)  # where a zone usually stands
DATES = ("dob", "expiry")
NAMES = ("surname", "given_names")


def find_fields(
    pages: Sequence[PageText], doctype: DocType, wanted: Collection[str]
) -> list[Found | Missing]:
    """The wanted fields of the zone of a document, in the order of the class file."""
    zone = find_zone(pages)
    rules = [rule for rule in doctype.fields if rule.name in wanted]
    if zone is None:
        page = pages[0].number if pages else 1
        return [Missing(rule.name, page, rule.region or NO_ZONE) for rule in rules]
    return [_field(zone, rule) for rule in rules]


def _field(zone: Zone, rule: FieldRule) -> Found | Missing:
    place = _place(zone, rule.name)
    if place is None:
        return Missing(rule.name, zone.page, rule.region or NO_ZONE)
    signs = zone.signs(place)
    read = [sign for sign in signs if sign.mark]
    marks = [sign.mark for sign in read if sign.mark and (sign.text != FILLER or len(read) == 1)]
    normalised = _normalised(zone, rule.name, "".join(sign.text for sign in signs))
    if not marks or not normalised:
        return Missing(rule.name, zone.page, _box_of(signs))
    printed = "".join(mark.glyph.text for mark in marks)
    checks = _checks(zone, rule, normalised, printed)
    box = around(marks)
    confidence = round(_confidence(zone, rule.name, signs, checks), 4)
    return Found(
        name=rule.name,
        value=printed,
        normalised=normalised,
        page=zone.page,
        box=box,
        confidence=confidence,
        glyphs=tuple(mark.glyph for mark in marks),
        boxes=(box,),
        others=_others(signs),
        checks=checks,
        evidence=Evidence(confidence, 1.0, proved=zone.checked().get(rule.name, False)),
    )


def _checks(
    zone: Zone, rule: FieldRule, normalised: str, printed: str
) -> tuple[tuple[str, bool], ...]:
    """The checks of the rule, and the check digit of the zone if there is one."""
    digits = zone.checked()
    own = (("mrz_check_digit", digits[rule.name]),) if rule.name in digits else ()
    return (*run(rule.validators, normalised, printed), *own)


def _place(zone: Zone, name: str) -> Place | None:
    """Where a field stands; surname and given names mostly share a line, parted by two fillers."""
    if name not in NAMES or name in zone.form.fields:
        return zone.place(name)
    line, start, end = zone.form.fields["names"]
    text = zone.texts[line][start:end].rstrip(FILLER)
    surname, _, given = text.partition(FILLER * 2)
    if name == "surname":
        return Place(line, start, start + len(surname))
    return Place(line, start + len(text) - len(given), start + len(text))


def _normalised(zone: Zone, name: str, text: str) -> str:
    if name in DATES:
        return _date(zone, name, text)
    if name == "sex":
        return "X" if text == FILLER else text
    apart = "" if name == "number" else " "
    return " ".join(text.replace(FILLER, apart).split())


def _date(zone: Zone, name: str, text: str) -> str:
    """An ISO date, empty if there is none; a birth is the latest before the zone's limit."""
    if name == "expiry":
        day = _day(text, EXPIRY_PIVOT)
    elif limit := _limit(zone):
        day = _day(text, 100)
        day = day if day and day < limit else _day(text, 0)
    else:
        day = _day(text, BIRTH_PIVOT)
    return day.isoformat() if day else ""


def _limit(zone: Zone) -> date | None:
    """The day before which the holder was born: the expiry, or the issue of a French card.

    None if it was not read surely; then nothing tells the century of a birth.
    """
    name = "expiry" if zone.place("expiry") else "number"
    text = zone.text(name) if name == "expiry" else f"{zone.text(name)[:4]}01"
    return _day(text, EXPIRY_PIVOT) if zone.checked()[name] else None


def _day(text: str, pivot: int) -> date | None:
    """YYMMDD as a date; years below the pivot are 20.., the others 19..."""
    try:
        year, month, day = int(text[:2]), int(text[2:4]), int(text[4:])
        return date(year + (2000 if year < pivot else 1900), month, day)
    except ValueError:
        return None


def _confidence(zone: Zone, name: str, signs: Strip, checks: Sequence[tuple[str, bool]]) -> float:
    """How sure the characters are, far surer where check digits cover them."""
    confidence = min((sign.confidence for sign in signs), default=0.0)
    digits = zone.checked()
    if name not in digits:
        failed = any(not passed for _, passed in checks)
        return confidence * (FAILED if failed else 1.0)
    if not digits[name] or (name == "dob" and _limit(zone) is None):
        return confidence * FAILED
    if name == "number":
        return _sure_of_number(zone, signs, confidence)
    wrong = (1 - confidence) * BLIND
    wrong *= BLIND if digits.get("composite") else 1.0
    return min(CERTAIN, 1 - wrong)


def _sure_of_number(zone: Zone, signs: Strip, confidence: float) -> float:
    """How sure a number is whose check digit is right.

    The composite digit weighs it just as its own does, so it proves nothing more. Of numbers with
    two characters put right too many would fit.
    """
    if zone.guessed or zone.swaps > 1:
        return confidence * FAILED
    alike = (sign.confidence for sign in signs if sign.wanted == "*" and sign.text in ALIKE)
    most = PUT_RIGHT if zone.swaps else CERTAIN
    return min(most, 1 - (1 - confidence) * BLIND, *alike)


def _others(signs: Strip) -> tuple[str, ...]:
    """The value with its most doubtful character as the runner-up has it."""
    texts = [sign.text for sign in signs if sign.text != FILLER]
    marked = [sign for sign in signs if sign.mark and sign.text != FILLER]
    doubtful = [at for at, sign in enumerate(marked) if _second(sign)]
    doubtful.sort(key=lambda at: marked[at].confidence)
    readings = ["".join((*texts[:at], _second(marked[at]), *texts[at + 1 :])) for at in doubtful]
    return tuple(readings[:5])


def _second(sign: Sign) -> str:
    glyph = sign.mark.glyph if sign.mark else None
    return glyph.other if glyph and glyph.other.isalnum() and glyph.confidence < 0.9 else ""


def _box_of(signs: Strip) -> Box | None:
    marks = [sign.mark for sign in signs if sign.mark]
    return around(marks) if marks else None
