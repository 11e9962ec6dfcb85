"""What handling and scanning do to paper, from 0 (clean) to 1 (worn, yet readable).

The picture is taken as ink on paper: ink is rubbed, lost and faded first, then the paper gets its
colour, shade and folds, and last the scanner turns, blurs and adds noise.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from apps.extraction.synthetic.page import Run, Sheet, Stock

Pixels = NDArray[np.float32]  # height, width, 3; 0 is black and 1 is white
Spot = tuple[int, int, int, int]  # left, top, right, bottom in pixels

TINTS = ((0.985, 0.975, 0.945), (0.975, 0.97, 0.955), (0.97, 0.975, 0.98), (0.98, 0.965, 0.93))
LID = (233, 234, 232)  # the scanner's, seen where the sheet does not reach
MOST_SKEW = 1.4  # degrees
MOST_BLUR = 1.15  # pixels at 200 dpi
MOST_NOISE = 0.055  # standard deviation
MOST_SMUDGES = 16  # a page
QUALITY = (94, 48)  # of JPEG, from clean to worn


def wear(
    image: Image.Image, sheet: Sheet, *, amount: float, rng: random.Random, stock: Stock
) -> Image.Image:
    """Age a drawn sheet; two smudges of three fall on values of fields."""
    if not amount:
        return image
    noise = np.random.default_rng(rng.getrandbits(64))
    ink = 1 - _pixels(image)
    _smudge(ink, sheet, amount, rng)
    ink *= _fading(ink.shape, amount, noise, thermal=stock == "thermal")
    light = _paper(ink.shape, amount, rng, noise, foldable=stock == "paper")
    scan = _pixels(_scanned(_image((1 - ink) * light), sheet.dpi, amount, rng))
    scan += noise.normal(0, MOST_NOISE * amount, (*scan.shape[:2], 1)).astype(np.float32)
    return _compressed(_image(scan), amount)


def quality(amount: float) -> int:
    """The JPEG quality of a picture worn so much."""
    best, worst = QUALITY
    return round(best + (worst - best) * amount)


def _smudge(ink: Pixels, sheet: Sheet, amount: float, rng: random.Random) -> None:
    runs = [run for run in sheet.runs if run.text.strip() and not run.turn]
    values = [run for run in runs if run.value]
    for place in range(round(MOST_SMUDGES * amount)):
        run = rng.choice(values if values and place % 3 else runs)
        at = rng.choice([at for at, one in enumerate(run.text) if not one.isspace()])
        part = _around(ink, run, at, sheet.dpi / 25.4)
        if part.size:
            rng.choice(SMUDGES)(part, rng)


def _around(ink: Pixels, run: Run, at: int, scale: float) -> Pixels:
    """The pixels of one character and a little beside it."""
    em = run.ink.height
    left = run.x + run.ink.width(run.text[:at]) - 0.35 * em
    right = run.x + run.ink.width(run.text[: at + 1]) + 0.35 * em
    edges = (run.y - 1.05 * em, run.y + 0.3 * em, left, right)
    top, bottom, first, last = (max(0, round(edge * scale)) for edge in edges)
    return ink[top:bottom, first:last]


def _rubbed(part: Pixels, rng: random.Random) -> None:
    """Ink drawn sideways by a thumb."""
    reach = max(3, part.shape[1] // 2)
    smeared = np.zeros_like(part)
    for step in range(reach):
        smeared[:, step:] += part[:, : part.shape[1] - step] / reach
    blot = _blot(part, rng)
    part *= 1 - 0.6 * blot
    part += 0.9 * smeared * blot


def _lost(part: Pixels, rng: random.Random) -> None:
    """Ink that has flaked off in a blot."""
    part *= 1 - rng.uniform(0.68, 0.86) * _blot(part, rng)


def _stained(part: Pixels, rng: random.Random) -> None:
    """A drop of something brown."""
    stain = np.array((0.42, 0.56, 0.7), dtype=np.float32) * rng.uniform(0.8, 1.1)
    part += (1 - part) * stain * _blot(part, rng)


def _scratched(part: Pixels, rng: random.Random) -> None:
    """Bare paper where something sharp went across."""
    height, width = part.shape[:2]
    for start, end in ((0.15, 0.6), (0.45, 0.9)):
        shift = rng.uniform(-0.1, 0.1)
        for x in range(width):
            y = int((start + shift + (end - start) * x / width) * height)
            part[y : y + max(2, height // 9), x] *= 0.12


SMUDGES: tuple[Callable[[Pixels, random.Random], None], ...] = (
    _rubbed,
    _lost,
    _stained,
    _scratched,
)


def _blot(part: Pixels, rng: random.Random) -> Pixels:
    """A soft spot somewhere in the middle: 1 inside, 0 outside."""
    height, width = part.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    middle_x, middle_y = width * rng.uniform(0.3, 0.7), height * rng.uniform(0.35, 0.65)
    far = ((x - middle_x) / (0.45 * width)) ** 2 + ((y - middle_y) / (0.4 * height)) ** 2
    blot: Pixels = np.clip(1.6 * (1 - far), 0, 1)[..., None].astype(np.float32)
    return blot


def _fading(
    shape: Sequence[int], amount: float, noise: np.random.Generator, *, thermal: bool
) -> Pixels:
    """How much of the ink is left: less in patches, on thermal paper also in bands."""
    depth = amount * (0.5 if thermal else 0.22)
    left = 1 - depth * _cloud(shape, 5, noise)
    if thermal:
        bands = noise.uniform(0, 0.4 * amount, shape[1] // 9 + 1).repeat(9)[: shape[1]]
        left *= (1 - bands * (noise.random(shape[1] // 9 + 1).repeat(9)[: shape[1]] > 0.8))[None, :]
    specks = noise.random(tuple(shape[:2])) < 0.05 * amount
    left[specks] *= 0.45
    return left[..., None].astype(np.float32)


def _paper(
    shape: Sequence[int],
    amount: float,
    rng: random.Random,
    noise: np.random.Generator,
    *,
    foldable: bool,
) -> Pixels:
    """The colour of the bare sheet: a tint, uneven light, folds, now and then a cup's ring."""
    tint = 1 - (1 - np.array(rng.choice(TINTS), dtype=np.float32)) * min(1.0, 0.5 + amount)
    light = 1 - 0.09 * amount * _cloud(shape, 3, noise)
    if foldable and amount >= 0.3:
        light *= _folds(shape[0], amount, rng)[:, None]
    shaded: Pixels = (light[..., None] * tint).astype(np.float32)
    if foldable and amount >= 0.5 and rng.random() < 0.4:
        _set_cup(shaded, rng, noise)
    return shaded


