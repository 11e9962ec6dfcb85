"""Characters that look alike, and are taken for one another by machines and by people."""

from __future__ import annotations

from itertools import combinations

ALIKE = (
    *("0ODQo", "1lIi7T", "2Z7", "38B", "49A", "5S36", "6Gb8", "79Y", "80", "9gq"),
    *("UVY", "MNH", "EF", "PR", "CG", "ce", "nh", "vy", "un"),
)
PAIRS = frozenset(frozenset(pair) for group in ALIKE for pair in combinations(group, 2))


def confused(read: str, meant: str) -> tuple[str, str] | None:
    """The one character that was taken for one that looks like it, and the one it was.

    None if two values differ by anything else, in length or in more than one place.
    """
    if len(read) != len(meant):
        return None
    places = [(one, other) for one, other in zip(read, meant, strict=True) if one != other]
    if len(places) != 1 or frozenset(places[0]) not in PAIRS:
        return None
    return places[0]


def likes_of(character: str) -> list[str]:
    """What a character may be taken for, digits for digits first."""
    others = [next(iter(pair - {character}), "") for pair in PAIRS if character in pair]
    return sorted(filter(None, others), key=lambda one: (not one.isdigit(), one))


def differs_slightly(read: str, meant: str, *, most: int = 2) -> bool:
    """Whether two values are the same but for a few characters, so that they name one place."""
    if len(read) != len(meant) or not meant:
        return False
    return 0 < sum(one != other for one, other in zip(read, meant, strict=True)) <= most
