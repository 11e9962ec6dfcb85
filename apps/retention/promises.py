"""The promise made before sending: how long each part will be kept, in words."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from apps.extraction import doctypes
from apps.intake import purposes
from apps.retention.packs import SIGNED_ORIGINAL, TRAIL
from apps.retention.policy import Policy, Rule, Start, in_words

SHOWN = ("crop", "original", "fields")
ASKED_FOR = "transcript"
TITLES = {"crop": "Slits", "original": "Originals", "fields": "Fields", ASKED_FOR: "Transcript"}
STARTS = {
    Start.READ: "after reading",
    Start.DELIVERED: "after delivery",
    Start.RECEIVED: "after arrival",
    Start.FAILED: "after reading failed",
    Start.CONTRACT_END: "after the contract ends",
    Start.EVENT: "after the event its policy names",
    Start.DECIDED: "",
}
SHORTEST, LONGEST = timedelta(minutes=30), timedelta(days=3653)  # ends of the drawn scale


@dataclass(frozen=True, slots=True)
class Line:
    """One bar of the promise."""

    title: str
    text: str
    share: int  # of the drawn scale, per cent; logarithmic
    tone: str  # class of chart ink


@dataclass(frozen=True, slots=True)
class Promise:
    sentence: str
    lines: Sequence[Line]
    policy: str
    shorter: bool  # for some of the classes that may be sent, something goes sooner


def promise(policy: Policy, *, purpose: str, doctype: str, transcript: bool = False) -> Promise:
    """What will be kept and how long, if files of this purpose or class are sent.

    Where several classes are possible, the longest time of each part is promised. A transcript is
    promised where it is asked for and the purpose allows it.
    """
    classes = _classes(purpose, doctype)
    usual = purposes.load().purposes.get(purpose)
    parts = (*SHOWN, ASKED_FOR) if transcript and usual and usual.transcript else SHOWN
    rules = {part: _longest(policy, part, classes) for part in parts}
    return Promise(
        sentence=_sentence(rules),
        lines=[*(_line(part, rules[part]) for part in parts), *_besides(policy)],
        policy=policy.name,
        shorter=any(
            policy.rule(part, doctype=name, tier=tier).keep < rules[part].keep
            for part in parts
            for name, tier in classes
        ),
    )


def _classes(purpose: str, doctype: str) -> list[tuple[str, str]]:
    """Names and tiers of the classes that may come."""
    known = {one.name: one.tier for one in doctypes.load_all()}
    if doctype in known:
        return [(doctype, known[doctype])]
    usual = purposes.load().purposes.get(purpose)
    names = [name for name in usual.doctypes if name in known] if usual else []
    return [(name, known[name]) for name in names or known]


def _longest(policy: Policy, part: str, classes: Sequence[tuple[str, str]]) -> Rule:
    rules = [policy.rule(part, doctype=name, tier=tier) for name, tier in classes]
    return max(rules, key=lambda rule: (rule.keep, rule.at_most))


def _sentence(rules: dict[str, Rule]) -> str:
    original, fields = rules["original"], rules["fields"]
    said = (
        f"Originals deleted {in_words(original.keep)} {STARTS[original.starts]}. "
        f"Fields kept {in_words(fields.keep)}. Slits deleted once a person has decided."
    )
    if text := rules.get(ASKED_FOR):
        said += f" Transcript deleted {in_words(text.keep)} {STARTS[text.starts]}."
    return said


def _line(part: str, rule: Rule) -> Line:
    if rule.starts is Start.DECIDED:
        return Line(TITLES[part], "until decided", 4, "c4")
    return Line(TITLES[part], in_words(rule.keep), _share(rule.keep), "c1")


def _besides(policy: Policy) -> list[Line]:
    """How long signed originals and the trail are kept, where the policy says so."""
    titles = {SIGNED_ORIGINAL: ("Signed originals", "c2"), TRAIL: ("Record of actions", "c3")}
    return [
        Line(title, in_words(rule.keep), _share(rule.keep), tone)
        for kind, (title, tone) in titles.items()
        for rule in policy.rules
        if rule.artifact == kind and not rule.doctype and not rule.tier
    ]


def _share(length: timedelta) -> int:
    along = math.log(max(length, SHORTEST) / SHORTEST) / math.log(LONGEST / SHORTEST)
    return min(100, max(4, round(along * 100)))
