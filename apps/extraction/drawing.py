"""Pages of a sealed file, drawn behind the wall and kept as sealed images."""

import io
import json
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Executor
from typing import BinaryIO

import numpy as np
from django.conf import settings
from PIL import Image

from apps.base.errors import Unreadable
from apps.extraction.engines import Pixels
from apps.extraction.engines.upright import Lie, straightened
from apps.extraction.layers import MOST_LAYER
from apps.extraction.witnesses.said import MOST_ASIDE, Witnesses, of_page
from apps.intake import jail
from apps.intake.jail import Limits
from apps.intake.models import Document
from apps.vault import services as vault
from apps.vault.classes import ArtifactClass
from apps.vault.sealing import Sealing

RENDER = "apps.extraction.jailed.render"
DPI = 200
MOST_PIXELS = 12_000_000  # of a page as it is read; A4 at 300 dpi has 8.7 million
LIMITS = Limits(memory=2 << 30, cpu=300, wall=900)
LONGEST_HEAD = 200  # bytes
QUALITY = 90  # of the JPEG that a page is kept as
NOT_DRAWN = "A page could not be drawn. Print the file to a new PDF and send that."

Drawn = tuple[int, Pixels]  # a page's number, and what it looks like


def _unheard(_: Witnesses) -> None:
    """For whoever wants the looks of a page only."""


def draw(
    source: BinaryIO, media_type: str, *, hear: Callable[[Witnesses], None] = _unheard
) -> Generator[Drawn]:
    """Page numbers from 1 and their pixels, one page in memory at a time.

    What a page says besides its looks is told to `hear` before the page is yielded.

    Raises:
        Unreadable: a page could not be drawn within its limits.
    """
    arguments = (media_type, str(DPI), str(MOST_PIXELS))
    try:
        with jail.fed(RENDER, *arguments, source=source, limits=LIMITS) as drawn:
            number = 0
            while head := drawn.readline(LONGEST_HEAD):
                number += 1
                if number > settings.MOST_PAGES:
                    raise ValueError("A document has fewer pages.")
                said = json.loads(head)
                page = _page(said, drawn)
                hear(_aside(number, said, drawn))
                yield number, page
    except (jail.Broken, ValueError, TypeError, KeyError, RecursionError) as error:
        raise Unreadable(NOT_DRAWN) from error


def ahead(pages: Iterator[Drawn], beside: Executor) -> Iterator[Drawn]:
    """The same pages; the next one is fetched beside whatever is done with the present one."""
    coming = beside.submit(next, pages, None)
    while page := coming.result():
        coming = beside.submit(next, pages, None)
        yield page


def begin_image(document: Document) -> Sealing:
    """Where a page is to be sealed as an image; whoever called keeps or aborts it."""
    return vault.begin(
        ArtifactClass.PAGE_IMAGE,
        organisation=document.organisation_id,
        document=document.pk,
    )


def seal_image(sealing: Sealing, pixels: Pixels, *, lie: Lie) -> None:
    """Seal a page as it was read. Speaks to no database, so it may run beside the next reading."""
    sealing.write(encode(straightened(pixels, lie)))
    sealing.finish()


def encode(pixels: Pixels) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=QUALITY, subsampling=0)
    return out.getvalue()


def decode(content: bytes) -> Pixels:
    """Pixels of an image that `encode` made; never of anything from outside."""
    with Image.open(io.BytesIO(content), formats=("JPEG",)) as image:
        return np.asarray(image.convert("RGB"))


def _aside(number: int, head: dict[str, int], drawn: BinaryIO) -> Witnesses:
    sizes = head["layer"], head["aside"]
    if not (0 <= sizes[0] <= MOST_LAYER and 0 <= sizes[1] <= MOST_ASIDE):
        raise ValueError("A page says little besides its looks.")
    layer, aside = (drawn.read(size) for size in sizes)
    return of_page(number, layer, aside)


def _page(head: dict[str, int], drawn: BinaryIO) -> Pixels:
    height, width = head["height"], head["width"]
    if not 0 < height * width <= settings.MOST_PIXELS:
        raise ValueError("A page has pixels, and not too many.")
    content = drawn.read(height * width * 3)
    return np.frombuffer(content, dtype=np.uint8).reshape(height, width, 3)
