"""One character of a slit, and nothing beside it."""

import io
from collections.abc import Sequence

from PIL import Image

HEIGHT = 56  # pixels of a character; all are of one size, whatever their print
SIDE = 64  # pixels of the square it stands in
CLEAR = (0, 0, 0, 0)  # RGBA of what is not there


def cut(png: bytes, *, window: Sequence[float]) -> bytes:
    """A square picture of one character of a slit.

    `window` is the left, top, width and height of the character in fractions of the slit; it lies
    within what the slit shows.
    """
    with Image.open(io.BytesIO(png), formats=("PNG",)) as slit:
        picture = slit.convert("RGBA")
    left, right = round(window[0] * picture.width), round((window[0] + window[2]) * picture.width)
    top, bottom = window[1] * picture.height, (window[1] + window[3]) * picture.height
    return _squared(picture.crop((left, round(top), max(right, left + 1), round(bottom))))


def _squared(glyph: Image.Image) -> bytes:
    scale = min(HEIGHT / glyph.height, HEIGHT / glyph.width)
    size = (max(1, round(glyph.width * scale)), max(1, round(glyph.height * scale)))
    square = Image.new("RGBA", (SIDE, SIDE), CLEAR)
    square.paste(
        glyph.resize(size, Image.Resampling.LANCZOS),
        ((SIDE - size[0]) // 2, (SIDE - size[1]) // 2),
    )
    out = io.BytesIO()
    square.save(out, "PNG")
    return out.getvalue()
