"""Retention rules, and the two questions we ask them: until when, and in words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

DURATION = re.compile(
    r"P(?:(?P<years>\d+)Y)?(?:(?P<days>\d+)D)?(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?)?"
)
YEAR = 365.25  # days
MINUTE, HOUR, DAY = 60, 3600, 86_400  # seconds
LEAP = round(YEAR * DAY)  # seconds of a year


class Start(StrEnum):
    """What a clock starts from."""

    RECEIVED = "received"
    READ = "read"
    DECIDED = "decided"  # the artifact goes with the decision; `at_most` is only a ceiling
    DELIVERED = "delivered"
    FAILED = "failed"  # its job ended without a result
    CONTRACT_END = "contract end"  # told by a records manager
    EVENT = "event"  # whatever the rule's reason says; told likewise


class Action(StrEnum):
    """What happens when a clock has run out."""

    ERASE = "erase"
    REVIEW = "review"  # erase once somebody has looked at what is due, and agreed
    KEEP = "keep"  # by somebody else than the sweep; only of what is no artifact of a document


@dataclass(frozen=True, slots=True)
class Rule:
    """How long one class of artifact is kept, of one class of documents or of all."""

    artifact: str
    starts: Start
    keep: timedelta
    at_most: timedelta  # from reception, whatever happens or does not happen
    reason: str
    doctype: str = ""  # empty: every class that has no rule of its own
    tier: str = ""
    action: Action = Action.ERASE
    signatures: int = 1  # people who must agree, where somebody has to look
    outlives: bool = False  # a withdrawn consent or a sender's wish, because a law asks for it
    basis: str = ""  # the law or contract that asks for it
    owner: str = ""  # the role that answers for it
    review_on: date | None = None  # when it is looked at again

    @property
    def scope(self) -> tuple[str, str, str]:
        """What it governs; a policy has one rule of a scope."""
        return (self.artifact, self.doctype, self.tier)

    @property
    def words(self) -> str:
        """How long, as a person says it."""
        if self.starts is Start.DECIDED:
            return "until decided"
        return f"{in_words(self.keep)} after {AFTER[self.starts]}"

    def due_at(self, moments: Mapping[Start, datetime]) -> datetime:
        """When an artifact is due, given what has happened so far; reception always has."""
        latest = moments[Start.RECEIVED] + self.at_most
        started = moments.get(self.starts)
        return min(latest, started + self.keep) if started else latest


AFTER: dict[Start, str] = {
    Start.RECEIVED: "it was received",
    Start.READ: "it was read",
    Start.DECIDED: "it was decided",
    Start.DELIVERED: "it was delivered",
    Start.FAILED: "its job failed",
    Start.CONTRACT_END: "the contract ends",
    Start.EVENT: "the event",
}


@dataclass(frozen=True, slots=True)
class Policy:
    id: str
    version: int
    rules: Sequence[Rule]
    _by_artifact: dict[str, list[Rule]] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        for rule in self.rules:
            self._by_artifact.setdefault(rule.artifact, []).append(rule)

    @property
    def name(self) -> str:
        return f"{self.id} v{self.version}"

    def rule(self, artifact: str, *, doctype: str = "", tier: str = "") -> Rule:
        """The rule that names the class, else its tier, else neither.

        Raises:
            KeyError: no rule governs this class of artifact.
        """
        fitting = self._by_artifact.get(artifact, ())
        for rules in (
            [rule for rule in fitting if rule.doctype and rule.doctype == doctype],
            [rule for rule in fitting if rule.tier and rule.tier == tier and not rule.doctype],
            [rule for rule in fitting if not rule.doctype and not rule.tier],
        ):
            if rules:
                return rules[0]
        raise KeyError(artifact)

    def due_at(
        self,
        artifact: str,
        moments: Mapping[Start, datetime],
        *,
        doctype: str = "",
        tier: str = "",
    ) -> datetime:
        """When an artifact of a document is due; of a failed job, whichever comes first."""
        due = self.rule(artifact, doctype=doctype, tier=tier).due_at(moments)
        failed = moments.get(Start.FAILED)
        if failed is None or FAILED_JOB not in self._by_artifact:
            return due
        return min(due, self.rule(FAILED_JOB, doctype=doctype, tier=tier).due_at(moments))


FAILED_JOB = "failed job"


def duration(text: str) -> timedelta:
    """A duration as ISO 8601 writes it, without months: P10Y, P90D, PT24H.

    Raises:
        ValueError: the text is no such duration.
    """
    match = DURATION.fullmatch(text)
    if match is None or not any(match.groups()):
        raise ValueError(f"{text!r} is no duration like P90D or PT24H")
    parts = {unit: int(number or 0) for unit, number in match.groupdict().items()}
    days = parts["years"] * YEAR + parts["days"]
    return timedelta(days=days, hours=parts["hours"], minutes=parts["minutes"])


def iso(length: timedelta) -> str:
    """The shortest way to write a duration that `duration` reads back: P10Y, P90D, PT4H."""
    seconds = round(length.total_seconds())
    if seconds and seconds % LEAP == 0:
        return f"P{seconds // LEAP}Y"
    days, rest = divmod(seconds, DAY)
    hours, rest = divmod(rest, HOUR)
    if days <= 1 and (hours or days):
        days, hours = 0, hours + 24 * days
    clock = f"{f'{hours}H' if hours else ''}{f'{rest // MINUTE}M' if rest else ''}"
    return f"P{f'{days}D' if days or not clock else ''}{f'T{clock}' if clock else ''}"


def in_words(length: timedelta) -> str:
    """A duration as people say it: 24 h, 7 days, 10 years."""
    minutes = round(length.total_seconds() / 60)
    if minutes < 120 and minutes % 60:
        return f"{minutes} min"
    hours = round(minutes / 60)
    if hours <= 48:
        return f"{hours} h"
    days = round(hours / 24)
    return f"{days} days" if days < 730 else f"{round(days / YEAR)} years"
