"""Calibrations as files: reviewed data with where they come from, and no content.

A mistake in a file is told at loading, with the file and the place, not at reading.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from functools import cache, lru_cache
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

from apps.extraction.calibration.curves import EDGES, Bins, threshold, together
from apps.extraction.calibration.weights import CERTAIN, Step, Weights, bent, from_log_odds

FOLDER = Path(__file__).parent.parent / "calibrations"
ORIGINS = ("manifest", "drawn", "installation")  # documents with known truth, ours, audited
EVERY = ""  # class, type or field of a model that serves where there is none of its own
LEVELS = 4  # of models, from one field of a class to everything

KEY = ("doctype", "type", "field")  # as a file spells it
Key = tuple[str, str, str]  # class, type of field, field


class BrokenCalibration(ValueError):
    """A calibration file says something that cannot be meant."""


@dataclass(frozen=True, slots=True)
class Source:
    """What a calibration was fitted on, as counts."""

    origin: str
    kind: str  # of document, as the manifest or the generator names it
    documents: int
    fields: int
    wrong: int
    digest: str = ""  # SHA-256 of the manifest


@dataclass(frozen=True, eq=False)
class Calibration:
    """What the evidence of one engine is worth, and what that was measured on."""

    engine: str  # "name/version"
    fitted_on: date
    command: str
    digest: str  # of the file
    sources: Sequence[Source]
    report: Mapping[str, float]  # figures in sample, and cross-validated over documents
    models: Mapping[Key, Weights]
    bins: Mapping[tuple[str, str, str], Bins]  # class, type, origin; each field judged unseen
    steps: Sequence[Step] = field(default=())

    @property
    def name(self) -> str:
        return f"{self.engine} {self.fitted_on.isoformat()} {self.digest[:8]}"

    def weights_for(self, doctype: str, type: str, field: str) -> Weights:
        """The model that fits best: of the field, its class and type, its type, else of all."""
        return next(self.models[key] for key in keys(doctype, type, field) if key in self.models)

    def probability(self, odds: float) -> float:
        """That a value is right, from the log-odds of its evidence; never certain."""
        return min(CERTAIN, from_log_odds(bent(odds, self.steps)))

    def bins_of(self, doctype: str) -> Bins:
        return together(bins for key, bins in self.bins.items() if key[0] == doctype)

    def bins_of_others(self, doctype: str) -> Bins:
        return together(bins for key, bins in self.bins.items() if key[0] != doctype)

    @lru_cache(maxsize=1000)  # noqa: B019 - calibrations live as long as the process
    def threshold(self, doctype: str, error_target: float) -> float | None:
        """The confidence from which on a class keeps a target; None if it cannot be promised."""
        return threshold(self.bins_of(doctype), self.bins_of_others(doctype), error_target)


def keys(doctype: str, type: str, field: str) -> tuple[Key, ...]:
    """Where a field's model is looked for, `LEVELS` places, from its own to that of all."""
    return (
        (doctype, type, field),
        (doctype, type, EVERY),
        (EVERY, type, EVERY),
        (EVERY, EVERY, EVERY),
    )


@cache
def load_all() -> Mapping[str, Calibration]:
    """Every calibration by its engine."""
    found = [load(path) for path in sorted(FOLDER.glob("*.toml"))]
    return {one.engine: one for one in found}


def of_engine(engine: str) -> Calibration | None:
    """The calibration of exactly this engine and version, if somebody has fitted one."""
    return load_all().get(engine)


def load(path: Path) -> Calibration:
    """Read one file. Raises BrokenCalibration if it does not parse or says what cannot be meant."""
    content = path.read_bytes()
    try:
        read = tomllib.loads(content.decode())
        return _calibration(read, sha256(content).hexdigest())
    except (KeyError, TypeError, ValueError) as error:
        raise BrokenCalibration(f"{path.name}: {error}") from error


def _calibration(read: Mapping[str, Any], digest: str) -> Calibration:
    if tuple(read["edges"]) != EDGES:
        raise ValueError("edges must be those of the bins; fit it anew")
    models = {tuple(one[name] for name in KEY): _weights(one) for one in read["weights"]}
    if (EVERY, EVERY, EVERY) not in models:
        raise ValueError("weights for every class and type must be given")
    bins = [_bins(one) for one in read["bins"]]
    if len(dict(bins)) < len(bins):
        raise ValueError("bins must be given once for a class, type and origin")
    return Calibration(
        engine=_engine(read["engine"]),
        fitted_on=_day(read["fitted_on"]),
        command=read["command"],
        digest=digest,
        sources=tuple(_source(one) for one in read.get("source", ())),
        report={name: float(figure) for name, figure in read["report"].items()},
        models=models,
        bins=dict(bins),
        steps=_steps(read.get("steps", [])),
    )


def _engine(name: Any) -> str:
    if not isinstance(name, str) or name.count("/") != 1:
        raise ValueError("engine must be a name and a version")
    return name


def _day(said: Any) -> date:
    if not isinstance(said, date):
        raise ValueError("fitted_on must be a date")
    return said


def _source(said: Mapping[str, Any]) -> Source:
    source = Source(**said)
    if source.origin not in ORIGINS:
        raise ValueError(f"origin must be one of {ORIGINS}")
    return source


def _weights(said: Mapping[str, Any]) -> Weights:
    named = {one.name for one in fields(Weights)}
    weights = Weights(**{name: said[name] for name in named & set(said)})
    if unknown := set(said) - named - set(KEY):
        raise ValueError(f"weights know nothing of {sorted(unknown)}")
    if min(weights.worth) < 0:
        raise ValueError("a weight must not be negative: no evidence for a value speaks against it")
    return weights


def _bins(said: Mapping[str, Any]) -> tuple[tuple[str, str, str], Bins]:
    bins = Bins(tuple(said["fields"]), tuple(said["wrong"]))
    if not len(bins.fields) == len(bins.wrong) == len(EDGES):
        raise ValueError(f"bins must have {len(EDGES)} counts")
    if any(not 0 <= wrong <= count for count, wrong in zip(bins.fields, bins.wrong, strict=True)):
        raise ValueError("of the fields of a bin, none to all are wrong")
    if said["origin"] not in ORIGINS:
        raise ValueError(f"origin must be one of {ORIGINS}")
    return (said["doctype"], said["type"], said["origin"]), bins


def _steps(said: Sequence[Sequence[float]]) -> tuple[Step, ...]:
    steps = tuple((float(before), float(after)) for before, after in said)
    for (low, low_after), (high, high_after) in pairwise(steps):
        if not (low < high and low_after <= high_after):
            raise ValueError("steps must rise")
    return steps
