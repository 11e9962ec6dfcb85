"""A report on signatures as the record's page and its certificate show it: one card a signature.

Names come from a report that was just opened; nothing here stores them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.preservation.validation.ageing import ages
from apps.preservation.validation.facts import CHANGES, Certificate, Facts, Signature
from apps.preservation.validation.indications import Indication
from apps.preservation.validation.verdicts import Verdict

TONES = {
    Indication.PASSED: ("ok", "check"),
    Indication.INDETERMINATE: ("warn", "alert"),
    Indication.FAILED: ("bad", "x"),
}
PROVEN = {
    "with time": "by a time stamp of the signature",
    "long-term": "by time stamps that archive it",
}
SINCE = dict(
    zip(
        CHANGES,
        (
            "Nothing was added since.",
            "Since then only proofs were added.",
            "Since then fields were filled in or signatures added, as it permits.",
            "Since then notes were added.",
            "Since then something was changed that it does not permit.",
        ),
        strict=True,
    )
)
PERMITS = {
    1: "nothing",
    2: "filling in and signing",
    3: "filling in, signing and notes",
}
WIDTH = 640  # of the chart


@dataclass(frozen=True, slots=True)
class Link:
    """One certificate of a chain, the signer's first."""

    name: str
    until: datetime
    expired: bool
    sha256: str


@dataclass(frozen=True, slots=True)
class Card:
    number: int
    name: str
    is_stamp: bool
    level: str
    indication: str
    subindication: str
    crypto: str  # what cryptography alone says, if it says something else
    tone: str
    icon: str
    sentence: str
    reasons: Sequence[str]
    ageing: Sequence[str]
    claimed_at: datetime | None
    best_at: datetime | None
    best_by: str
    oldest_at: datetime | None
    covered: int  # bytes
    size: int
    added: int  # bytes after what it covers
    covered_wide: float  # in the chart
    since: str
    permits: str
    certification: bool
    chain: Sequence[Link]
    mechanism: str


def cards(facts: Facts, verdicts: Sequence[Verdict], *, at: datetime) -> list[Card]:
    """One card for each signature, in the order of signing."""
    pairs = zip(facts.signatures, verdicts, strict=True)
    return [
        _card(number, signature, verdict, facts.size, at)
        for number, (signature, verdict) in enumerate(pairs, start=1)
    ]


def _card(number: int, one: Signature, verdict: Verdict, size: int, at: datetime) -> Card:
    tone, icon = TONES[verdict.indication]
    covered = min(one.covered, size)
    differs = one.indication != verdict.indication
    return Card(
        number=number,
        name=_holder(one.chain[0].subject) if one.chain else "",
        is_stamp=one.kind == "timestamp",
        level=one.level,
        indication=verdict.indication,
        subindication=verdict.subindication,
        crypto=" ".join((one.indication, one.subindication)).strip() if differs else "",
        tone=tone,
        icon=icon,
        sentence=verdict.sentence,
        reasons=verdict.reasons,
        ageing=ages(one, at=at),
        claimed_at=one.claimed_at,
        best_at=one.best_at if one.process in PROVEN else None,
        best_by=PROVEN.get(one.process, ""),
        oldest_at=one.oldest_at,
        covered=covered,
        size=size,
        added=size - covered,
        covered_wide=round(WIDTH * covered / (size or 1), 1),
        since=SINCE.get(one.modification, SINCE["OTHER"]),
        permits=PERMITS.get(one.permits or 0, ""),
        certification=one.certification,
        chain=[_link(each, at) for each in one.chain],
        mechanism=" with ".join(part for part in (one.mechanism, one.hash.upper()) if part),
    )


def _link(one: Certificate, at: datetime) -> Link:
    return Link(_holder(one.subject), one.not_after, one.not_after <= at, one.sha256)


def _holder(subject: str) -> str:
    """The name people know, out of a subject that lists everything."""
    parts = dict(part.split(": ", 1) for part in subject.split(", ") if ": " in part)
    name, organisation = parts.get("Common Name", ""), parts.get("Organization", "")
    return ", ".join(part for part in (name, organisation) if part) or subject
