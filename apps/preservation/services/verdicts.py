"""What the signatures of a record were worth, whenever somebody looked, as its page shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from apps.base.types import Actor
from apps.preservation.cards import Card, cards
from apps.preservation.models import Record, RecordTimestamp, Validation
from apps.preservation.services import stamping, validating
from apps.preservation.validation.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class Looked:
    """The latest look opened, those before it, and what authorities said of the hash."""

    row: Validation
    whole: Verdict | None  # None: no signature, nor a trace of one
    cards: Sequence[Card]
    history: Sequence[Validation]
    stamps: Sequence[RecordTimestamp]

    @property
    def as_data(self) -> list[dict[str, Any]]:
        """What each was worth, for programs: nobody's name is in it."""
        return [
            {
                "number": one.number,
                "level": one.level,
                "indication": one.indication,
                "subindication": one.subindication,
                "sentence": one.sentence,
                "reasons": list(one.reasons),
                "ageing": list(one.ageing),
                "certificates": [link.sha256 for link in one.chain],
            }
            for one in self.cards
        ]


def verdicts(record: Record, *, actor: Actor = validating.SYSTEM) -> Looked | None:
    """None: nobody has looked yet. Names of signers are decrypted, which is an event."""
    if not record.validations.exists():
        return None
    report = validating.report(record, actor=actor)
    return Looked(
        row=report.row,
        whole=report.whole,
        cards=cards(report.facts, report.verdicts, at=report.row.at),
        history=validating.history(record),
        stamps=stamping.stamps(record),
    )
