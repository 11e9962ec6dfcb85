"""Text that tells a machine what to do: points for each thing that speaks for an order.

The words are in `orders.toml`. They are compared as the eye reads them, so that neither letters
of other scripts nor digits for letters nor lost or added spaces hide them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from apps.extraction.guards.signs import folded

LONGEST = 2_000  # characters that are looked at; no value is longer
FAR = 40  # letters between a verb and its object
SENTENCE = 4  # words; fewer are a name, whatever they begin with
NEAR = 4  # words behind a verb among which an object stands
AFFIRMED = 5  # words of a sentence whose stop counts
LEET = str.maketrans("0134578@$", "oieastbas")
STOPS = re.compile(r"(?<=[.!?;:,])\s+")
WORD = re.compile(r"[^\W\d_]+")
APOSTROPHES = re.compile("['\u2019]")


def reads_like_an_order(text: str) -> bool:
    """Whether a value tells whoever reads it what to do."""
    read = folded(text[:LONGEST])
    enough: int = _data()["points"]["enough"]
    return _points(text[:LONGEST], read) >= enough


def _points(text: str, read: str) -> int:
    points = _data()["points"]
    squeezed = {"".join(WORD.findall(one)) for one in (read, read.translate(LEET))}
    total = points["code"] * any(_code().search(one) for one in (text, read))
    total += points["override"] * any(_overrides().search(one) for one in squeezed)
    named = any(_machines().search(one) for one in squeezed) or _says("machines", read)
    total += points["machine"] * named + points["answer"] * _says("answers", read)
    asks = "?" in read
    return int(total + max(_of_sentence(one, asks) for one in STOPS.split(read)))


def _of_sentence(text: str, asks: bool) -> int:
    """Points for a sentence that begins like an order, or like a question where one is asked."""
    points, words = _data()["points"], _words(text)
    while words and words[0] in _all("polite"):
        words = words[1:]
    if len(words) < SENTENCE:
        return 0
    if words[0] in _all("commands"):
        goes_on = not _all("objects").isdisjoint(words[1 : 1 + NEAR])
        stops = len(words) >= AFFIRMED and text.rstrip().endswith((".", "!"))
        return int(points["command"] + points["object"] * goes_on + points["stop"] * stops)
    if words[0] in _all("questions") or " ".join(words[:2]) in _all("questions"):
        return int(points["question"] + points["mark"] * asks)
    return 0


def _says(section: str, read: str) -> bool:
    """Whether one of the phrases of a section stands in the text, word by word."""
    words = f" {' '.join(_words(read))} "
    return any(f" {one} " in words for one in _all(section) if " " in one)


def _words(read: str) -> list[str]:
    """The words of a text, with what an apostrophe cut off as a word of its own."""
    return WORD.findall(APOSTROPHES.sub(" ", read))


@cache
def _all(section: str) -> frozenset[str]:
    """The words of a section in all languages."""
    return frozenset(word for words in _data()[section].values() for word in words)


@cache
def _machines() -> re.Pattern[str]:
    return re.compile("|".join(sorted(one for one in _all("machines") if " " not in one)))


@cache
def _overrides() -> re.Pattern[str]:
    """A verb and its object in one language."""
    each = [
        f"(?:{'|'.join(one['verbs'])}).{{0,{FAR}}}?(?:{'|'.join(one['objects'])})"
        for one in _data()["overrides"].values()
    ]
    return re.compile("|".join(each))


@cache
def _code() -> re.Pattern[str]:
    patterns: Sequence[str] = _data()["code"]["patterns"]
    return re.compile("|".join(f"(?:{one})" for one in patterns), re.IGNORECASE)


@cache
def _data() -> Mapping[str, Any]:
    path = Path(__file__).with_name("orders.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))
