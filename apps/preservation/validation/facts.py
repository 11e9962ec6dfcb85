"""What is known of a file's signatures, as the jailed program tells it; nothing of it is believed.

Names of signers are content: they stay in the sealed report and in memory.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.base.errors import Unreadable

ENTIRE = ("ENTIRE_FILE", "ENTIRE_REVISION")
# How much may have changed since, least first, as pyHanko's analysis of differences names it.
CHANGES = ("NONE", "LTA_UPDATES", "FORM_FILLING", "ANNOTATIONS", "OTHER")
MOST = 200  # signatures
MISSHAPEN = "What was found about the signatures could not be read."


@dataclass(frozen=True, slots=True)
class Certificate:
    subject: str
    issuer: str
    serial: str  # hexadecimal
    sha256: str
    not_before: datetime
    not_after: datetime
    key: str
    bits: int  # 0 where the kind of key fixes them
    hash: str  # of its issuer's signature

    @property
    def is_own_issuer(self) -> bool:
        return self.subject == self.issuer


@dataclass(frozen=True, slots=True)
class Stamp:
    """A time stamp of a signature, by itself: whose it is, is the ladder's question."""

    at: datetime | None
    of_this: bool
    sound: bool

    @property
    def holds(self) -> bool:
        return self.of_this and self.sound and self.at is not None


@dataclass(frozen=True, slots=True)
class Signature:
    kind: str  # "signature", or "timestamp" of the whole document
    field: str
    level: str
    process: str
    indication: str
    subindication: str
    basic: tuple[str, str]  # what the first step of the ladder said
    digest_matches: bool
    sound: bool
    problem: str  # a class of error; empty if there was none
    coverage: str
    whole: bool  # the gap holds the signature and nothing else
    covered: int  # bytes up to the end of what it covers
    modification: str
    permits: int | None  # 1 to 3
    certification: bool
    claimed_at: datetime | None
    best_at: datetime | None
    oldest_at: datetime | None
    hash: str
    mechanism: str
    suits: bool  # its own algorithms, and their pairing, are strong enough
    findings: tuple[str, ...]
    stamps: tuple[Stamp, ...]
    chain: tuple[Certificate, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    sha256: str
    size: int
    engine: str
    engine_version: str
    revisions: int
    attempts: int  # to reach the network
    findings: tuple[str, ...]
    carried: tuple[str, ...]
    problem: str
    signatures: tuple[Signature, ...]


def parse(said: Any) -> Facts:
    """Facts from what the jailed program wrote.

    Raises:
        Unreadable: it has another shape; the file may have taken the program over.
    """
    try:
        return Facts(
            sha256=str(said["sha256"]),
            size=int(said["size"]),
            engine=str(said["engine"]),
            engine_version=str(said["engine_version"]),
            revisions=int(said["revisions"]),
            attempts=int(said.get("attempts", 0)),
            findings=_words(said["findings"]),
            carried=_words(said["carried"]),
            problem=str(said.get("problem", "")),
            signatures=tuple(_signature(one) for one in said["signatures"][:MOST]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Unreadable(MISSHAPEN) from error


def _signature(said: Mapping[str, Any]) -> Signature:
    indication, sub = str(said["indication"]), str(said["subindication"])
    first, second = said.get("basic", (indication, sub))
    return Signature(
        kind=str(said["kind"]),
        field=str(said["field"]),
        level=str(said.get("level", "")),
        process=str(said["process"]),
        indication=indication,
        subindication=sub,
        basic=(str(first), str(second)),
        digest_matches=said.get("digest_matches") is True,
        sound=said.get("sound") is True,
        problem=str(said.get("problem", "")),
        coverage=str(said.get("coverage", "UNCLEAR")),
        whole=said.get("whole") is True,
        covered=int(said.get("covered", 0)),
        modification=str(said.get("modification", "OTHER")),
        permits=None if said.get("permits") is None else int(said["permits"]),
        certification=said.get("certification") is True,
        claimed_at=moment(said.get("claimed_at")),
        best_at=moment(said.get("best_at")),
        oldest_at=moment(said.get("oldest_at")),
        hash=str(said.get("hash", "")),
        mechanism=str(said.get("mechanism", "")),
        suits=said.get("suits") is True,
        findings=_words(said["findings"]),
        stamps=tuple(_stamp(one) for one in said["stamps"]),
        chain=tuple(_certificate(one) for one in said["chain"]),
    )


def _stamp(said: Mapping[str, Any]) -> Stamp:
    return Stamp(moment(said["at"]), said["of_this"] is True, said["sound"] is True)


def _certificate(said: Mapping[str, Any]) -> Certificate:
    not_before, not_after = moment(said["not_before"]), moment(said["not_after"])
    if not_before is None or not_after is None:
        raise ValueError("a certificate without dates")
    return Certificate(
        subject=str(said["subject"]),
        issuer=str(said["issuer"]),
        serial=str(said["serial"]),
        sha256=str(said["sha256"]),
        not_before=not_before,
        not_after=not_after,
        key=str(said["key"]),
        bits=int(said["bits"]),
        hash=str(said["hash"]),
    )


def moment(said: str | None) -> datetime | None:
    """A time with its zone, or none: a clock without a zone says no time.

    Raises:
        ValueError: it is no time at all.
    """
    if said is None:
        return None
    at = datetime.fromisoformat(said)
    return at if at.tzinfo else None


def _words(said: Sequence[Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(one) for one in said))
