"""The portal's verdict on a signature: what cryptography says, lowered by what else was found.

Nothing here raises a verdict. A sentence that says what a signature is worth always says by which
policy, and when.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from apps.preservation.validation.facts import CHANGES, ENTIRE, Facts, Signature
from apps.preservation.validation.findings import EFFECTS, Finding
from apps.preservation.validation.indications import Indication, explained
from apps.preservation.validation.policies import POLICY, Policy

CLOCKS_DIFFER = timedelta(minutes=10)
# The most that may have changed, by what the signature permits; filling in, where it is silent.
CAPS = {1: "LTA_UPDATES", 2: "FORM_FILLING", 3: "ANNOTATIONS", None: "FORM_FILLING"}
AGED = frozenset({"sha1"})  # still proves that bytes are the same; new ones are refused
WORDS = {
    Indication.PASSED: "Valid",
    Indication.INDETERMINATE: "Undecided",
    Indication.FAILED: "Not valid",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    indication: Indication
    subindication: str  # empty when passed
    intact: bool  # the version that was signed is byte for byte as it was, whoever signed
    untouched: bool  # and nothing was changed since but what it permits
    findings: tuple[Finding, ...]
    reasons: tuple[str, ...]  # sentences, the gravest first
    sentence: str  # with policy and time


def verdict(facts: Facts, number: int, *, at: datetime, policy: Policy = POLICY) -> Verdict:
    """What a file's signature is worth under a policy at a time."""
    signature = facts.signatures[number]
    found = tuple(sorted(set(_found(facts, signature, at)), key=list(Finding).index))
    indication, sub = _crypto(signature), signature.subindication
    for finding in found:
        effect = EFFECTS[finding]
        if effect.indication.gravity > indication.gravity:
            indication, sub = effect.indication, effect.subindication
    return Verdict(
        indication=indication,
        subindication="" if indication is Indication.PASSED else sub,
        intact=_is_intact(signature, found),
        untouched=_is_intact(signature, found) and not any(EFFECTS[one].touches for one in found),
        findings=found,
        reasons=_reasons(signature, found),
        sentence=said(indication, at=at, policy=policy),
    )


def of_file(facts: Facts, *, at: datetime, policy: Policy = POLICY) -> Verdict | None:
    """The gravest verdict of a file; None if it has no signature and no trace of one."""
    verdicts = [
        verdict(facts, number, at=at, policy=policy) for number in range(len(facts.signatures))
    ]
    signed = any(one.kind == "signature" for one in facts.signatures)
    if signed:
        return max(
            verdicts, key=lambda one: (one.indication.gravity, not one.intact, not one.untouched)
        )
    traces = tuple(Finding(one) for one in facts.findings if one in set(Finding))
    if not (traces or verdicts):
        return None
    return Verdict(
        indication=Indication.INDETERMINATE,
        subindication="GENERIC",
        intact=False,
        untouched=False,
        findings=traces,
        reasons=tuple(EFFECTS[one].sentence for one in traces),
        sentence=said(Indication.INDETERMINATE, at=at, policy=policy),
    )


def parse(said: Mapping[str, Any]) -> Verdict:
    """A verdict as it was once given, out of a report of ours."""
    return Verdict(
        indication=Indication(said["indication"]),
        subindication=said["subindication"],
        intact=said["intact"],
        untouched=said["untouched"],
        findings=tuple(Finding(one) for one in said["findings"]),
        reasons=tuple(said["reasons"]),
        sentence=said["sentence"],
    )


def said(indication: Indication, *, at: datetime, policy: Policy) -> str:
    """The sentence that may stand alone: it names policy and time."""
    day = f"{at:%-d %B %Y at %H:%M} UTC"
    return f"{WORDS[indication]} according to policy {policy}, checked on {day}."


def _crypto(signature: Signature) -> Indication:
    """What the ladder said; a word it does not have is undecided."""
    known = set(Indication)
    return (
        Indication(signature.indication)
        if signature.indication in known
        else Indication.INDETERMINATE
    )


def _found(facts: Facts, signature: Signature, at: datetime) -> Iterator[Finding]:
    yield from _broken(signature)
    yield from _times(signature, at)
    told = (*signature.findings, *facts.findings, *facts.carried)
    yield from (Finding(one) for one in told if one in set(Finding))
    if Finding.UNREADABLE not in signature.findings and _exceeds(signature):
        yield Finding.CHANGED
    if any(not stamp.holds for stamp in signature.stamps):
        yield Finding.BROKEN_STAMP
    if not signature.suits and Finding.UNREADABLE not in signature.findings:
        yield Finding.AGED_ALGORITHM if _is_aged(signature) else Finding.UNSUITABLE_ALGORITHM


def _broken(signature: Signature) -> Iterator[Finding]:
    if signature.problem or Finding.UNREADABLE in signature.findings:
        yield Finding.UNREADABLE
        return
    if not signature.whole:
        yield Finding.WRAPPED
    if signature.coverage not in ENTIRE:
        yield Finding.PARTIAL
    if not signature.digest_matches:
        yield Finding.BROKEN_DIGEST
    elif not signature.sound:
        yield Finding.BROKEN_SIGNATURE


def _times(signature: Signature, at: datetime) -> Iterator[Finding]:
    told = [signature.claimed_at, signature.best_at, *(one.at for one in signature.stamps)]
    if any(one and one - at > CLOCKS_DIFFER for one in told):
        yield Finding.FUTURE
    if signature.chain and signature.chain[0].not_before > at:
        yield Finding.NOT_YET


def _exceeds(signature: Signature) -> bool:
    """Whether more changed since than it permits; a word for it that is not known is too much."""
    if signature.modification not in CHANGES:
        return True
    cap = CAPS.get(signature.permits, "LTA_UPDATES")
    return CHANGES.index(signature.modification) > CHANGES.index(cap)


def _is_aged(signature: Signature) -> bool:
    small = bool(signature.chain) and signature.chain[0].key in ("rsa", "dsa")
    return signature.hash in AGED or (small and signature.chain[0].bits < 2048)


def _is_intact(signature: Signature, found: tuple[Finding, ...]) -> bool:
    broken = any(EFFECTS[one].breaks for one in found)
    return signature.digest_matches and signature.sound and not broken


def _reasons(signature: Signature, found: tuple[Finding, ...]) -> tuple[str, ...]:
    ordered = sorted(found, key=lambda one: -EFFECTS[one].indication.gravity)
    sentences = [EFFECTS[one].sentence for one in ordered]
    if _crypto(signature) is not Indication.PASSED:
        sentences.append(explained(signature.subindication))
    return tuple(dict.fromkeys(sentences))
