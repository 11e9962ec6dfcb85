"""A calibration as the text of its file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict

from apps.extraction.calibration.curves import EDGES, Bins
from apps.extraction.calibration.files import KEY, Calibration
from apps.extraction.calibration.weights import Weights

HEAD = """\
# What the evidence of one engine is worth. Written by `manage.py calibrate`: counts and weights,
# no content. Review it as you review code, for it decides what no person looks at.
# Bins hold fields that were judged by a model which had not seen their document.
"""


def text_of(calibration: Calibration) -> str:
    """TOML that `load` reads back. The digest is the file's own and not in it."""
    parts = [
        HEAD + _pairs({"engine": calibration.engine}),
        f"fitted_on = {calibration.fitted_on.isoformat()}\n",
        _pairs({"command": calibration.command, "steps": [list(one) for one in calibration.steps]}),
        f"edges = {_row(EDGES)}\n",
        "\n[report]\n" + _pairs(calibration.report),
    ]
    parts += [f"\n[[source]]\n{_pairs(asdict(source))}" for source in calibration.sources]
    parts += [
        f"\n[[weights]]\n{_pairs({**dict(zip(KEY, key, strict=True)), **_rounded(weights)})}"
        for key, weights in sorted(calibration.models.items())
    ]
    parts += [
        f"\n[[bins]]\n{_pairs({'doctype': doctype, 'type': type, 'origin': origin})}{_counts(bins)}"
        for (doctype, type, origin), bins in sorted(calibration.bins.items())
    ]
    return "".join(parts)


def _pairs(said: Mapping[str, object]) -> str:
    return "".join(f"{name} = {_said(value)}\n" for name, value in said.items())


def _said(value: object) -> str:
    """Text, numbers and lists are written alike in JSON and TOML."""
    return json.dumps(round(value, 4) if isinstance(value, float) else value, ensure_ascii=False)


def _rounded(weights: Weights) -> dict[str, float]:
    return {name: round(value, 4) for name, value in asdict(weights).items()}


def _counts(bins: Bins) -> str:
    return f"fields = {_row(bins.fields)}\nwrong = {_row(bins.wrong)}\n"


def _row(counts: Sequence[float]) -> str:
    return f"[{', '.join(_figures(counts))}]"


def _figures(counts: Iterable[float]) -> Iterable[str]:
    return (f"{round(count, 4):g}" for count in counts)
