"""Who saw a document, out of the trail: what each was shown, how much of it, and when last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from apps.audit import services as audit
from apps.audit.groups import GROUPS, Group
from apps.audit.models import Event
from apps.audit.tags import Outcome, Tag

MOST = 2_000  # events of one document
PER_MILLION = 1_000_000
# What is counted of each, in the order of the page; and whether it is left out on narrow ones.
COLUMNS: dict[str, bool] = {
    Tag.CROP_DELIVERED: False,
    Tag.LINE_DELIVERED: False,
    Tag.FIELDS_SHOWN: True,
    Tag.FIELD_REVEALED: False,
    Tag.RESULT_DOWNLOADED: False,
    "page image": True,
    "original": True,
}
COUNTED_AS: dict[str, str] = {  # what goes beyond a slit is counted together
    Tag.GLYPH_DELIVERED: Tag.CROP_DELIVERED,
    Tag.WIDER_DELIVERED: Tag.LINE_DELIVERED,
    Tag.PAGE_DELIVERED: Tag.LINE_DELIVERED,
}
SEEN = sorted(GROUPS[Group.SEEN] - {Tag.RESULT_DELIVERED})


class Column(NamedTuple):
    number: int
    wide: bool  # left out where there is little room


@dataclass(slots=True)
class Sight:
    """All that one actor saw or took of a document."""

    actor: str
    counts: Counter[str] = field(default_factory=Counter)  # by tag, or by class opened
    share: float = 0.0  # of a page's pixels, added up over every look
    seconds: float = 0.0  # as far as it is known
    last_at: datetime | None = None
    reasons: list[str] = field(default_factory=list)  # codes

    @property
    def is_person(self) -> bool:
        return not self.actor.startswith("system:")

    @property
    def columns(self) -> list[Column]:
        return [Column(self.counts[name], wide) for name, wide in COLUMNS.items()]

    def add(self, event: Event) -> None:
        """Count a look. What the portal opened to draw a slit for somebody is not one of theirs."""
        facts = audit.facts_of(event)
        if event.tag != Tag.ARTIFACT_OPENED:
            self.counts[COUNTED_AS.get(event.tag, event.tag)] += 1
        elif not self.is_person:
            self.counts[str(facts.get("kind", ""))] += 1
        self.share += _number(facts, "share") / PER_MILLION
        self.seconds += _number(facts, "seconds") + _number(facts, "milliseconds") / 1000
        self.last_at = max(self.last_at or event.at, event.at)
        if event.reason and event.reason not in self.reasons:
            self.reasons.append(event.reason)


@dataclass(frozen=True, slots=True)
class Seen:
    """Who saw a document: people first, and the parts of the portal that handled it."""

    sights: Sequence[Sight]
    complete: bool  # False: only the newest events were looked at

    @property
    def people(self) -> int:
        return sum(sight.is_person for sight in self.sights)

    @property
    def parts(self) -> int:
        return len(self.sights) - self.people


def who_saw(document: UUID, *, organisation: UUID) -> Seen:
    """What the trail says of looks at one document. Recording that it was read is the caller's."""
    events = Event.objects.filter(organisation_id=organisation, document=document)
    looks = events.filter(tag__in=SEEN, outcome=Outcome.DONE).order_by("-id")[: MOST + 1]
    found = list(looks)
    sights: dict[str, Sight] = {}
    for event in found[:MOST]:
        sights.setdefault(event.actor, Sight(event.actor)).add(event)
    ordered = sorted(sights.values(), key=lambda one: (not one.is_person, one.actor))
    return Seen(ordered, complete=len(found) <= MOST)


def _number(facts: dict[str, Any], name: str) -> int:
    said = facts.get(name, 0)
    return said if isinstance(said, int) else 0
