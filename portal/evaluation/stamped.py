"""Answers of time stamp authorities with known truth: do we say what their authors say?

An answer holds if its signature does, if its certificate may stamp the time, if it is of what was
asked, where the question is known, and if it leads to a root of the chain given with it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from asn1crypto import pem, tsp

from apps.preservation import validating
from apps.preservation.validating import Known
from apps.preservation.validation.indications import Indication

KIND = "rfc3161_response"


@dataclass(frozen=True, slots=True)
class Answer:
    id: str
    path: Path
    valid: bool | None  # None: its authors leave it open
    chain: Path | None
    question: Path | None

    @property
    def is_right(self) -> bool:
        """Whether we say what its authors say; one left open is right if it is answered at all."""
        said = self.said()
        if self.valid is None:
            return bool(said)
        return self.valid is (holds(said) and answers_to(said, self._asked()))

    def said(self) -> dict[str, Any]:
        known = Known(roots=self._certificates(), strict=False)
        return validating.look_at_stamp(self.path.read_bytes(), known)

    def _asked(self) -> tuple[str, str] | None:
        """What the question was about, by algorithm, in hexadecimal."""
        if self.question is None:
            return None
        asked = tsp.TimeStampReq.load(self.question.read_bytes())["message_imprint"]
        algorithm = asked["hash_algorithm"]["algorithm"].native
        return str(algorithm), str(asked["hashed_message"].native.hex())

    def _certificates(self) -> list[bytes]:
        """Of the chain given with it, in PEM or, whatever its name says, in DER."""
        content = self.chain.read_bytes() if self.chain else b""
        if not pem.detect(content):
            return [content] if content else []
        return [one for _, _, one in pem.unarmor(content, multiple=True)]


def holds(said: dict[str, Any]) -> bool:
    needed = ("of_this", "sound", "for_time")
    trusted = said.get("trusted") == Indication.PASSED
    return trusted and all(said.get(name) is True for name in needed)


def answers_to(said: dict[str, Any], asked: tuple[str, str] | None) -> bool:
    """Whether it is of what was asked; a question with another algorithm was another's."""
    if asked is None or asked[0] != said.get("hash"):
        return True
    return asked[1] == said.get("imprint")


def answers(manifest: Path) -> list[Answer]:
    entries = [json.loads(line) for line in manifest.read_text(encoding="utf-8").splitlines()]
    return [_answer(one, manifest.parent) for one in entries if one["kind"] == KIND]


def measure(chosen: list[Answer]) -> dict[str, float]:
    wrong = [one.id for one in chosen if not one.is_right]
    return {"right": len(chosen) - len(wrong), "wrong": len(wrong)}


def _answer(said: dict[str, Any], folder: Path) -> Answer:
    beside = [folder / name for name in said.get("expected_files", ())]
    return Answer(
        id=said["id"],
        path=folder / said["file"],
        valid=said["expected"]["valid"],
        chain=next((one for one in beside if one.suffix == ".pem"), None),
        question=next((one for one in beside if "request" in one.name), None),
    )
