"""Secrets of an embedded installation: made once, kept in files only their owner can read."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

WORDS = [
    "amber",
    "anchor",
    "basin",
    "birch",
    "cedar",
    "cliff",
    "clover",
    "copper",
    "coral",
    "delta",
    "ember",
    "falcon",
    "fern",
    "flint",
    "garnet",
    "glade",
    "harbour",
    "hazel",
    "heron",
    "indigo",
    "island",
    "juniper",
    "lantern",
    "larch",
    "linen",
    "maple",
    "meadow",
    "mica",
    "nectar",
    "oak",
    "ochre",
    "opal",
    "orchard",
    "pebble",
    "pine",
    "quarry",
    "quartz",
    "reed",
    "river",
    "saffron",
    "sage",
    "slate",
    "sorrel",
    "spruce",
    "stone",
    "tern",
    "thistle",
    "timber",
    "walnut",
    "willow",
    "wren",
]


def kept(folder: Path, name: str, make: Callable[[], str]) -> str:
    """The secret in a file, made the first time. Of two who make it, both read the winner's."""
    path = folder / name
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write_once(path, make())
    return path.read_text().strip()


def token() -> str:
    return secrets.token_urlsafe(48)


def root_keys() -> str:
    return f"embedded-1:{secrets.token_hex(32)}"


def passphrase() -> str:
    """Four words and a number: easy to type, 30 bits, for a demo that only listens here."""
    return "-".join(secrets.choice(WORDS) for _ in range(4)) + f"-{secrets.randbelow(900) + 100}"


def _write_once(path: Path, value: str) -> None:
    part = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(value + "\n")
    try:
        os.link(part, path)  # fails if somebody was faster, and never shows half a file
    except FileExistsError:
        pass
    finally:
        part.unlink()
