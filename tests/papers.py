"""Small files for tests, made here."""

import io
import random
from functools import cache

from PIL import Image, ImageDraw


@cache
def invoice_png(seed: int = 1) -> bytes:
    """A page of grey lines; the fake engine says what it reads."""
    return _image(seed, "PNG")


def image(form: str, *, seed: int = 1, size: tuple[int, int] = (600, 850)) -> bytes:
    return _image(seed, form, size)


def tiff(pages: int) -> bytes:
    out = io.BytesIO()
    frames = [_page(seed, (300, 400)) for seed in range(pages)]
    frames[0].save(out, "TIFF", save_all=True, append_images=frames[1:])
    return out.getvalue()


def _image(seed: int, form: str, size: tuple[int, int] = (600, 850)) -> bytes:
    out = io.BytesIO()
    _page(seed, size).save(out, form)
    return out.getvalue()


def _page(seed: int, size: tuple[int, int]) -> Image.Image:
    rng = random.Random(seed)
    page = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(page)
    for top in range(40, size[1] - 40, 30):
        grey = rng.randrange(40, 160)
        pen.rectangle((40, top, rng.randrange(100, size[0] - 40), top + 14), fill=(grey,) * 3)
    return page
