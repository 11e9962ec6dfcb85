"""A world in which it is known how likely each field is right: evidence that tells some of it."""

from __future__ import annotations

import random

from apps.extraction.calibration.weights import from_log_odds, log_odds
from apps.extraction.fields import Evidence, Second
from portal.evaluation.fitting import Example

TYPES = ("amount", "date", "name")
SECONDS = (Second.NONE, Second.NONE, Second.AGREES, Second.DIFFERS)


def chance(read: float, chosen: float, proved: bool, second: Second) -> float:
    """How likely a field of this world is right."""
    odds = -1.0 + 1.2 * log_odds(read * chosen) + 1.0 * proved
    return from_log_odds(odds + {Second.AGREES: 2.0, Second.DIFFERS: -2.0}.get(second, 0.0))


def examples(count: int, *, seed: int, each: int = 5) -> list[Example]:
    """So many documents with some fields each."""
    dice = random.Random(seed)
    return [_example(dice, f"paper {number}") for number in range(count) for _ in range(each)]


def _example(dice: random.Random, document: str) -> Example:
    read, chosen = (min(0.9995, 1 - dice.expovariate(12) % 0.9) for _ in range(2))
    proved, second = dice.random() < 0.3, dice.choice(SECONDS)
    type = dice.choice(TYPES)
    return Example(
        document=document,
        kind="paper",
        origin="drawn",
        doctype="paper",
        type=type,
        field=f"a {type}",
        evidence=Evidence(read, chosen, proved, second),
        right=dice.random() < chance(read, chosen, proved, second),
    )
