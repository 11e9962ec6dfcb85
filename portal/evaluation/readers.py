"""One reader process over many small documents: what it weighs, how fast it is, how often replaced.

Receipts and the zones of passports are quick to read, so that a run of hundreds of documents ends;
whole pages among them are what makes a reader grow. Some are read by the bare engine as well, here.
"""

import io
import sys
import time
from collections.abc import Callable, Iterator
from functools import cache, partial

import numpy as np
from django.conf import settings
from PIL import Image

from apps.extraction import reader, rooms
from apps.extraction.engines import Pixels
from apps.extraction.engines.rapid import RapidEngine
from apps.extraction.synthetic import draw
from portal.evaluation import memory
from portal.evaluation.pipeline import Side

ENGINE = "rapid"
ZONE, PAGE = "passport", "invoice"
KINDS = (*("receipt", *(ZONE,) * 5) * 8, PAGE)
PAPERS = 49  # drawn; each is read in many sizes, because drawing takes as long as reading
STEP, STEPS = 8, 13  # pixels of white around a paper
FIRST = 70_000  # seed; what is measured elsewhere has others
LOWEST = 0.4  # fraction of the height of a passport's page, in which its zone is
SQUARE = 736  # pixels; what is smaller is made larger by the engine
WORN = (0.0, 0.3, 0.6)
EVERY = 12  # documents, of which one is read by the bare engine too
EARLY = 25  # documents after which a reader has grown to its size
TOLD = 50  # documents between two lines


def over(documents: int) -> dict[str, float]:
    """All figures of `bench reader`."""
    engine, both = RapidEngine(settings.READER_THREADS), (Side(), Side())
    before, early, began = reader.health().replaced, 0, time.monotonic()
    with memory.highest(reader.megabytes) as peak:
        for number, pixels in enumerate(pages(documents), start=1):
            if number % EVERY:
                reader.read_page(pixels, 1, ENGINE)
            else:
                _beside(pixels, engine, *both, first=number % (2 * EVERY) == 0)
            early = peak[0] if number == min(EARLY, documents) else early
            _tell(number, peak[0])
        seconds, last, health = time.monotonic() - began, reader.megabytes(), reader.health()
    reader.close()
    through, bare = both
    return {
        "documents": documents,
        "seconds": seconds,
        "reader_peak_rss_mb": peak[0],
        "reader_early_peak_rss_mb": early,
        "reader_last_rss_mb": last,
        "reader_cap_mb": rooms.room(ENGINE).fattest,
        "restarts": health.replaced - before,
        "pages_per_s": through.pages_per_s,
        "engine_pages_per_s": bare.pages_per_s,
        "pages_ratio": through.pages_per_s / bare.pages_per_s if bare.pages else 0.0,
        "pages_compared": bare.pages,
    }


def pages(count: int) -> Iterator[Pixels]:
    """So many pages, the same ones each time."""
    for number in range(count):
        margin = number // PAPERS * STEP % (STEP * STEPS)
        yield np.pad(_paper(number % PAPERS), ((margin,) * 2, (margin,) * 2, (0, 0)), mode="edge")


@cache
def _paper(number: int) -> Pixels:
    kind = KINDS[number % len(KINDS)]
    worn = 0.0 if kind == ZONE else WORN[number % len(WORN)]
    drawn = draw(kind, seed=FIRST + number, form="png", worn=worn)
    with Image.open(io.BytesIO(drawn.content)) as image:
        page = image.convert("RGB")
    return np.asarray(_zone(page) if kind == ZONE else page)


def _zone(page: Image.Image) -> Image.Image:
    """The lowest part of a passport's page on a small square one, the quickest there is to read."""
    part = page.crop((0, round(page.height * (1 - LOWEST)), *page.size))
    part = part.resize((SQUARE, round(part.height * SQUARE / part.width)), Image.Resampling.LANCZOS)
    square = Image.new("RGB", (SQUARE, SQUARE), "white")
    square.paste(part, (0, SQUARE - part.height))
    return square


def _beside(pixels: Pixels, engine: RapidEngine, through: Side, bare: Side, *, first: bool) -> None:
    """One page read by both; they take turns in going first."""
    sides: list[tuple[Side, Callable[[], object]]] = [
        (through, partial(reader.read_page, pixels, 1, ENGINE)),
        (bare, partial(engine.read, pixels, 1)),
    ]
    for side, read in sides if first else reversed(sides):
        side.time(read, 1)


def _tell(number: int, peak: int) -> None:
    if number % TOLD == 0:
        sys.stderr.write(f"{number} documents, at most {peak} MB\n")
