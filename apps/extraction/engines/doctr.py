"""docTR, with weights that an operator laid ready; it never fetches any.

Runs in a virtual environment of its own (`make doctr`), so torch and docTR are imported when the
engine is made, not with this module. docTR would fetch backbones and models of orientation by
itself: none is asked for here, and how a page lies is decided as for every engine (`upright`).

docTR gives one confidence for a word, the least of all steps of its decoder. Each character gets
that of its word, and an equal part of the word's width: more is not known.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from apps.base.types import Box
from apps.extraction.engines import Glyph, Line, PageText, Pixels, Word, upright, weights
from apps.extraction.engines.upright import Quad
from apps.extraction.engines.weights import Part, Weights

PINNED = "1.1.0"
LOOK_ALIKE = "doctr"  # another project's distribution, whose top-level module is `doctr` too
OPERATORS = ("nms", "qnms")  # of torchvision that docTR never calls, but its import asks for

Said = dict[str, Any]  # part of docTR's export


class DoctrEngine:
    """One loaded engine; 0.8 GB with small networks, on a GPU where torch finds one."""

    name = "doctr"

    def __init__(self, threads: int, folder: str) -> None:
        refuse_others()
        os.environ["DOCTR_MULTIPROCESSING_DISABLE"] = "TRUE"  # a reader starts no processes
        os.environ["TORCHINDUCTOR_CACHE_DIR"] = (
            "/"  # it wants a folder at its import, to compile in
        )
        trusted = weights.verified(Path(folder))
        torch = import_module("torch")
        torch.set_num_threads(threads)
        make_torchvision_importable(torch)
        self.version = f"{PINNED}+{trusted.label}"
        self._ocr = predictor(torch, trusted)

    def read(self, pixels: Pixels, number: int) -> PageText:
        """Read a page; if it lies wrong or is hard to read, find out how to lay it."""
        said = self._said(pixels)
        quads = [quad_of(word, pixels) for line in said for word in line]
        if not quads:
            return _page(pixels, number, [], upright.UPRIGHT)
        axis, lie = upright.axis(quads), upright.UPRIGHT
        if not upright.lies_well(axis) or _mean_confidence(said) < upright.CLEAR:
            crops = [upright.cut(pixels, quad) for quad in quads]
            lie = upright.lie(axis, quads, crops, self._sure)
        if lie != upright.UPRIGHT:
            pixels = upright.straightened(pixels, lie)
            said = self._said(pixels)
        return _page(pixels, number, said, lie)

    def _said(self, pixels: Pixels) -> list[list[Said]]:
        """The words of a page, line by line."""
        exported = self._ocr([np.ascontiguousarray(pixels)]).export()
        return [
            line["words"] for block in exported["pages"][0]["blocks"] for line in block["lines"]
        ]

    def _sure(self, crops: Sequence[Pixels]) -> list[float]:
        return [confidence for _, confidence in self._ocr.reco_predictor(list(crops))]


def refuse_others() -> None:
    """Raises RuntimeError if docTR has another version, or the look-alike lies over it."""
    if _installed(LOOK_ALIKE) is not None:
        raise RuntimeError(f"The distribution {LOOK_ALIKE!r} is not docTR and overwrites it.")
    if _installed("python-doctr") != PINNED:
        raise RuntimeError(f"This reader is written for python-doctr {PINNED}.")


def make_torchvision_importable(torch: Any) -> None:
    """PyPI's torchvision is built for CUDA: beside another torch it misses operators it names."""
    try:
        import_module("torchvision")
        return
    except RuntimeError:
        for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
            del sys.modules[name]
    for operator in OPERATORS:
        _declare(torch, operator)
    import_module("torchvision")


def predictor(torch: Any, trusted: Weights) -> Any:
    """docTR's own pipeline around both networks, with nothing in it that it would fetch."""
    detection = network(torch, "detection", trusted.detection, trusted)
    if trusted.detection.arch.startswith("fast"):
        fast: ModuleType = import_module("doctr.models.detection.fast")
        detection = fast.reparameterize(detection)
    made = import_module("doctr.models").ocr_predictor(
        det_arch=detection,
        reco_arch=network(torch, "recognition", trusted.recognition, trusted),
        pretrained=False,
        pretrained_backbone=False,
        assume_straight_pages=False,
        straighten_pages=False,
        detect_orientation=False,
        disable_page_orientation=True,
        disable_crop_orientation=True,
    )
    return made.to("cuda") if torch.cuda.is_available() else made


def network(torch: Any, task: str, part: Part, trusted: Weights) -> Any:
    """A network with the weights of the manifest; whatever is more than tensors is refused."""
    options = {"vocab": part.vocab} if part.vocab else {}
    make = getattr(import_module(f"doctr.models.{task}"), part.arch)
    made = make(pretrained=False, pretrained_backbone=False, **options)
    content = io.BytesIO(trusted.contents[part.file])
    made.load_state_dict(torch.load(content, map_location="cpu", weights_only=True))
    return made.eval()


def word_of(said: Said) -> Word | None:
    """A word of docTR's export; None if it has no text or no size."""
    text, sure = said["value"], float(np.clip(said["confidence"], 0, 1))
    corners = np.clip(np.asarray(said["geometry"], dtype=np.float64), 0, 1)
    (left, top), (right, bottom) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
    if not text.strip() or left >= right or top >= bottom:
        return None
    edges = np.linspace(left, right, len(text) + 1).tolist()
    glyphs = [Glyph(sign, sure, a, b) for sign, (a, b) in zip(text, pairwise(edges), strict=True)]
    return Word(text, Box(left, top, right, bottom), sure, glyphs)


def quad_of(said: Said, pixels: Pixels) -> Quad:
    """The corners of a word in pixels, clockwise."""
    height, width = pixels.shape[:2]
    corners = np.asarray(said["geometry"], dtype=np.float32)
    if len(corners) == 2:  # a straight box has two
        (left, top), (right, bottom) = corners
        corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
    return (corners * (width, height)).astype(np.float32)


def _page(pixels: Pixels, number: int, said: list[list[Said]], lie: upright.Lie) -> PageText:
    height, width = pixels.shape[:2]
    lines = [line for words in said if (line := _line(words))]
    lines.sort(key=lambda line: (line.box.top, line.box.left))
    return PageText(number, width, height, lie.turned, lines, lie.skew)


def _line(said: list[Said]) -> Line | None:
    words = [word for one in said if (word := word_of(one))]
    if not words:
        return None
    box = words[0].box
    for word in words[1:]:
        box = box.union(word.box)
    return Line(words, box)


def _mean_confidence(said: list[list[Said]]) -> float:
    return float(np.mean([word["confidence"] for line in said for word in line]))


def _installed(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


_declared: list[Any] = []  # torch forgets what it was told when nobody holds it any more


def _declare(torch: Any, operator: str) -> None:
    if not _declared:
        _declared.append(torch.library.Library("torchvision", "FRAGMENT"))
    _declared[0].define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
