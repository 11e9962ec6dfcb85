"""One byte string for one event, whoever writes it and however often.

The bytes of an event's body are what its digest, and one day its place in a Merkle tree,
stand for. They are JSON as RFC 8785 wants it, narrowed so that no two programs can disagree:
keys are plain ASCII words, and the only values are text, whole numbers, booleans, null, lists
and objects of these. Fractions have too many spellings and are refused.
"""

import json
import re
from collections.abc import Mapping, Sequence

Value = str | int | bool | None | Sequence["Value"] | Mapping[str, "Value"]

KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
LARGEST = 2**53 - 1  # beyond it JSON readers disagree


def encode(body: Mapping[str, Value]) -> bytes:
    """The canonical bytes of a body.

    Raises:
        ValueError: a key or value has no canonical form.
    """
    _check(body)
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def decode(body: bytes) -> dict[str, Value]:
    """The body that `encode` wrote."""
    value = json.loads(body)
    if not isinstance(value, dict):
        raise ValueError("An event's body is an object.")
    return value


def _check(value: Value) -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            if not (isinstance(key, str) and KEY.fullmatch(key)):
                raise ValueError("A key of an event is a short lower-case word.")
            _check(inner)
    elif isinstance(value, int) and abs(value) > LARGEST:
        raise ValueError("A number of an event fits in 53 bits.")
    elif isinstance(value, list | tuple):
        for inner in value:
            _check(inner)
    elif not isinstance(value, str | int | None):  # a float, bytes, a date
        raise ValueError("An event holds text, whole numbers and booleans only.")
