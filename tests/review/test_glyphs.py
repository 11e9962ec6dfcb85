"""A tile shows one character of a slit and nothing beside it."""

import io

import numpy as np
from PIL import Image

from apps.review.glyphs import SIDE, cut

RED, BLUE, GONE = (255, 0, 0, 255), (0, 0, 255, 255), (9, 9, 9, 0)


def slit() -> bytes:
    """Ten by four: a window of eight by two, red but for one blue column."""
    picture = Image.new("RGBA", (100, 40), GONE)
    picture.paste(RED, (10, 10, 90, 30))
    picture.paste(BLUE, (40, 10, 50, 30))
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def colours(left: float, width: float) -> set[tuple[int, ...]]:
    tile = Image.open(io.BytesIO(cut(slit(), window=(left, 0.25, width, 0.5))))
    assert tile.size == (SIDE, SIDE)
    pixels = np.asarray(tile.convert("RGBA")).reshape(-1, 4)
    return {tuple(one) for one in pixels[pixels[:, 3] > 0].tolist()}


def test_a_tile_is_the_character_alone():
    assert colours(0.4, 0.1) == {BLUE}


def test_no_character_is_too_thin_for_a_tile():
    assert colours(0.2, 0.001) == {RED}
