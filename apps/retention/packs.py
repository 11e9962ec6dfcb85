"""Policy packs: TOML files that together make the policy of an organisation.

A pack names organisations, a jurisdiction, or neither. What governs a scope (a class of artifact,
of one class of documents, of a tier or of all) is taken from the organisation's pack if it speaks
of exactly that scope, else from its jurisdiction's, else from the default. So a general rule of an
organisation never loosens what the default says of identity papers.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from apps.retention.policy import FAILED_JOB, Action, Policy, Rule, Start, duration, iso
from apps.vault.classes import ArtifactClass

REMNANT, TRAIL, BACKUP = "upload remnant", "audit", "backup"
SIGNED_ORIGINAL = "signed original"  # an original of which there is, or will be, a record
# Kept things that are no artifact of a document; other parts of the house erase them.
BESIDES = (FAILED_JOB, REMNANT, TRAIL, BACKUP)
KINDS = (*(kind.value for kind in ArtifactClass), SIGNED_ORIGINAL, *BESIDES)

HEAD = {"id", "version", "owner", "basis", "next_review_on", "organisations", "jurisdiction"}
PARTS = {
    "artifact", "doctype", "tier", "starts", "keep", "at_most", "action", "reason", "basis",
    "owner", "next_review_on", "signatures", "outlives",
}  # fmt: skip


class BrokenPolicy(ValueError):
    """A policy file says something that cannot be meant."""


@dataclass(frozen=True, slots=True)
class Pack:
    """One file."""

    id: str
    version: int
    rules: Sequence[Rule]
    organisations: frozenset[str] = frozenset()  # slugs; empty: not for single ones
    jurisdiction: str = ""

    def closeness(self, organisation: str, jurisdiction: str) -> int | None:
        """How particularly it speaks of an organisation; None if it does not at all."""
        if self.organisations:
            return 2 if organisation in self.organisations else None
        if self.jurisdiction:
            return 1 if self.jurisdiction == jurisdiction else None
        return 0


@cache
def load(path: Path) -> Pack:
    """Read one policy file. Raises BrokenPolicy if it does not say what it must."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        return _pack(data)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise BrokenPolicy(f"{path.name}: {error}") from error


def load_all(folder: Path) -> list[Pack]:
    """Every pack of a folder. Raises BrokenPolicy; also where two go by one name."""
    packs = [load(path) for path in sorted(folder.glob("*.toml"))]
    if len({pack.id for pack in packs}) != len(packs):
        raise BrokenPolicy("Two packs have the same id.")
    return packs


def compose(packs: Sequence[Pack], *, organisation: str = "", region: str = "") -> Policy:
    """The policy of an organisation; its region begins with its jurisdiction, like EU · Frankfurt.

    Raises:
        BrokenPolicy: no pack speaks of it.
    """
    jurisdiction = region.partition("·")[0].strip()
    near = {pack.id: pack.closeness(organisation, jurisdiction) for pack in packs}
    close = [pack for pack in packs if near[pack.id] is not None]
    if not close:
        raise BrokenPolicy("No pack is for everybody.")
    close.sort(key=lambda pack: near[pack.id] or 0)
    rules = {rule.scope: rule for pack in close for rule in pack.rules}
    nearest = close[-1]
    return Policy(nearest.id, nearest.version, sorted(rules.values(), key=_order))


