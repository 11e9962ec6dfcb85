"""Everything a record's page, and its answer to a program, says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from apps.accounts.models import User
from apps.delivery.overview import title_of
from apps.preservation import custody, permissions, proof, rosette
from apps.preservation.custody import Chain, Derived
from apps.preservation.models import Approval, Record, RecordCorrection
from apps.preservation.proof import Inclusion
from apps.preservation.reasons import SAYINGS, STATEMENTS, Said
from apps.preservation.services.verdicts import Looked, verdicts

SHOWN = 20  # approvals and corrections; all of them, with their words, have a page of their own
GROUP = 8  # digits of a hash that an eye takes in at once


@dataclass(frozen=True, slots=True)
class Step:
    """One approval as a page lists it, without its words."""

    title: str
    approval: Approval


@dataclass(frozen=True, slots=True)
class Sheet:
    record: Record
    title: str
    chain: Chain
    derived: Sequence[Derived]
    corrections: Sequence[tuple[str, RecordCorrection]]
    inclusion: Inclusion | None
    evidence: bool  # whether the person may see what follows
    verdicts: Looked | None  # None: nobody has looked yet, or it is not theirs to see
    approvals: Sequence[Step]

    @property
    def rosette(self) -> list[str]:
        return rosette.paths(self.record.sha256)

    @property
    def sha256(self) -> list[str]:
        return grouped(self.record.sha256)

    @property
    def sha512(self) -> list[str]:
        return grouped(self.record.sha512)


def grouped(digest: str) -> list[str]:
    return [digest[at : at + GROUP] for at in range(0, len(digest), GROUP)]


def title(record: Record) -> str:
    """What its original is, as far as it may be said: its class and its length."""
    reading = getattr(record.document, "reading", None)
    return title_of(record.document, reading.class_said if reading else "")


def sheet(record: Record, *, user: User, after: UUID | None = None) -> Sheet:
    """What one person may see of a record; verdicts and approvals only with the right to them."""
    evidence = permissions.can_see_evidence(user, record)
    corrections = record.corrections.select_related("corrected_by").order_by("id")[:SHOWN]
    return Sheet(
        record=record,
        title=title(record),
        chain=custody.chain(record, after=after),
        derived=custody.derived(record),
        corrections=[(STATEMENTS.get(one.what, one.what), one) for one in corrections],
        inclusion=proof.inclusion(record),
        evidence=evidence,
        verdicts=verdicts(record, actor=user.actor) if evidence else None,
        approvals=_approvals(record) if evidence else [],
    )


def _approvals(record: Record) -> list[Step]:
    found = record.approvals.select_related("person").order_by("-id")[:SHOWN]
    return [Step(SAYINGS[Said(one.what)], one) for one in reversed(found)]
