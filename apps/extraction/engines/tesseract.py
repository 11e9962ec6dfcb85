"""Tesseract as the system's package brings it, through its own C interface.

A program of its own could not be started behind the wall, where nothing may have children, so its
library runs within the reader. Any Tesseract 5 will do; its data lie where Debian puts them.

Source: tesseract/capi.h and tesseract/publictypes.h of Tesseract 5.
"""

from __future__ import annotations

import ctypes
import math
import os
from collections.abc import Iterator
from ctypes import POINTER, byref, c_char_p, c_float, c_int, c_void_p
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from apps.base.types import Box
from apps.extraction.engines import Glyph, Line, PageText, Pixels, Word, upright
from apps.extraction.engines.upright import Lie

LIBRARY = "libtesseract.so.5"
FOLDERS = ("/usr/share/tesseract-ocr/5/tessdata", "/usr/share/tessdata")  # Debian's, others'
ORIENTATION = "osd"  # the data that tell which way is up
ONLY_ORIENTATION, AUTOMATIC = 0, 3  # modes of page segmentation
TEXT_LINE, WORD, SYMBOL = 2, 3, 4  # levels of its iterators
OTHER_READINGS = (b"lstm_choice_mode", b"2")
CHANNELS = 3
SIGNATURES: dict[str, tuple[Any, list[Any]]] = {
    "Version": (c_char_p, []),
    "DeleteText": (None, [c_void_p]),
    "BaseAPICreate": (c_void_p, []),
    "BaseAPIInit3": (c_int, [c_void_p, c_char_p, c_char_p]),
    "BaseAPISetVariable": (c_int, [c_void_p, c_char_p, c_char_p]),
    "BaseAPISetPageSegMode": (None, [c_void_p, c_int]),
    "BaseAPISetImage": (None, [c_void_p, c_char_p, c_int, c_int, c_int, c_int]),
    "BaseAPIClear": (None, [c_void_p]),
    "BaseAPIDetectOrientationScript": (
        c_int,
        [c_void_p, POINTER(c_int), POINTER(c_float), POINTER(c_char_p), POINTER(c_float)],
    ),
    "BaseAPIAnalyseLayout": (c_void_p, [c_void_p]),
    "BaseAPIRecognize": (c_int, [c_void_p, c_void_p]),
    "BaseAPIGetIterator": (c_void_p, [c_void_p]),
    "PageIteratorNext": (c_int, [c_void_p, c_int]),
    "PageIteratorBaseline": (c_int, [c_void_p, c_int, *[POINTER(c_int)] * 4]),
    "PageIteratorBoundingBox": (c_int, [c_void_p, c_int, *[POINTER(c_int)] * 4]),
    "PageIteratorIsAtBeginningOf": (c_int, [c_void_p, c_int]),
    "PageIteratorDelete": (None, [c_void_p]),
    "ResultIteratorGetPageIterator": (c_void_p, [c_void_p]),
    "ResultIteratorNext": (c_int, [c_void_p, c_int]),
    "ResultIteratorGetUTF8Text": (c_void_p, [c_void_p, c_int]),
    "ResultIteratorConfidence": (c_float, [c_void_p, c_int]),
    "ResultIteratorGetChoiceIterator": (c_void_p, [c_void_p]),
    "ResultIteratorDelete": (None, [c_void_p]),
    "ChoiceIteratorNext": (c_int, [c_void_p]),
    "ChoiceIteratorGetUTF8Text": (c_char_p, [c_void_p]),
    "ChoiceIteratorConfidence": (c_float, [c_void_p]),
    "ChoiceIteratorDelete": (None, [c_void_p]),
}


class TesseractEngine:
    """One loaded engine; 0.3 GB on A4. Its confidences, which end near .97, are passed on as is."""

    name = "tesseract"

    def __init__(self, threads: int = 1, languages: str = "eng") -> None:
        os.environ["OMP_THREAD_LIMIT"] = "1"  # more of them are slower
        self._call = library()
        self.version = self._call.Version().decode()
        folder = next((folder for folder in FOLDERS if Path(folder).is_dir()), FOLDERS[0])
        self._reading = self._made(folder, languages, AUTOMATIC)
        self._looking = self._made(folder, ORIENTATION, ONLY_ORIENTATION)

    def read(self, pixels: Pixels, number: int) -> PageText:
        turned = self._turned(pixels)
        skew = self._skew(upright.straightened(pixels, Lie(turned, 0.0)))
        lie = Lie(turned, skew)
        page = upright.straightened(pixels, lie)
        height, width = page.shape[:2]
        self._show(self._reading, page)
        lines = [_line(words) for words in self._words(width, height)]
        self._call.BaseAPIClear(self._reading)
        lines.sort(key=lambda line: (line.box.top, line.box.left))
        return PageText(number, width, height, lie.turned, lines, lie.skew)

    def _made(self, folder: str, languages: str, mode: int) -> int:
        made: int = self._call.BaseAPICreate()
        if self._call.BaseAPIInit3(made, folder.encode(), languages.encode()):
            raise RuntimeError(f"Tesseract has no data for {languages} in {folder}.")
        self._call.BaseAPISetPageSegMode(made, mode)
        self._call.BaseAPISetVariable(made, *OTHER_READINGS)
        return made

    def _show(self, api: int, page: Pixels) -> None:
        height, width = page.shape[:2]
        row = width * CHANNELS
        self._call.BaseAPISetImage(api, page.tobytes(), width, height, CHANNELS, row)

    def _turned(self, pixels: Pixels) -> int:
        """By how many degrees to turn the page clockwise; 0 where there is too little to tell."""
        degrees, sure, script, script_sure = c_int(0), c_float(), c_char_p(), c_float()
        self._show(self._looking, pixels)
        found = self._call.BaseAPIDetectOrientationScript(
            self._looking, byref(degrees), byref(sure), byref(script), byref(script_sure)
        )
        self._call.BaseAPIClear(self._looking)
        return -degrees.value % 360 if found else 0

    def _skew(self, page: Pixels) -> float:
        """How many degrees text sinks to the right, as far as that matters."""
        self._show(self._reading, page)
        at = self._call.BaseAPIAnalyseLayout(self._reading)
        if not at:
            return 0.0
        slopes, more = [], True
        while more:
            slopes.append(self._slope(at))
            more = bool(self._call.PageIteratorNext(at, TEXT_LINE))
        self._call.PageIteratorDelete(at)
        return upright.noticeable(upright.reached(slopes, 0.5))

    def _slope(self, at: int) -> tuple[float, float]:
        """How many degrees a line sinks, and how long it is."""
        ends = [c_int() for _ in range(4)]
        self._call.PageIteratorBaseline(at, TEXT_LINE, *map(byref, ends))
        x0, y0, x1, y1 = (end.value for end in ends)
        return math.degrees(math.atan2(y1 - y0, max(1, x1 - x0))), float(x1 - x0)

    def _words(self, width: int, height: int) -> Iterator[list[Word]]:
        """The words of the shown page, line by line."""
        if self._call.BaseAPIRecognize(self._reading, None):
            raise RuntimeError("Tesseract gave up on a page.")
        at = self._call.BaseAPIGetIterator(self._reading)
        if not at:
            return
        line: list[Word] = []
        for begins, word in _Page(self._call, at, width, height).words():
            if begins and line:
                yield line
                line = []
            line.append(word)
        if line:
            yield line
        self._call.ResultIteratorDelete(at)


