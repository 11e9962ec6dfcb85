"""A sheet as a picture."""

from __future__ import annotations

from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from apps.extraction.synthetic.page import Area, Colour, Run, Sheet, Stroke
from apps.extraction.synthetic.typeface import FONTS, typeface

FINER = 3  # everything is drawn so many times larger, as Pillow puts glyphs on whole pixels only


def render(sheet: Sheet) -> Image.Image:
    """Draw a sheet in colour at its own resolution."""
    scale = FINER * sheet.dpi / 25.4
    width, height = (round(side * sheet.dpi / 25.4) for side in (sheet.width, sheet.height))
    image = Image.new("RGB", (FINER * width, FINER * height), "white")
    pen = ImageDraw.Draw(image)
    for shape in sheet.shapes:
        _draw(pen, shape, scale)
    for run in sheet.runs:
        if run.turn:
            _write_turned(image, run, scale)
        else:
            _write(pen, run, scale, run.ink.colour)
    return image.reduce(FINER)


def _draw(pen: ImageDraw.ImageDraw, shape: Area | Stroke, scale: float) -> None:
    spots = [(x * scale, y * scale) for x, y in shape.spots]
    if isinstance(shape, Area):
        pen.polygon(spots, fill=shape.colour)
    else:
        width = max(1, round(shape.width * scale))
        pen.line(spots, fill=shape.colour, width=width, joint="curve")


def _write(pen: ImageDraw.ImageDraw, run: Run, scale: float, colour: Colour | int) -> None:
    """Place each character by itself: Pillow alone would round every advance to a pixel."""
    em = run.ink.height * scale
    font = _font(run.ink.face, em)
    pens = typeface(run.ink.face).pens(run.text, run.ink.spacing)
    for character, at in zip(run.text, pens, strict=False):
        if not character.isspace():
            spot = (run.x * scale + at * em, run.y * scale)
            pen.text(spot, character, fill=colour, font=font, anchor="ls")


def _write_turned(image: Image.Image, run: Run, scale: float) -> None:
    mask = Image.new("L", image.size, 0)
    _write(ImageDraw.Draw(mask), run, scale, 255)
    centre = (run.x * scale, run.y * scale)
    mask = mask.rotate(run.turn, Image.Resampling.BICUBIC, center=centre)
    image.paste(run.ink.colour, mask=mask)


@lru_cache(maxsize=64)
def _font(face: str, pixels: float) -> ImageFont.FreeTypeFont:
    path = str(FONTS / f"{face}.ttf")
    return ImageFont.truetype(path, pixels, layout_engine=ImageFont.Layout.BASIC)
