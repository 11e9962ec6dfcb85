"""Tesseract behind the port, where the system has it."""

import ctypes
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from apps.base.errors import Unavailable
from apps.base.types import Box
from apps.extraction import reader, rooms
from apps.extraction.engines import Glyph, PageText, tesseract
from apps.extraction.synthetic import draw
from apps.intake import jail
from apps.intake.jail import Wall

NOT_THERE = "Tesseract is not installed: the package tesseract-ocr brings it"
MOST_SURE = 0.98  # nothing it ever said was above .971


def installed() -> bool:
    try:
        ctypes.CDLL(tesseract.LIBRARY)
    except OSError:
        return False
    return any(Path(folder, "eng.traineddata").exists() for folder in tesseract.FOLDERS)


@pytest.fixture
def tesseract_reader() -> Iterator[None]:
    if not installed():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(NOT_THERE)
    yield
    reader.close()


@pytest.fixture(scope="module")
def receipt() -> Image.Image:
    """The upper part of a drawn receipt."""
    image = Image.open(io.BytesIO(draw("receipt", seed=5, form="png").content)).convert("RGB")
    return image.crop((0, 0, image.width, 620))


def read(image: Image.Image) -> PageText:
    page, engine = reader.read_page(np.asarray(image), 1, "tesseract")
    assert engine.startswith("tesseract/5")
    return page


def test_a_drawn_page_is_read_behind_the_wall(tesseract_reader, receipt):
    page = read(receipt)
    assert {"Copper", "Kettle", "Stores", "22/04/2026"} <= {word.text for word in page.words}
    assert (page.turned, page.skew) == (0, 0.0)
    for word in page.words:
        assert word.confidence == min(glyph.confidence for glyph in word.glyphs) < MOST_SURE
        assert word.text == "".join(glyph.text for glyph in word.glyphs)
        assert [glyph.left for glyph in word.glyphs] == sorted(g.left for g in word.glyphs)
    tops = [line.box.top for line in page.lines]
    assert tops == sorted(tops)
    assert reader.health().megabytes < rooms.room("tesseract").fattest


def test_it_is_read_behind_the_lesser_wall_too(tesseract_reader, receipt, monkeypatch):
    monkeypatch.setattr(jail, "wall", lambda: Wall.LIMITS)
    assert {"Copper", "Kettle"} <= {word.text for word in read(receipt).words}


def test_it_tells_other_readings(tesseract_reader, receipt):
    assert any(glyph.other for word in read(receipt).words for glyph in word.glyphs)


@pytest.mark.parametrize(("turn", "lean"), [(90, 0), (180, -4)])
def test_a_page_that_lies_wrong_is_laid_straight(tesseract_reader, receipt, turn, lean):
    laid = receipt.rotate(-turn - lean, expand=True, fillcolor="white")
    page = read(laid)
    assert page.turned == (360 - turn) % 360
    assert page.skew == pytest.approx(lean, abs=1)
    assert {"Copper", "Kettle", "22/04/2026"} <= {word.text for word in page.words}


def test_a_blank_page_has_no_words(tesseract_reader):
    assert read(Image.new("RGB", (600, 400), "white")).lines == []


def test_a_language_without_data_is_told(tesseract_reader, settings):
    settings.TESSERACT_LANGUAGES = "xyz"
    with pytest.raises(Unavailable, match="did not start"):
        reader.read_page(np.zeros((10, 10, 3), np.uint8), 1, "tesseract")


def test_without_the_package_it_does_not_start(monkeypatch):
    monkeypatch.setattr(tesseract, "LIBRARY", "libnowhere.so.5")
    with pytest.raises(OSError, match="libnowhere"):
        tesseract.library()


def glyph(text: str, sure: float, other: float = 0.0) -> Glyph:
    return Glyph(text, sure, 0.1, 0.2, "x", other)


def test_the_weakest_character_carries_what_the_word_is_doubted_more():
    word = tesseract._word(Box(0.1, 0.1, 0.3, 0.2), [glyph("1", 0.99), glyph("7", 0.9, 0.5)], 0.4)
    sures: Any = [one.confidence for one in word.glyphs]
    assert (word.confidence, sures) == (0.4, [0.99, 0.4])
    assert word.glyphs[1].other_confidence <= word.confidence


def test_a_word_is_no_surer_than_its_weakest_character():
    word = tesseract._word(Box(0.1, 0.1, 0.3, 0.2), [glyph("1", 0.99), glyph("7", 0.3)], 0.9)
    assert word.confidence == 0.3
