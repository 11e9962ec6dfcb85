"""The typed result: what we hand back, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from apps.extraction.fields import WORDS, Flag, Second
from apps.extraction.fragments.rules import Fragment

SCHEMA = "arrowslit.result/1"


class Standing(StrEnum):
    """How a field came to its value, or why it has none."""

    ACCEPTED = "accepted"  # by the machine, sure enough and checked
    DECIDED = "decided"  # by a person
    WAITING = "needs_review"
    MISSING = "missing"  # not on the document, or not found
    UNDECIDED = "undecided"  # doubtful, and no person may or could say


OMISSIONS: dict[Fragment, str] = {
    Fragment.CARD: "card number left out",
    Fragment.LOYALTY: "membership number left out",
    Fragment.NATIONAL_ID: "personal number left out",
    Fragment.HEALTH: "health code left out",
}


@dataclass(frozen=True, slots=True)
class Settled:
    """A field as it stands."""

    name: str
    title: str
    type: str
    sensitivity: int  # 0 public to 3 special
    mask: str
    standing: Standing
    value: str = ""  # as printed, or as typed by a person
    normalised: str = ""
    confidence: float | None = None  # 0 to 1; None when a person decided
    page: int | None = None  # from 1
    box: Sequence[float] | None = None  # left, top, right, bottom, fractions of the page
    checks: Sequence[tuple[str, bool]] = ()
    second: Second = Second.NONE  # what other readings say of that value
    by: str = ""  # actor who decided
    flags: Sequence[Flag] = ()  # why a person must look; of what a person typed, what stays true
    fragments: Sequence[Fragment] = ()  # kinds of numbers that were hidden in it

    @property
    def has_value(self) -> bool:
        """Whether it is handed out; what is flagged only after a person has decided."""
        if self.standing is Standing.ACCEPTED and self.flags:
            return False
        return self.standing in (Standing.ACCEPTED, Standing.DECIDED) and bool(self.normalised)

    @property
    def warnings(self) -> list[str]:
        """Its flags in words."""
        return [WORDS[flag] for flag in self.flags]

    @property
    def omissions(self) -> list[str]:
        """What was hidden in it, in words."""
        return [OMISSIONS[kind] for kind in self.fragments]


def assemble(
    *,
    reference: str,
    doctype: str,
    doctype_confidence: float,
    decided_by: str,
    fields: Sequence[Settled],
    terms: Mapping[str, Any],
    kept_until: Mapping[str, str],
    policy: str,
) -> dict[str, Any]:
    """A JSON value that fits the schema, with every value in clear; mask it before showing it."""
    return {
        "schema": SCHEMA,
        "document": reference,
        "class": {
            "name": doctype,
            "confidence": round(doctype_confidence, 4),
            "decided_by": decided_by,
        },
        "terms": dict(terms),
        "fields": [_field(field) for field in fields],
        "kept_until": dict(kept_until),
        "policy": policy,
    }


def _field(field: Settled) -> dict[str, Any]:
    """What a program may rely on: a normalised value has the shape of its type, or is null."""
    shown = field.has_value
    shaped = shown and Flag.MALFORMED not in field.flags
    return {
        "name": field.name,
        "type": field.type,
        "state": field.standing.value,
        "value": field.value if shown else None,
        "normalised": field.normalised if shaped else None,
        "confidence": None if field.confidence is None else round(field.confidence, 4),
        "sensitivity": field.sensitivity,
        "decided_by": "person" if field.standing is Standing.DECIDED else "machine",
        "page": field.page,
        "box": list(field.box) if field.box else None,
        "validators": dict(field.checks),
        "flags": [flag.value for flag in field.flags],
        "second_reading": field.second.value,
        "fragments_masked": [kind.value for kind in field.fragments] if shown else [],
    }
