"""Reading a file as the pipeline does, without keeping anything."""

import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from apps.delivery.result import Standing
from apps.extraction import calibration, doctypes, drawing, reader
from apps.extraction.classify import Guess, classify
from apps.extraction.drawing import Drawn
from apps.extraction.engines import PageText
from apps.extraction.fields import Found, Missing
from apps.extraction.understanding import understand as understood
from apps.extraction.witnesses import SILENT, Witnesses, together
from apps.intake.screening import ENOUGH, media_type
from apps.review.rules import Judged, needs_eyes

USUAL = ""  # the engine that the settings name


def read(path: Path, *, engine: str = USUAL) -> tuple[list[PageText], str]:
    """Every page of a file, and the engine that read it. Raises as drawing and reading do."""
    pages, name = [], ""
    for number, pixels in draw(path):
        page, name = reader.read_page(pixels, number, engine or None)
        pages.append(page)
    return pages, name


def draw(path: Path) -> Iterator[Drawn]:
    """Every page of a file as it looks. Raises as drawing does."""
    content = path.read_bytes()
    return drawing.draw(io.BytesIO(content), media_type(content[:ENOUGH]))


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


def standing(found: Found | Missing, doctype: str, engine: str, *, error_target: float) -> Standing:
    """What the pipeline would do with a field, if people may be asked."""
    known = doctypes.get(doctype)
    rule = known.rule(found.name)
    if isinstance(found, Missing):
        return Standing.WAITING if rule.required else Standing.MISSING
    enough = calibration.threshold(rule, known, engine, error_target=error_target)
    seen = Judged(True, rule.required, found.confidence, enough, found.failed, found.flags)
    return Standing.WAITING if needs_eyes(seen) else Standing.ACCEPTED
