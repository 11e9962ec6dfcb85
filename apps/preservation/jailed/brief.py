"""What a jailed program is told besides the bytes: whom to trust, what is known, and the time.

On standard input: eight bytes of length, that many of JSON, then the file. Times are ISO 8601,
certificates and lists are DER in base64.
"""

from __future__ import annotations

import base64
import json
import sys
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

LONGEST = 32 << 20  # bytes of JSON; the revocation lists of a large authority have megabytes


@dataclass(frozen=True, slots=True)
class Brief:
    roots: tuple[bytes, ...]
    authorities: tuple[bytes, ...]  # roots of time stamps; those of signatures where there are none
    certificates: tuple[bytes, ...]  # known, not trusted
    crls: tuple[bytes, ...]
    ocsps: tuple[bytes, ...]
    strict: bool  # revocation must be known, or else only where it is declared
    at: datetime | None  # as if it were then; now if there is none
    generous: bool  # trust whatever certificate of the file vouches for itself: for measuring only
    imprint: str = ""  # what a time stamp must be of, in hexadecimal


def read(source: BinaryIO) -> tuple[Brief, bytes]:
    """The brief, and the file.

    Raises:
        ValueError: this is no brief.
    """
    length = int.from_bytes(source.read(8), "big")
    if length > LONGEST:
        raise ValueError("too long")
    said = json.loads(source.read(length))
    return _brief(said), source.read()


def _brief(said: dict[str, Any]) -> Brief:
    def held(name: str) -> tuple[bytes, ...]:
        return tuple(base64.b64decode(one) for one in said.get(name, ()))

    return Brief(
        roots=held("roots"),
        authorities=held("authorities"),
        certificates=held("certificates"),
        crls=held("crls"),
        ocsps=held("ocsps"),
        strict=bool(said.get("strict", True)),
        at=datetime.fromisoformat(said["at"]) if said.get("at") else None,
        generous=bool(said.get("generous", False)),
        imprint=str(said.get("imprint", "")),
    )


def count_attempts() -> list[str]:
    """Refuse every connection from now on, and list those that were tried."""
    tried: list[str] = []

    def watch(event: str, _: Any) -> None:
        if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname"):
            tried.append(event)
            raise PermissionError(event)

    sys.addaudithook(watch)
    return tried
