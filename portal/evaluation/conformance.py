"""Packages and documents of others, right and wrong ones: whether our readers say so of each."""

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apps.intake import jail
from apps.preservation.packages import bag_check

METADATA = "apps.preservation.jailed.metadata"
BAGIT, PREMIS = "bagit_bag", "premis_mets"


@dataclass(frozen=True, slots=True)
class Case:
    id: str
    kind: str
    path: Path
    expected: Mapping[str, Any]

    @property
    def is_right(self) -> bool:
        """Whether our verdict is that of its authors."""
        return KINDS[self.kind](self)


def cases(manifest: Path, *, kind: str) -> list[Case]:
    entries = [json.loads(line) for line in manifest.read_text(encoding="utf-8").splitlines()]
    return [
        Case(one["id"], kind, manifest.parent / one["file"], one["expected"])
        for one in entries
        if one["kind"] == kind
    ]


def measure(chosen: list[Case]) -> dict[str, float]:
    """How many verdicts are right; the others are named on standard error."""
    wrong = [one.id for one in chosen if not one.is_right]
    sys.stderr.write("".join(f"wrong: {name}\n" for name in wrong))
    return {"right": len(chosen) - len(wrong), "wrong": len(wrong)}


def _bag(case: Case) -> bool:
    """A bag that its authors warn of must be warned of here too."""
    verdict = bag_check.check(case.path)
    warned = bool(verdict.warnings) or not case.expected.get("warn")
    return verdict.valid is case.expected["valid"] and (warned or not verdict.valid)


def _premis(case: Case) -> bool:
    """Read behind the wall, as an XML of strangers may ask for much; what breaks cannot be read."""
    try:
        with case.path.open("rb") as file, jail.fed(METADATA, source=file) as output:
            parses = not json.loads(output.read())["errors"]
    except (jail.Broken, ValueError):
        parses = False
    return parses is case.expected["parses"]


KINDS: Mapping[str, Callable[[Case], bool]] = {BAGIT: _bag, PREMIS: _premis}
