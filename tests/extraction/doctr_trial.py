"""Run by docTR's own Python: random weights through the real way of loading, without a network.

Argument: a folder to work in. Says in one JSON object what came of each trial.
"""

import hashlib
import json
import os
import pickle
import shutil
import socket
import sys
import tomllib
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from apps.extraction.engines import doctr, weights
from apps.extraction.engines.doctr import DoctrEngine

DETECTION, RECOGNITION = "db_mobilenet_v3_large", "crnn_mobilenet_v3_small"
VOCAB = "0123456789abcdefghijklmnopqrstuvwxyz.,:-/"
tried: list[str] = []


def main() -> None:
    folder = Path(sys.argv[1])
    forbid_sockets()
    made = make(folder / "good")
    engine = DoctrEngine(1, str(folder / "good"))
    said = {
        "version": engine.version,
        "tensors_equal": loaded_as_made(engine, made),
        "page": page_of(engine),
        "wrong_hash": refusal(folder, "hash", lambda at: flip(at / f"{DETECTION}.pt")),
        "missing": refusal(folder, "missing", lambda at: (at / f"{RECOGNITION}.pt").unlink()),
        "pickle": refusal(folder, "pickle", pickled),
        "went_off": (folder / "went-off").exists(),
        "other_network": refusal(folder, "network", swapped),
        "look_alike": look_alike(folder / "good"),
        "published_differently": published_differently(),
        "sockets": tried,
    }
    sys.stdout.write(json.dumps(said) + "\n")


def forbid_sockets() -> None:
    def forbidden(*arguments: Any, **_: Any) -> Any:
        tried.append(str(arguments[:1]))
        raise OSError("No network here.")

    socket.socket.connect = forbidden  # type: ignore[method-assign]
    socket.getaddrinfo = forbidden
    socket.create_connection = forbidden


def make(folder: Path) -> dict[str, Any]:
    """Save the weights of freshly made networks, with a manifest; gives their tensors."""
    import torch

    doctr.make_torchvision_importable(torch)
    from doctr.models import detection, recognition

    folder.mkdir()
    options = {"pretrained": False, "pretrained_backbone": False}
    made = {
        DETECTION: getattr(detection, DETECTION)(**options).state_dict(),
        RECOGNITION: getattr(recognition, RECOGNITION)(vocab=VOCAB, **options).state_dict(),
    }
    for name, state in made.items():
        torch.save(state, folder / f"{name}.pt")
    describe(folder)
    return made


def describe(folder: Path) -> None:
    """Write the manifest for what lies in a folder."""
    parts = [
        weights.Part(f"{name}.pt", name, digest(folder / f"{name}.pt"), vocab)
        for name, vocab in ((DETECTION, ""), (RECOGNITION, VOCAB))
    ]
    weights.write(folder, detection=parts[0], recognition=parts[1])


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def loaded_as_made(engine: DoctrEngine, made: dict[str, Any]) -> bool:
    networks = {
        DETECTION: engine._ocr.det_predictor.model,
        RECOGNITION: engine._ocr.reco_predictor.model,
    }
    return all(
        state.keys() == network.state_dict().keys()
        and all((state[key] == tensor).all() for key, tensor in network.state_dict().items())
        for state, network in ((made[name], networks[name]) for name in networks)
    )


def page_of(engine: DoctrEngine) -> dict[str, Any]:
    noise = np.random.default_rng(1).integers(0, 255, (200, 300, 3), dtype=np.uint8)
    page = engine.read(noise, 7)
    return {"number": page.number, "size": [page.width, page.height]}


def refusal(folder: Path, name: str, spoil: Any) -> str:
    """The kind of error with which a spoilt folder is refused; empty if it is not."""
    spoilt = shutil.copytree(folder / "good", folder / name)
    spoil(spoilt)
    try:
        DoctrEngine(1, str(spoilt))
    except Exception as error:
        return type(error).__name__
    return ""


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


class Bomb:
    """Unpickled, it leaves a mark beside the folder."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return os.mkdir, (self.path,)


def pickled(folder: Path) -> None:
    """A manifest may be right about a file that is no weights but a program."""
    bomb = pickle.dumps(Bomb(str(folder.parent / "went-off")))
    (folder / f"{RECOGNITION}.pt").write_bytes(bomb)
    describe(folder)


def swapped(folder: Path) -> None:
    """The right file under the name of another network."""
    said = json.loads((folder / weights.MANIFEST).read_text())
    said["detection"]["arch"] = "linknet_resnet18"
    (folder / weights.MANIFEST).write_text(json.dumps(said))


def published_differently() -> list[str]:
    """Networks whose address or characters docTR states otherwise than our table."""
    table = tomllib.loads((Path(weights.__file__).parent / "published.toml").read_text())
    addresses = {
        arch: table["address"].format(release=release, file=file)
        for task in ("detection", "recognition")
        for arch, (release, file) in table[task].items()
    }
    return [
        arch
        for configs in _configurations()
        for arch, config in configs.items()
        if addresses.pop(arch, "") != config["url"]
        or config.get("vocab", table["vocab"]) != table["vocab"]
    ] + list(addresses)


def _configurations() -> list[dict[str, Any]]:
    """docTR's own, of every network that finds or reads text."""
    families = {
        "detection": ("differentiable_binarization", "linknet", "fast"),
        "recognition": ("crnn", "sar", "master", "vitstr", "parseq", "viptr"),
    }
    return [
        import_module(f"doctr.models.{task}.{family}.pytorch").default_cfgs
        for task, names in families.items()
        for family in names
    ]


def look_alike(folder: Path) -> str:
    """What is said where the other project's distribution lies beside docTR."""
    asked = doctr.version
    doctr.version = lambda name: "1.9.0" if name == "doctr" else asked(name)
    try:
        DoctrEngine(1, str(folder))
    except RuntimeError as error:
        return str(error)
    finally:
        doctr.version = asked
    return ""


if __name__ == "__main__":
    main()
