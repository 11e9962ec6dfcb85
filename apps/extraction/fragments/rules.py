"""The rules of `fragments.toml`, checked when they are loaded."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from stdnum import get_cc_module
from stdnum import luhn as stdnum_luhn

LEAST = 5  # digits of a number that a label names
# A label ends where its letters do, or where engines lost the space before "no".
ENDS = r"(?=[^A-Z]|n[or\u00b0]|num|card|karte|carte|kaart|tarjeta)"
# What may stand between a label and its number: "Member card no.: 123".
GAP = (
    r"(?:[\s.:#\u00b0\u00ba/-]{0,3}"
    r"(?:no|nr|n(?=\u00b0)|num(?:ber|mer|ero)?|card|karte|carte|kaart|tarjeta|code|id|is)?(?![A-Z])){0,3}"
    r"[\s.:#\u00b0\u00ba-]{0,3}"
)


class Fragment(StrEnum):
    """A kind of number that is hidden inside other values."""

    CARD = "card"
    LOYALTY = "loyalty"
    NATIONAL_ID = "national_id"
    HEALTH = "health"


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who issues cards: how their numbers begin and how long they are."""

    begins: Sequence[tuple[str, str]]  # first and last of a range of leading digits
    lengths: frozenset[int]


@dataclass(frozen=True, slots=True)
class Rule:
    """One way in which a kind of number is told."""

    kind: Fragment
    pattern: re.Pattern[str]  # the group `number` is what is hidden
    check: str = ""  # module of python-stdnum
    least: int = 0  # digits

    def proves(self, number: str) -> bool:
        """Whether a number of the right shape is one."""
        if sum(sign.isdigit() for sign in number) < self.least:
            return False
        return not self.check or bool(_checker(self.check).is_valid(number.upper()))


@cache
def issuers() -> tuple[Issuer, ...]:
    return tuple(
        Issuer([(first, last) for first, last in one["begins"]], frozenset(one["lengths"]))
        for one in _data()["issuers"]
    )


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule beside those for cards. Raises if one names a check that is not there."""
    return (*map(_alone, _data()["alone"]), *map(_labelled, _data()["labelled"]))


def _alone(data: Mapping[str, Any]) -> Rule:
    pattern = rf"(?<![A-Z0-9])(?<!\d[-.])(?P<number>{data['shape']})(?![A-Z0-9]|[-.]\d)"
    rule = Rule(Fragment(data["kind"]), _compiled(pattern), data.get("check", ""))
    if rule.check:
        _checker(rule.check)
    return rule


def _labelled(data: Mapping[str, Any]) -> Rule:
    words = sorted((re.escape(word) for word in data["words"]), key=len, reverse=True)
    named = "|".join(word.replace(r"\ ", r"\s?") for word in words)
    pattern = rf"(?<![A-Z])(?:{named}){ENDS}{GAP}(?P<number>{data['number']})"
    return Rule(Fragment(data["kind"]), _compiled(pattern), least=data.get("least", LEAST))


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


@cache
def _checker(name: str) -> Any:
    return stdnum_luhn if name == "luhn" else get_cc_module(*name.split("."))


@cache
def _data() -> Mapping[str, Any]:
    path = Path(__file__).with_name("fragments.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))