class _Page:
    """A read page, walked symbol by symbol."""

    def __init__(self, call: Any, at: int, width: int, height: int) -> None:
        self.call, self.at, self.size = call, at, (width, height)
        self.place = call.ResultIteratorGetPageIterator(at)

    def words(self) -> Iterator[tuple[bool, Word]]:
        """Each word, and whether it begins a line."""
        glyphs: list[Glyph] = []
        begins, box, sure = False, None, 0.0
        more = True
        while more:
            if self._begins(WORD):
                if box and glyphs:
                    yield begins, _word(box, glyphs, sure)
                glyphs, begins, box = [], self._begins(TEXT_LINE), self._box(WORD)
                sure = self.call.ResultIteratorConfidence(self.at, WORD) / 100
            if glyph := self._glyph():
                glyphs.append(glyph)
            more = bool(self.call.ResultIteratorNext(self.at, SYMBOL))
        if box and glyphs:
            yield begins, _word(box, glyphs, sure)

    def _begins(self, level: int) -> bool:
        return bool(self.call.PageIteratorIsAtBeginningOf(self.place, level))

    def _box(self, level: int) -> Box | None:
        edges = [c_int() for _ in range(4)]
        self.call.PageIteratorBoundingBox(self.place, level, *map(byref, edges))
        left, top, right, bottom = (
            min(1.0, max(0.0, edge.value / self.size[at % 2])) for at, edge in enumerate(edges)
        )
        return Box(left, top, right, bottom) if left < right and top < bottom else None

    def _glyph(self) -> Glyph | None:
        text, box = self._text(), self._box(SYMBOL)
        if not text or not box:
            return None
        sure = self.call.ResultIteratorConfidence(self.at, SYMBOL) / 100
        other, other_sure = self._other(text)
        return Glyph(text, _share(sure), box.left, box.right, other, _share(other_sure))

    def _text(self) -> str:
        pointer = self.call.ResultIteratorGetUTF8Text(self.at, SYMBOL)
        if not pointer:
            return ""
        text = ctypes.string_at(pointer).decode("utf-8", "replace")
        self.call.DeleteText(pointer)
        return text.strip()[:1]

    def _other(self, text: str) -> tuple[str, float]:
        """The best other reading of a symbol."""
        choice = self.call.ResultIteratorGetChoiceIterator(self.at)
        if not choice:
            return "", 0.0
        found, more = ("", 0.0), True
        while more and not found[0]:
            said = (self.call.ChoiceIteratorGetUTF8Text(choice) or b"").decode("utf-8", "replace")
            if said.strip() and said != text:
                found = said.strip()[:1], self.call.ChoiceIteratorConfidence(choice) / 100
            more = bool(self.call.ChoiceIteratorNext(choice))
        self.call.ChoiceIteratorDelete(choice)
        return found


def library() -> Any:
    """The functions of Tesseract's C interface, without their prefix.

    Raises OSError if the package is not installed.
    """
    loaded, named = ctypes.CDLL(LIBRARY), SimpleNamespace()
    for name, (result, arguments) in SIGNATURES.items():
        function = getattr(loaded, f"Tess{name}")
        function.restype, function.argtypes = result, arguments
        setattr(named, name, function)
    return named


def _word(box: Box, glyphs: list[Glyph], sure: float) -> Word:
    """Tesseract is less sure of a word than of its symbols: the weakest carries the difference."""
    least = min(range(len(glyphs)), key=lambda at: glyphs[at].confidence)
    weak = glyphs[least]
    capped = min(weak.confidence, _share(sure))
    glyphs[least] = Glyph(
        weak.text, capped, weak.left, weak.right, weak.other, min(weak.other_confidence, capped)
    )
    return Word("".join(glyph.text for glyph in glyphs), box, capped, tuple(glyphs))


def _line(words: list[Word]) -> Line:
    box = words[0].box
    for word in words[1:]:
        box = box.union(word.box)
    return Line(words, box)


def _share(value: float) -> float:
    return round(min(1.0, max(0.0, value)), 5)
