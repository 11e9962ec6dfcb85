"""What the documents say: one TOML file for each kind of thing, by language or country."""

import random
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any


@cache
def load(name: str) -> dict[str, Any]:
    """Read a file of this folder once."""
    return tomllib.loads((Path(__file__).parent / f"{name}.toml").read_text(encoding="utf-8"))


def chosen(words: Mapping[str, Any], rng: random.Random) -> dict[str, Any]:
    """The words of one document: of every list of words one; lists of lists stay."""
    return {name: rng.choice(said) if _is_choice(said) else said for name, said in words.items()}


def _is_choice(said: Any) -> bool:
    return isinstance(said, list) and all(isinstance(one, str) for one in said)
