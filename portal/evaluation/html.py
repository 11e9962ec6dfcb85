"""One self-contained page about some runs, for the person at this machine. It shows content."""

from __future__ import annotations

import base64
import io
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from PIL import Image

from apps.base.errors import PortalError
from apps.base.types import Box
from apps.extraction.calibration import curves
from apps.extraction.engines import Pixels
from apps.extraction.fields import Found
from portal import charts
from portal.evaluation import reading
from portal.evaluation.documents import Case, Run

STYLES = ("tokens.css", "base.css", "components.css")
AROUND = 0.6  # of a value's height, shown around it
WIDEST = 900  # pixels of a crop
FEW = 20  # fields of a point of a curve


@dataclass(frozen=True, slots=True)
class Shown:
    """A value that was accepted and is wrong."""

    case: Case
    crop: str  # a picture as an address; empty if its page could not be drawn again


def report(runs: Sequence[Run]) -> str:
    """The page as text, its style and pictures within it."""
    context = {
        "style": _address("text/css", b"".join(map(_style, STYLES))),
        "runs": [_described(run) for run in runs],
        "compared": _compared(runs) if len(runs) > 1 else [],
        "engines": [run.engine for run in runs],
    }
    return render_to_string("evaluation/report.html", context)


def _described(run: Run) -> dict[str, Any]:
    bins = curves.counted(
        (case.judged.confidence, case.judged.right, 1.0)
        for case in run.cases
        if not case.judged.missing
    )
    costs = curves.costs(bins)
    return {
        "engine": run.engine,
        "figures": run.figures(),
        "reliability": charts.reliability(curves.reliability(bins, least=FEW)),
        "cost": charts.cost(costs, target=run.error_target, threshold=None),
        "wrongly": list(_shown(case for case in run.cases if case.accepted_wrongly)),
    }


def _compared(runs: Sequence[Run]) -> list[tuple[str, Counter[str]]]:
    """For each field, how often both engines were right, one of them, or neither."""
    first, second = (
        {(case.entry.id, case.name): case.judged.right for case in run.cases} for run in runs[:2]
    )
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for key in sorted(first.keys() & second.keys()):
        outcome = {(True, True): "both", (True, False): "first", (False, True): "second"}
        counts[key[1]][outcome.get((first[key], second[key]), "neither")] += 1
    return sorted(counts.items())


def _shown(cases: Iterator[Case]) -> Iterator[Shown]:
    """Case by case, each document drawn once more."""
    by_document: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        by_document[case.entry.id].append(case)
    yield from chain.from_iterable(map(_of_document, by_document.values()))


def _of_document(cases: Sequence[Case]) -> Iterator[Shown]:
    try:
        pages = dict(reading.draw(cases[0].entry.path))
    except PortalError:
        pages = {}
    for case in cases:
        found = case.found
        assert isinstance(found, Found)  # nothing else is accepted
        page = pages.get(found.page)
        yield Shown(case, _crop(page, case.turned, found.box) if page is not None else "")


def _crop(drawn: Pixels, turned: int, box: Box) -> str:
    """The value and a little around it, upright, as a picture within the page."""
    page = np.rot90(drawn, k=-turned // 90)
    height, width = page.shape[:2]
    aside = AROUND * box.height
    top, bottom = max(0.0, box.top - aside), min(1.0, box.bottom + aside)
    left, right = max(0.0, box.left - aside), min(1.0, box.right + aside)
    rows = slice(int(top * height), max(1, int(bottom * height)))
    columns = slice(int(left * width), max(1, int(right * width)))
    image = Image.fromarray(np.ascontiguousarray(page[rows, columns]))
    image.thumbnail((WIDEST, WIDEST))
    out = io.BytesIO()
    image.save(out, "PNG")
    return _address("image/png", out.getvalue())


def _style(name: str) -> bytes:
    path = finders.find(name)
    assert isinstance(path, str)  # it lies in the project
    with open(path, "rb") as file:  # noqa: PTH123 - finders know no paths
        return file.read()


def _address(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
