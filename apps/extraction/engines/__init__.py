"""The port every OCR engine fits. Engines know pages, not Django.

An engine runs as a reader process of its own (`serve`), behind a pipe and without a network;
the portal side of the pipe is `apps.extraction.reader`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from apps.base.types import Box

Pixels = NDArray[np.uint8]  # height × width × 3, RGB
ENGINES: Mapping[str, str] = {  # imported by a reader alone
    "rapid": "apps.extraction.engines.rapid:RapidEngine",
    "doctr": "apps.extraction.engines.doctr:DoctrEngine",
    "tesseract": "apps.extraction.engines.tesseract:TesseractEngine",
    "fake": "apps.extraction.engines.fake:FakeEngine",
}


@dataclass(frozen=True, slots=True)
class Glyph:
    """One character as the engine saw it, and its second guess."""

    text: str
    confidence: float  # 0 to 1
    left: float  # fraction of the page width
    right: float  # fraction of the page width
    other: str = ""  # the runner-up at this place; empty if there was none
    other_confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class Word:
    text: str
    box: Box
    confidence: float  # 0 to 1: the least of its glyphs
    glyphs: Sequence[Glyph]


@dataclass(frozen=True, slots=True)
class Line:
    """Words that the engine saw in one run of text, left to right."""

    words: Sequence[Word]
    box: Box

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


@dataclass(frozen=True, slots=True)
class PageText:
    number: int  # from 1
    width: int  # pixels, after turning
    height: int  # pixels, after turning
    turned: int  # degrees the page was turned clockwise before reading: 0, 90, 180, 270
    lines: Sequence[Line]  # top to bottom, then left to right
    skew: float = 0.0  # degrees it was then turned anticlockwise, to lie straight

    @property
    def words(self) -> list[Word]:
        return [word for line in self.lines for word in line.words]


class Engine(Protocol):
    name: str
    version: str

    def read(self, pixels: Pixels, number: int) -> PageText:
        """Read one page. The same pixels give the same text."""
        ...
