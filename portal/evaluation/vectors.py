"""Proofs of other implementations, right and wrong ones: whether ours says so of each."""

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apps.audit import tlog

MERKLE = "merkle_vector"


@dataclass(frozen=True, slots=True)
class Vector:
    id: str
    said: dict[str, Any]  # sizes, roots and a proof

    @property
    def holds(self) -> bool:
        """What we say of it."""
        path = [_raw(step) for step in self.said["proof"] or []]
        if "leafIdx" in self.said:
            return tlog.includes(
                _raw(self.said["leafHash"]),
                index=self.said["leafIdx"],
                size=self.said["treeSize"],
                path=path,
                root=_raw(self.said["root"]),
            )
        return tlog.extends(
            self.said["size1"],
            self.said["size2"],
            old_root=_raw(self.said["root1"]),
            root=_raw(self.said["root2"]),
            path=path,
        )

    @property
    def is_right(self) -> bool:
        """Whether that is what its authors say."""
        return self.holds is not self.said["wantErr"]


def vectors(manifest: Path) -> list[Vector]:
    entries = [json.loads(line) for line in manifest.read_text(encoding="utf-8").splitlines()]
    return [
        Vector(one["id"], json.loads((manifest.parent / one["file"]).read_text()))
        for one in entries
        if one["kind"] == MERKLE
    ]


def measure(chosen: list[Vector]) -> dict[str, float]:
    wrong = [one.id for one in chosen if not one.is_right]
    return {"right": len(chosen) - len(wrong), "wrong": len(wrong)}


def _raw(text: str | None) -> bytes:
    return base64.b64decode(text or "")
