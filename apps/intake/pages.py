"""Which pages to keep: `1-3, 5, last`."""

import re

from apps.base.errors import Unreadable

LONGEST = 120  # characters
NO_LIST = "Write pages like 1-3, 5, last."
PART = re.compile(r"(?P<first>\d{1,5}|last)(?:\s*[-–]\s*(?P<last>\d{1,5}|last))?")


def selection(wanted: str, *, total: int) -> list[int]:
    """Page numbers from 1, rising, without repeats. Nothing wanted means every page.

    Raises:
        Unreadable: the text is no such list, or names a page that is not there.
    """
    if not wanted.strip():
        return list(range(1, total + 1))
    chosen: set[int] = set()
    for part in _parts(wanted):
        chosen.update(_range(part, total))
    return sorted(chosen)


def check(wanted: str) -> None:
    """Raises Unreadable if the text cannot name pages of any document."""
    for part in _parts(wanted) if wanted.strip() else []:
        _parsed(part)


def _parts(wanted: str) -> list[str]:
    """Single pages and ranges, the latter without the spaces that people write inside them."""
    joined = re.sub(r"\s*[-–]\s*", "-", wanted.lower())
    parts = [part for part in re.split(r"[,;\s]+", joined) if part]
    if not parts or len(wanted) > LONGEST:
        raise Unreadable(NO_LIST)
    return parts


def _range(part: str, total: int) -> range:
    first, last = (total if edge == "last" else int(edge) for edge in _parsed(part))
    if not 1 <= first <= last <= total:
        raise Unreadable("It does not have the pages you asked for.")
    return range(first, last + 1)


def _parsed(part: str) -> tuple[str, str]:
    match = PART.fullmatch(part)
    if match is None:
        raise Unreadable(NO_LIST)
    return match["first"], match["last"] or match["first"]
