"""Reading a file as the pipeline does, without keeping anything."""

import io
from pathlib import Path

from apps.delivery.result import Standing
from apps.extraction import doctypes, drawing, reader
from apps.extraction.classify import Guess, classify
from apps.extraction.engines import PageText
from apps.extraction.fields import Found, Missing
from apps.extraction.find import find_fields
from apps.intake.screening import ENOUGH, media_type
from apps.review.rules import Judged, needs_eyes


def read(path: Path) -> list[PageText]:
    """Every page of a file. Raises as drawing and reading do."""
    content = path.read_bytes()
    kind = media_type(content[:ENOUGH])
    drawn = drawing.draw(io.BytesIO(content), kind)
    return [reader.read_page(pixels, number)[0] for number, pixels in drawn]


def understand(pages: list[PageText], doctype: str) -> tuple[Guess, list[Found | Missing]]:
    """The class we would choose, and the fields under the class it is."""
    guess = classify(pages, doctypes.load_all())
    known = doctypes.get(doctype)
    return guess, find_fields(pages, known, [rule.name for rule in known.fields])


def standing(found: Found | Missing, doctype: str) -> Standing:
    """What the pipeline would do with a field, if people may be asked."""
    rule = doctypes.get(doctype).rule(found.name)
    if isinstance(found, Missing):
        return Standing.WAITING if rule.required else Standing.MISSING
    failed = [name for name, passed in found.checks if not passed]
    asked = needs_eyes(Judged(True, rule.required, found.confidence, rule.threshold, failed))
    return Standing.WAITING if asked else Standing.ACCEPTED
