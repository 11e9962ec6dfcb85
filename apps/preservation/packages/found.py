"""What was found out about a record's signatures, and what authorities said of its time."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.forms.models import model_to_dict

from apps.base.types import Actor
from apps.preservation.models import Record, RecordTimestamp, Validation
from apps.vault import services as vault

PURPOSE = "evidence"
ROW = ("id", "organisation_id", "record", "report", "validation")  # what only a database needs


@dataclass(frozen=True, slots=True)
class Stamp:
    """A time stamp as a package holds it."""

    file: str
    token: bytes
    of: str  # "original", or the text whose hash the authority was shown
    over: str = ""  # the file of the earlier stamp that it renews


def signatures(record: Record, actor: Actor) -> list[dict[str, Any]]:
    """Every look at the record's signatures, the first first; the last with its whole report."""
    every = Validation.objects.filter(record=record).select_related("report")
    looks = list(every.prefetch_related("signatures").order_by("id"))
    said = [_look(one) for one in looks]
    if looks and looks[-1].report.shredded_at is None:
        with vault.open(looks[-1].report, actor=actor, purpose=PURPOSE) as report:
            said[-1]["report"] = json.loads(report.read())
    return said


def stamps(record: Record) -> list[Stamp]:
    """What authorities answered when they were shown the hash of the original; then renewals."""
    rows = list(RecordTimestamp.objects.filter(record=record).order_by("pk"))
    files = {row.pk: f"{number}.tsr" for number, row in enumerate(rows, start=1)}
    return [
        Stamp(
            files[row.pk],
            bytes(row.token),
            row.shown or "original",
            files[row.over_id] if row.over_id else "",
        )
        for row in rows
    ]


def _look(one: Validation) -> dict[str, Any]:
    each = [_plain(signature) for signature in one.signatures.all()]
    return {**_plain(one), "signatures": sorted(each, key=lambda said: int(said["number"]))}


def _plain(row: Any) -> dict[str, Any]:
    """A row as JSON has it, without what only a database needs."""
    told = model_to_dict(row)
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in told.items()
        if name not in ROW
    }
