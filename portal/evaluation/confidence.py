"""How well a word's confidence tells right words from wrong ones: ours against the shipped one."""

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from rapidocr import RapidOCR

from apps.extraction.engines import Pixels
from apps.extraction.engines.rapid import RapidEngine, parameters
from portal.evaluation.figures import Judged, auroc

THREADS = 2

Line = tuple[float, float, float, float, str]  # left, top, right, bottom in pixels, and its text


def compare(manifest: Path, *, limit: int) -> dict[str, float]:
    """AUROC of the repaired and of the shipped word confidence on the same pages."""
    ours = RapidEngine(THREADS)
    shipped = RapidOCR(params=parameters(THREADS))
    repaired: list[Judged] = []
    as_shipped: list[Judged] = []
    pages = 0
    for picture, lines in _pages(manifest, limit):
        pages += 1
        repaired += _judge(_our_words(ours, picture), lines)
        as_shipped += _judge(_shipped_words(shipped, picture), lines)
    return {
        "word_auroc": auroc(repaired),
        "word_auroc_as_shipped": auroc(as_shipped),
        "words": len(repaired),
        "pages": pages,
    }


def _pages(manifest: Path, limit: int) -> Iterator[tuple[Pixels, list[Line]]]:
    """Pictures whose lines of text are known."""
    found = 0
    for entry in map(json.loads, manifest.read_text().splitlines()):
        boxes = [name for name in entry.get("expected_files", ()) if name.endswith(".boxes.csv")]
        if not boxes or (limit and found >= limit):
            continue
        found += 1
        with Image.open(manifest.parent / entry["file"]) as image:
            yield np.asarray(image.convert("RGB")), _lines(manifest.parent / boxes[0])


def _lines(path: Path) -> list[Line]:
    """Four corners and the text of each line; the text may hold commas."""
    lines: list[Line] = []
    for row in csv.reader(path.read_text(errors="replace").splitlines(), quoting=csv.QUOTE_NONE):
        if len(row) > 8:
            x, y = [float(v) for v in row[0:8:2]], [float(v) for v in row[1:8:2]]
            lines.append((min(x), min(y), max(x), max(y), _plain(",".join(row[8:]))))
    return lines


def _our_words(engine: RapidEngine, picture: Pixels) -> Iterator[tuple[str, float, float, float]]:
    page = engine.read(picture, 1)
    for word in page.words:
        x, y = word.box.middle
        yield word.text, word.confidence, x * page.width, y * page.height


def _shipped_words(engine: RapidOCR, picture: Pixels) -> Iterator[tuple[str, float, float, float]]:
    said: Any = engine(picture[:, :, ::-1])  # one of four results, by what it was asked for
    for line in said.word_results:
        for text, confidence, box in line:
            x, y = np.mean(box, axis=0)
            yield text, float(confidence), float(x), float(y)


def _judge(words: Iterator[tuple[str, float, float, float]], lines: list[Line]) -> list[Judged]:
    """Words that lie in a known line, right if their characters stand there in this order."""
    judged = []
    for text, confidence, x, y in words:
        truth = next((text for *box, text in lines if _inside(box, x, y)), None)
        plain = _plain(text)
        if truth is not None and plain:
            judged.append(Judged("word", plain in truth, False, confidence, True, False))
    return judged


def _inside(box: list[float], x: float, y: float) -> bool:
    left, top, right, bottom = box
    return left <= x <= right and top <= y <= bottom


def _plain(text: str) -> str:
    """Letters, digits, and the signs that change a number's meaning; nothing else counts."""
    return re.sub(r"[^\w.,/:-]|_", "", text).casefold().strip(".,/:-")
