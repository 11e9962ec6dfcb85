"""Weights that an operator laid into a folder, and the manifest that says what they are.

Nothing is loaded that the manifest does not name by its whole SHA-256. docTR itself compares eight
hexadecimal digits, empties a file that differs, and looks for another one over the network.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path, PurePath
from typing import Any

MANIFEST = "weights.json"
DETECTION = (
    "db_resnet34", "db_resnet50", "db_mobilenet_v3_large",
    "linknet_resnet18", "linknet_resnet34", "linknet_resnet50",
    "fast_tiny", "fast_small", "fast_base",
)  # fmt: skip
RECOGNITION = (
    "crnn_vgg16_bn", "crnn_mobilenet_v3_small", "crnn_mobilenet_v3_large",
    "sar_resnet31", "master", "vitstr_small", "vitstr_base", "parseq", "viptr_tiny",
)  # fmt: skip
LARGEST = 1 << 30  # bytes
DIGEST = 64  # hexadecimal digits


class NotTrusted(ValueError):
    """The folder does not hold what its manifest says."""


@dataclass(frozen=True, slots=True)
class Part:
    """One network as the manifest describes it."""

    file: str  # a name in the same folder
    arch: str
    sha256: str  # 64 lower-case hexadecimal digits
    vocab: str = ""  # of a recogniser: its characters in the order of its outputs


@dataclass(frozen=True, slots=True)
class Weights:
    """Both networks, and the bytes of each, which are those of the manifest."""

    detection: Part
    recognition: Part
    contents: Mapping[str, bytes]  # by file

    @property
    def label(self) -> str:
        """What tells these weights from others."""
        return f"{self.detection.sha256[:8]}.{self.recognition.sha256[:8]}"


def verified(folder: Path) -> Weights:
    """What lies in a folder, read once and compared with its manifest.

    Raises:
        NotTrusted: something is missing, is not what the manifest says, or names another place.
    """
    try:
        said = json.loads((folder / MANIFEST).read_text())
        detection = _part(said["detection"], DETECTION)
        recognition = _part(said["recognition"], RECOGNITION)
    except NotTrusted:
        raise
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NotTrusted(f"There is no usable {MANIFEST} in the folder of weights.") from error
    if not recognition.vocab:
        raise NotTrusted("The manifest does not say which characters the recogniser knows.")
    contents = {part.file: _content(folder, part) for part in (detection, recognition)}
    return Weights(detection, recognition, contents)


def write(folder: Path, *, detection: Part, recognition: Part) -> None:
    """Write the manifest of a folder."""
    said = {"detection": asdict(detection), "recognition": asdict(recognition)}
    text = json.dumps(said, indent=2, ensure_ascii=False)
    (folder / MANIFEST).write_text(text + "\n")


def _part(said: Any, known: tuple[str, ...]) -> Part:
    part = Part(said["file"], said["arch"], said["sha256"], said.get("vocab", ""))
    if part.arch not in known or PurePath(part.file).name != part.file:
        raise NotTrusted("The manifest names an unknown network, or a file elsewhere.")
    if len(part.sha256) != DIGEST or set(part.sha256) - set("0123456789abcdef"):
        raise NotTrusted("The manifest gives the whole SHA-256 in lower case.")
    return part


def _content(folder: Path, part: Part) -> bytes:
    path = folder / part.file
    try:
        if path.stat().st_size > LARGEST:
            raise NotTrusted("A file of weights is too large to be one.")
        content = path.read_bytes()
    except OSError as error:
        raise NotTrusted("A file of weights that the manifest names is missing.") from error
    if hashlib.sha256(content).hexdigest() != part.sha256:
        raise NotTrusted("A file of weights is not the one that the manifest names.")
    return content
