"""Reading a file as the pipeline does, without keeping anything."""

import io
from collections.abc import Sequence
from pathlib import Path

from apps.delivery.result import Standing
from apps.extraction import doctypes, drawing, reader
from apps.extraction.classify import Guess, classify
from apps.extraction.engines import PageText
from apps.extraction.fields import Found, Missing
from apps.extraction.understanding import understand as understood
from apps.extraction.witnesses import SILENT, Witnesses, together
from apps.intake.screening import ENOUGH, media_type
from apps.review.rules import Judged, needs_eyes


def read(path: Path) -> tuple[list[PageText], str]:
    """Every page of a file, and the engine that read it. Raises as drawing and reading do."""
    content = path.read_bytes()
    kind = media_type(content[:ENOUGH])
    pages, engine = [], ""
    for number, pixels in drawing.draw(io.BytesIO(content), kind):
        page, engine = reader.read_page(pixels, number)
        pages.append(page)
    return pages, engine


def witnesses(path: Path) -> Witnesses:
    """What a file says besides its looks: it is drawn, and not read. Raises as drawing does."""
    content = path.read_bytes()
    said: list[Witnesses] = []
    for _ in drawing.draw(io.BytesIO(content), media_type(content[:ENOUGH]), hear=said.append):
        pass
    return together(said)


def understand(
    pages: Sequence[PageText], doctype: str, engine: str, *, said: Witnesses = SILENT
) -> tuple[Guess, Sequence[Found | Missing]]:
    """The class we would choose, and the fields under the class it is."""
    guess = classify(pages, doctypes.load_all())
    return guess, understood(pages, engine=engine, said=doctype, witnesses=said).fields


def standing(found: Found | Missing, doctype: str) -> Standing:
    """What the pipeline would do with a field, if people may be asked."""
    rule = doctypes.get(doctype).rule(found.name)
    if isinstance(found, Missing):
        return Standing.WAITING if rule.required else Standing.MISSING
    seen = Judged(True, rule.required, found.confidence, rule.threshold, found.failed, found.flags)
    asked = needs_eyes(seen)
    return Standing.WAITING if asked else Standing.ACCEPTED
