"""Files go behind the wall, facts about their signatures come back."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from apps.base.errors import Unreadable
from apps.intake import jail
from apps.intake.jail import Limits
from apps.preservation.validation import facts
from apps.preservation.validation.facts import Facts

PROGRAM = "apps.preservation.jailed.validate"
STAMP_PROGRAM = "apps.preservation.jailed.stamp"
LIMITS = Limits(memory=1 << 30, cpu=30, wall=60)
LONGEST = 16 << 20  # bytes of an answer
ENGINE = "none"


@dataclass(frozen=True, slots=True)
class Known:
    """Whom to trust and what is known, as DER."""

    roots: Sequence[bytes] = ()
    authorities: Sequence[bytes] = ()  # of time stamps; the roots where there are none
    crls: Sequence[bytes] = ()
    ocsps: Sequence[bytes] = ()
    strict: bool = True
    generous: bool = False  # whatever vouches for itself is trusted: for measuring alone
    at: datetime | None = None

    def brief(self, **more: Any) -> bytes:
        """What the jailed program reads before the file."""
        lists = {name: getattr(self, name) for name in ("roots", "authorities", "crls", "ocsps")}
        said = {
            **{
                name: [base64.b64encode(one).decode() for one in held]
                for name, held in lists.items()
            },
            "strict": self.strict,
            "generous": self.generous,
            "at": self.at.isoformat() if self.at else None,
            **more,
        }
        text = json.dumps(said).encode()
        return len(text).to_bytes(8, "big") + text


class After(io.RawIOBase):
    """Some bytes, then those of a stream, read once from front to back."""

    def __init__(self, first: bytes, rest: BinaryIO) -> None:
        super().__init__()
        self.first, self.rest = io.BytesIO(first), rest

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self.first.read(size) or self.rest.read(size)


def look(source: BinaryIO, known: Known, *, limits: Limits = LIMITS) -> Facts:
    """Facts about the signatures of a file; one that breaks the program is undecided.

    Raises:
        Killed: somebody else ended the program, which says nothing of the file.
    """
    try:
        return facts.parse(_answer(PROGRAM, known.brief(), source, limits))
    except (jail.Broken, Unreadable, ValueError, RecursionError):
        return undecided()


def look_at_stamp(answer: bytes, known: Known, *, imprint: str = "") -> dict[str, Any]:
    """What an answer proves: `at`, `of_this`, `sound`, `signer`, `until`, `trusted`; or {}."""
    try:
        said = _answer(STAMP_PROGRAM, known.brief(imprint=imprint), io.BytesIO(answer), LIMITS)
    except (jail.Broken, ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def undecided() -> Facts:
    """What is known of a file that could not be looked at within the limits."""
    return Facts(
        sha256="", size=0, engine=ENGINE, engine_version="", revisions=0, attempts=0,
        findings=("unreadable",), carried=(), problem="limits", signatures=(),
    )  # fmt: skip


def _answer(program: str, brief: bytes, source: BinaryIO, limits: Limits) -> Any:
    with jail.fed(program, source=_binary(After(brief, source)), limits=limits) as output:
        return json.loads(output.read(LONGEST))


def _binary(stream: io.RawIOBase) -> BinaryIO:
    return stream  # type: ignore[return-value]  # reading is all that the jail does with it
