#!/usr/bin/env python3
"""Check a certificate of destruction, or a receipt of a withdrawal, without the portal.

It needs Python 3.8 or newer and nothing else:

    python3 verify_certificate.py certificate.json --key PUBLIC_KEY [--file FILE --salt SALT]

PUBLIC_KEY is the organisation's, 64 hexadecimal digits, as its records manager gave it to you on
another way than the certificate; without it the script says what a forger could have written too.
With a file and the salt from its receipt it says whether that very file was destroyed.

Ends with 0 if everything holds, 1 if something does not, 2 if the key was not compared.

Source: Ed25519 as in RFC 8032, section 5.1; the arithmetic is slow and needs no secret.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

Point = Tuple[int, int, int, int]
Object = Dict[str, Any]

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)  # of -1
PARTS = {"artifact", "kind", "size", "digest", "policy", "due_at", "events"}
TIMES = ("key_destroyed_at", "reread_failed_at")


def recovered(y: int, sign: int) -> Optional[int]:
    """The x of a point, from its y and the lowest bit of x; None if there is no such point."""
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    return P - x if x & 1 != sign else x


def added(p: Point, q: Point) -> Point:
    """The sum of two points in extended coordinates."""
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def times(number: int, point: Point) -> Point:
    total: Point = (0, 1, 1, 0)
    while number:
        if number & 1:
            total = added(total, point)
        point, number = added(point, point), number >> 1
    return total


def point_of(data: bytes) -> Optional[Point]:
    """A point from its 32 bytes; None if they are none."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    x = recovered(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = recovered(BASE_Y, 0) or 0
BASE: Point = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def is_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether an Ed25519 signature is of this message and key."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, r, s = point_of(public), point_of(signature[:32]), int.from_bytes(signature[32:], "little")
    if key is None or r is None or s >= ORDER:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little")
    one, other = times(s, BASE), added(r, times(h % ORDER, key))
    return not (
        (one[0] * other[2] - other[0] * one[2]) % P or (one[1] * other[2] - other[1] * one[2]) % P
    )


def faults(statement: Object, text: str) -> Iterator[str]:
    """What is wrong with what was signed, each as a sentence."""
    canonical = json.dumps(statement, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    if canonical != text:
        yield "The statement is not in its one canonical form."
    if "documents" in statement:  # the receipt of a withdrawal
        if not statement["documents"]:
            yield "It names no document."
        return
    if not statement["items"]:
        yield "It names nothing that was destroyed."
    for item in statement["items"]:
        if not set(item) >= PARTS | set(TIMES):
            yield "An item does not say what it must."
        elif item["reread_failed_at"] < item["key_destroyed_at"]:
            yield f"{item['artifact']} was found gone before its key was destroyed."
        elif item["reread_failed_at"] > statement["issued_at"]:
            yield f"{item['artifact']} was certified before it was gone."
        elif len(item["events"]) < 2:
            yield f"{item['artifact']} lacks the events that tell of its end."
    if len({item.get("artifact") for item in statement["items"]}) != len(statement["items"]):
        yield "Something is counted twice."


def names(statement: Object, digest: str, salt: bytes) -> Iterator[Object]:
    """The items that are the file with this digest."""
    for item in statement.get("items", ()):
        salted = salt + uuid.UUID(item["artifact"]).bytes + digest.encode()
        if item["digest"] == hashlib.sha256(salted).hexdigest():
            yield item


def checked(envelope: Dict[str, str], key: str = "") -> Tuple[Object, List[str]]:
    """Statement, and everything that is wrong, as sentences."""
    text = envelope["statement"]
    statement = json.loads(text)
    public = key or statement["public_key"]
    wrong = list(faults(statement, text))
    if not is_signed(bytes.fromhex(public), text.encode(), bytes.fromhex(envelope["signature"])):
        wrong.insert(0, "The signature is not of this statement and key.")
    return statement, wrong


def main(arguments: Optional[List[str]] = None) -> int:
    parser = argparse.ArgumentParser(description="Check a certificate of destruction.")
    parser.add_argument("certificate", type=Path)
    parser.add_argument("--key", default="", help="the organisation's public key")
    parser.add_argument("--file", type=Path, help="a file that should be the one destroyed")
    parser.add_argument("--salt", default="", help="from the receipt, with --file")
    given = parser.parse_args(arguments)
    try:
        statement, wrong = checked(json.loads(given.certificate.read_text("utf-8")), given.key)
        if given.file:
            digest = hashlib.sha256(given.file.read_bytes()).hexdigest()
            if not list(names(statement, digest, bytes.fromhex(given.salt))):
                wrong.append("That file is none of what was destroyed.")
    except (KeyError, TypeError, ValueError):
        return said(["This is no certificate."], 1)
    if wrong:
        return said(["DOES NOT HOLD", *wrong], 1)
    return said(summary(statement, compared=bool(given.key)), 0 if given.key else 2)


def summary(statement: Object, compared: bool) -> Iterator[str]:
    """What a certificate that holds says, for a person."""
    yield "HOLDS" if compared else "HOLDS, if this key is the organisation's:"
    if not compared:
        yield f"  {statement['public_key']}"
    if "documents" in statement:
        yield f"{statement['number']}: consent withdrawn, issued {statement['issued_at']}"
        for one in statement["documents"]:
            yield f"{one['reference']}: {one['became']}. {one['why']}".strip()
        return
    elsewhere = statement["elsewhere"]
    yield f"{statement['number']}: {len(statement['items'])} destroyed, cause {statement['cause']}"
    yield f"issued {statement['issued_at']}"
    yield f"delivered before: {elsewhere['deliveries']}, downloaded: {elsewhere['downloads']}"
    yield f"{elsewhere['copies']}"
    yield f"{elsewhere['backups']} Until {elsewhere['backups_until']}."


def said(lines: Iterable[str], code: int) -> int:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return code


if __name__ == "__main__":
    sys.exit(main())