def digest(policy: Policy) -> str:
    """SHA-256 of what a policy says, whatever it is called and however it is written."""
    rules = [as_data(rule) for rule in sorted(policy.rules, key=_order)]
    text = json.dumps(rules, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def as_data(rule: Rule) -> dict[str, str]:
    """A rule as JSON or TOML have it; what is empty is left out."""
    said = {
        "artifact": rule.artifact,
        "doctype": rule.doctype,
        "tier": rule.tier,
        "starts": rule.starts.value,
        "keep": "" if rule.starts is Start.DECIDED else iso(rule.keep),
        "at_most": iso(rule.at_most),
        "action": rule.action.value,
        "reason": rule.reason,
        "basis": rule.basis,
        "owner": rule.owner,
        "next_review_on": rule.review_on.isoformat() if rule.review_on else "",
        "signatures": "" if rule.signatures == 1 else str(rule.signatures),
        "outlives": "yes" if rule.outlives else "",
    }
    return {key: value for key, value in said.items() if value}


def rule_of(entry: Mapping[str, Any], head: Mapping[str, Any] | None = None) -> Rule:
    """One rule, whole: a word that nobody knows would otherwise be a promise that nobody keeps.

    Raises:
        KeyError, ValueError: a part is missing, malformed, or not a part of a rule.
    """
    if unknown := set(entry) - PARTS:
        raise ValueError(f"{sorted(unknown)[0]!r} is not a part of a rule")
    starts, said = Start(entry["starts"]), {**(head or {}), **entry}
    return Rule(
        artifact=entry["artifact"],
        starts=starts,
        keep=timedelta() if starts is Start.DECIDED else duration(entry["keep"]),
        at_most=duration(entry["at_most"]),
        reason=entry["reason"],
        doctype=entry.get("doctype", ""),
        tier=entry.get("tier", ""),
        action=Action(entry.get("action", Action.ERASE)),
        signatures=int(entry.get("signatures", 1)),
        outlives=entry.get("outlives", False) in (True, "yes"),
        basis=said["basis"],
        owner=said["owner"],
        review_on=_day(said["next_review_on"]),
    )


def faults(
    policy: Policy, *, classes: Mapping[str, str], today: date, remnants: timedelta
) -> Iterator[str]:
    """What is wrong with a policy, each as a sentence.

    `classes` are those of documents with their tiers; `remnants` is after how long the store
    itself removes what a crash left.
    """
    general = {rule.artifact for rule in policy.rules if not rule.doctype and not rule.tier}
    yield from (f"Nothing says how long a {kind} is kept." for kind in KINDS if kind not in general)
    for rule in policy.rules:
        yield from (f"{_title(rule)}: {fault}" for fault in _faults_of(rule, classes, today))
    for rule in policy.rules:
        if rule.artifact == REMNANT and rule.keep < remnants:
            yield f"An upload remnant is found after {iso(remnants)}, not after {iso(rule.keep)}."


def _faults_of(rule: Rule, classes: Mapping[str, str], today: date) -> Iterator[str]:
    if rule.artifact not in KINDS:
        yield "there is no such thing."
    if rule.doctype and rule.doctype not in classes:
        yield "there is no such class of documents."
    if rule.tier and rule.tier not in classes.values():
        yield "there is no such tier."
    if rule.keep > rule.at_most:
        yield "it is kept longer than at most."
    if rule.signatures not in (1, 2) or (rule.signatures == 2 and rule.action is not Action.REVIEW):
        yield "two people sign only where somebody looks before it is erased."
    if rule.action is Action.REVIEW and (rule.artifact in BESIDES or rule.starts is Start.DECIDED):
        yield "nobody can look at this before it is erased."
    if rule.outlives and rule.artifact in BESIDES:
        yield "a withdrawn consent does not reach this."
    if rule.action is Action.KEEP and rule.artifact not in BESIDES:
        yield "what is made of a document is not kept for ever."
    if rule.review_on and rule.review_on < today:
        yield f"it should have been looked at again on {rule.review_on}."


def _title(rule: Rule) -> str:
    about = rule.doctype or (f"tier {rule.tier}" if rule.tier else "")
    return f"{rule.artifact}{f' of {about}' if about else ''}"


def _pack(data: Mapping[str, Any]) -> Pack:
    if unknown := set(data) - HEAD - {"rule"}:
        raise ValueError(f"{sorted(unknown)[0]!r} is not a part of a policy")
    head = {key: data[key] for key in ("owner", "basis", "next_review_on")}
    rules = tuple(rule_of(entry, head) for entry in data["rule"])
    if len({rule.scope for rule in rules}) != len(rules):
        raise ValueError("two rules are about the same")
    return Pack(
        id=data["id"],
        version=int(data["version"]),
        rules=rules,
        organisations=frozenset(data.get("organisations", ())),
        jurisdiction=data.get("jurisdiction", ""),
    )


def _day(said: date | str) -> date:
    return said if isinstance(said, date) else date.fromisoformat(said)


def _order(rule: Rule) -> tuple[int, str, str, str]:
    at = KINDS.index(rule.artifact) if rule.artifact in KINDS else len(KINDS)
    return (at, rule.artifact, rule.doctype, rule.tier)
