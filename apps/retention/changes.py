"""What a new version of a policy changes: as a diff, and in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from apps.retention.policy import Action, Policy, Rule, Start, iso


class Mark(StrEnum):
    """What stands before a line of a diff."""

    HEAD = ""
    GONE = "-"
    NEW = "+"


@dataclass(frozen=True, slots=True)
class Line:
    mark: Mark
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """One scope that two versions treat differently."""

    before: Rule | None
    after: Rule | None

    @property
    def rule(self) -> Rule:
        """Either; they are about the same."""
        either = self.after or self.before
        assert either is not None
        return either

    @property
    def about(self) -> str:
        return self.rule.doctype or (f"tier {self.rule.tier}" if self.rule.tier else "everything")

    @property
    def sentence(self) -> str:
        """What happens to this thing, and whether that keeps less or more of it."""
        thing = f"{_plural(self.rule.artifact)} of {_of(self.rule)}"
        if self.before is None:
            return f"{thing} get a rule of their own: {self.rule.words}."
        if self.after is None:
            return f"{thing} lose their own rule and follow the general one."
        if (how := self._how()) is None:
            return f"{thing}: the words around the rule change, no time does."
        return f"{thing} are kept {how}: {self.after.words}, not {self.before.words}."

    def _how(self) -> str | None:
        assert self.before and self.after
        old, new = _times(self.before), _times(self.after)
        if old == new:
            return None
        if self.before.starts is not self.after.starts or self.before.action != self.after.action:
            return "differently"
        return "shorter" if new[2:] < old[2:] else "longer"


def compare(before: Policy, after: Policy) -> list[Change]:
    """Every scope that differs, in the order of the new version."""
    old, new = ({rule.scope: rule for rule in one.rules} for one in (before, after))
    scopes = [*new, *(scope for scope in old if scope not in new)]
    pairs = ((old.get(scope), new.get(scope)) for scope in scopes)
    return [Change(one, other) for one, other in pairs if one != other]


def diff(changes: Sequence[Change]) -> list[Line]:
    """Changes as lines, those about the same documents together."""
    grouped: dict[str, list[Change]] = {}
    for change in changes:
        grouped.setdefault(change.about, []).append(change)
    lines = []
    for about, group in grouped.items():
        lines.append(Line(Mark.HEAD, f"{about}:"))
        for change in group:
            lines += _lines(change)
    return lines


def effect_in_words(effect: Mapping[str, Mapping[str, int]]) -> list[str]:
    """A dry run as sentences; nothing happening is said as well."""
    said = [sentence for kind, counts in effect.items() for sentence in _effect(kind, counts)]
    return said or ["No clock of anything kept today changes."]


def _effect(kind: str, counts: Mapping[str, int]) -> Iterator[str]:
    if counts.get("due"):
        held = counts.get("held", 0)
        stays = f", {held:,} {'is held and stays' if held == 1 else 'are held and stay'}"
        yield f"{_counted(counts['due'], kind)} due at once{stays if held else ''}."
    if counts.get("sooner"):
        yield f"{_counted(counts['sooner'], kind)} due sooner than today's policy says."
    if counts.get("later"):
        yield f"{_counted(counts['later'], kind)} kept longer than promised when they were sent."


def _counted(count: int, kind: str) -> str:
    return f"1 {kind} becomes" if count == 1 else f"{count:,} {_plural(kind).lower()} become"


def _lines(change: Change) -> list[Line]:
    title = f"{change.rule.artifact}:".ljust(20)
    found = [(Mark.GONE, change.before), (Mark.NEW, change.after)]
    return [Line(mark, f"  {title}{_said(rule)}") for mark, rule in found if rule]


def _said(rule: Rule) -> str:
    """A rule on one line, as the file has it."""
    if rule.starts is Start.DECIDED:
        return f"until decided, at most {iso(rule.at_most)}"
    then = "" if rule.action is Action.ERASE else f", then {rule.action}"
    by = f" by {rule.signatures}" if rule.signatures > 1 else ""
    kept = ", also when consent is withdrawn" if rule.outlives else ""
    return f"{iso(rule.keep)} after {rule.starts}, at most {iso(rule.at_most)}{then}{by}{kept}"


def _times(rule: Rule) -> tuple[Start, Action, timedelta, timedelta]:
    return (rule.starts, rule.action, rule.keep, rule.at_most)


def _of(rule: Rule) -> str:
    if rule.doctype:
        return f"class “{rule.doctype}”"
    return f"tier “{rule.tier}”" if rule.tier else "all other documents"


def _plural(kind: str) -> str:
    """Names of kept things, many of them."""
    same = {"fields", "audit", "signature evidence"}
    return (kind if kind in same else f"{kind}s").capitalize()