def _set_cup(light: Pixels, rng: random.Random, noise: np.random.Generator) -> None:
    """The ring a cup of coffee left."""
    height, width = light.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    far = np.hypot(x - width * rng.uniform(0.1, 0.9), y - height * rng.uniform(0.15, 0.9))
    radius = width * rng.uniform(0.17, 0.21)
    rim = np.exp(-(((far - radius) / (0.006 * width)) ** 2))
    wet = 0.12 * (far < radius) + rim * _cloud(light.shape, 6, noise)
    light *= 1 - wet[..., None] * np.array((0.16, 0.26, 0.38), dtype=np.float32)


def _folds(height: int, amount: float, rng: random.Random) -> Pixels:
    """A letter folded in two or in three: a dark crease and a softer shade below it."""
    light = np.ones(height, dtype=np.float32)
    for share in rng.choice(((0.5,), (0.335, 0.665))):
        below = np.arange(height) - height * (share + rng.uniform(-0.01, 0.01))
        shade = 0.07 * np.exp(-np.maximum(below, 0) / (0.02 * height)) * (below > 0)
        light -= (amount * (shade + 0.16 * np.exp(-((below / 2.2) ** 2)))).astype(np.float32)
    return light


def _cloud(shape: Sequence[int], cells: int, noise: np.random.Generator) -> Pixels:
    """Soft patches between 0 and 1."""
    coarse = Image.fromarray(noise.random((cells + 1, cells)).astype(np.float32))
    smooth = coarse.resize((shape[1], shape[0]), Image.Resampling.BICUBIC)
    return np.clip(np.asarray(smooth, dtype=np.float32), 0, 1)


def _scanned(image: Image.Image, dpi: int, amount: float, rng: random.Random) -> Image.Image:
    """Laid a little askew, seen a little out of focus."""
    skew = rng.choice((-1, 1)) * rng.uniform(0.35, 1) * MOST_SKEW * amount
    turned = image.rotate(skew, Image.Resampling.BICUBIC, fillcolor=LID)
    return turned.filter(ImageFilter.GaussianBlur(MOST_BLUR * amount * dpi / 200))


def _compressed(image: Image.Image, amount: float) -> Image.Image:
    """Leave the traces of one JPEG, whatever file the picture goes into."""
    file = BytesIO()
    image.save(file, "JPEG", quality=quality(amount))
    return Image.open(file).convert("RGB")


def _pixels(image: Image.Image) -> Pixels:
    return np.asarray(image).astype(np.float32) / np.float32(255)


def _image(pixels: Pixels) -> Image.Image:
    return Image.fromarray((np.clip(pixels, 0, 1) * 255).round().astype(np.uint8))
