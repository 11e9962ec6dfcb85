"""What one cell of the policy said, version by version."""

from collections.abc import Iterable
from dataclasses import dataclass

from apps.retention.matrix import said_of
from apps.retention.models import PolicyVersion
from apps.retention.packs import KINDS
from apps.retention.services import policy_of


@dataclass(frozen=True, slots=True)
class Said:
    """What was said from one version on, or would be."""

    version: PolicyVersion
    text: str


def history(versions: Iterable[PolicyVersion], *, kind: str, about: str) -> list[Said]:
    """What a cell said, newest first; a version that changed nothing of it is left out.

    `about` is "doctype:NAME", "tier:NAME" or "all:". Raises KeyError: there is no such kept thing.
    """
    if kind not in KINDS:
        raise KeyError(kind)
    what, _, name = about.partition(":")
    scope = {what: name} if name and what in ("doctype", "tier") else {}
    found: list[Said] = []
    for version in versions:  # oldest first
        text = said_of(policy_of(version).rule(kind, **scope))
        if not found or found[-1].text != text:
            found.append(Said(version, text))
    return found[::-1]
