"""A policy as a table: kept things down, kinds of documents across. No markup here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from apps.retention.packs import KINDS
from apps.retention.policy import Action, Policy, Rule, Start, in_words

# Kept things as people call them, and what they are.
TITLES: dict[str, tuple[str, str]] = {
    "original": ("Originals", "the file that was sent"),
    "page image": ("Page images", "made for reading"),
    "crop": ("Slits", "shown to reviewers"),
    "transcript": ("Transcripts", "full text, if asked for"),
    "fields": ("Fields", "the typed values"),
    "result": ("Results", "what was delivered"),
    "error snapshot": ("Error snapshots", "to look into a failure"),
    "export": ("Exports", "made for somebody"),
    "signature evidence": ("Signature evidence", "chains, timestamps"),
    "signed original": ("Signed originals", "of preservation records"),
    "failed job": ("Failed jobs", "all that is left of one"),
    "upload remnant": ("Upload remnants", "bytes of a crash"),
    "audit": ("Trail", "no content"),
    "backup": ("Backups", "without keys"),
}
STEPS = (timedelta(hours=12), timedelta(days=2), timedelta(days=14), timedelta(days=100))
LONG = timedelta(days=1000)


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    step: int  # 1 to 6, how long on a log scale
    own: bool  # by a rule of its own, not the general one
    ahead: str  # what the version ahead says; empty: the same
    kind: str
    about: str  # "doctype:", "tier:" or "all:", and its name


@dataclass(frozen=True, slots=True)
class Row:
    title: str
    note: str
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Matrix:
    columns: Sequence[str]
    rows: Sequence[Row]


def matrix(policy: Policy, ahead: Policy | None, titles: Mapping[str, str]) -> Matrix:
    """`titles` are those of document classes."""
    scopes = _scopes(policy, ahead)
    return Matrix(
        columns=[_column(doctype, tier, titles) for doctype, tier in scopes],
        rows=[_row(kind, scopes, policy, ahead) for kind in _kinds(policy)],
    )


def _scopes(*policies: Policy | None) -> list[tuple[str, str]]:
    """All documents, then tiers, then classes that have a rule of their own."""
    found = {(rule.doctype, rule.tier) for policy in policies if policy for rule in policy.rules}
    return sorted(found | {("", "")}, key=lambda scope: (bool(scope[0]), bool(scope[1]), scope))


def _kinds(policy: Policy) -> list[str]:
    governed = {rule.artifact for rule in policy.rules}
    return [kind for kind in KINDS if kind in governed]


def _column(doctype: str, tier: str, titles: Mapping[str, str]) -> str:
    if doctype:
        return titles.get(doctype, doctype)
    return f"Tier “{tier}”" if tier else "Everything else"


def _row(kind: str, scopes: Sequence[tuple[str, str]], policy: Policy, ahead: Policy | None) -> Row:
    title, note = TITLES.get(kind, (kind.capitalize(), ""))
    return Row(title, note, [_cell(kind, doctype, tier, policy, ahead) for doctype, tier in scopes])


def _cell(kind: str, doctype: str, tier: str, policy: Policy, ahead: Policy | None) -> Cell:
    rule = policy.rule(kind, doctype=doctype, tier=tier)
    later = ahead.rule(kind, doctype=doctype, tier=tier) if ahead else rule
    said, next_said = said_of(rule), said_of(later)
    return Cell(
        text=said,
        step=_step(rule),
        own=(rule.doctype, rule.tier) == (doctype, tier),
        ahead="" if next_said == said else next_said,
        kind=kind,
        about=f"doctype:{doctype}" if doctype else f"tier:{tier}" if tier else "all:",
    )


def said_of(rule: Rule) -> str:
    """How long, in a cell."""
    if rule.starts is Start.DECIDED:
        return "On decision"
    looked = ", looked at" if rule.action is Action.REVIEW else ""
    return f"{in_words(rule.keep)}{looked}"


def _step(rule: Rule) -> int:
    if rule.starts is Start.DECIDED:
        return 1
    return 1 + sum(rule.keep > step for step in STEPS) + (rule.keep > LONG)
