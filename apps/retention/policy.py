"""Retention policies as files, and the two questions we ask them: until when, and in words."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path

DURATION = re.compile(
    r"P(?:(?P<years>\d+)Y)?(?:(?P<days>\d+)D)?(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?)?"
)
YEAR = 365.25  # days
KEYS = {"artifact", "starts", "keep", "at_most", "reason", "doctype", "tier"}  # of a rule


class Start(StrEnum):
    """What a clock starts from."""

    RECEIVED = "received"
    READ = "read"
    DECIDED = "decided"  # the artifact goes with the decision; `at_most` is only a ceiling
    DELIVERED = "delivered"


class BrokenPolicy(ValueError):
    """A policy file says something that cannot be meant."""


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

    @property
    def words(self) -> str:
        """How long, as a person says it."""
        if self.starts is Start.DECIDED:
            return "until decided"
        return f"{in_words(self.keep)} after it was {self.starts}"

    def due_at(self, moments: Mapping[Start, datetime]) -> datetime:
        """When an artifact is due, given what has happened so far; reception always has."""
        latest = moments[Start.RECEIVED] + self.at_most
        started = moments.get(self.starts)
        return min(latest, started + self.keep) if started else latest


@dataclass(frozen=True, slots=True)
class Policy:
    id: str
    version: int
    rules: Sequence[Rule]

    @property
    def name(self) -> str:
        return f"{self.id} v{self.version}"

    def rule(self, artifact: str, *, doctype: str = "", tier: str = "") -> Rule:
        """The rule that names the class, else its tier, else neither.

        Raises:
            KeyError: no rule governs this class of artifact.
        """
        fitting = [rule for rule in self.rules if rule.artifact == artifact]
        for rules in (
            [rule for rule in fitting if rule.doctype and rule.doctype == doctype],
            [rule for rule in fitting if rule.tier and rule.tier == tier and not rule.doctype],
            [rule for rule in fitting if not rule.doctype and not rule.tier],
        ):
            if rules:
                return rules[0]
        raise KeyError(artifact)


@cache
def load(path: Path) -> Policy:
    """Read one policy file. Raises BrokenPolicy if it does not say what it must."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        rules = tuple(_rule(entry) for entry in data["rule"])
        return Policy(id=data["id"], version=int(data["version"]), rules=rules)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise BrokenPolicy(f"{path.name}: {error}") from error


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


def _rule(entry: Mapping[str, str]) -> Rule:
    """One rule, whole: a word that nobody knows would otherwise be a promise that nobody keeps."""
    if unknown := set(entry) - KEYS:
        raise ValueError(f"{sorted(unknown)[0]!r} is not a part of a rule")
    starts = Start(entry["starts"])
    return Rule(
        artifact=entry["artifact"],
        starts=starts,
        keep=timedelta() if starts is Start.DECIDED else duration(entry["keep"]),
        at_most=duration(entry["at_most"]),
        reason=entry["reason"],
        doctype=entry.get("doctype", ""),
        tier=entry.get("tier", ""),
    )
