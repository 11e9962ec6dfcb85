"""Why a document may be processed: the purposes and legal bases a sender chooses from."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("purposes.toml")


@dataclass(frozen=True, slots=True)
class Basis:
    name: str
    title: str
    hint: str


@dataclass(frozen=True, slots=True)
class Purpose:
    name: str
    title: str
    bases: tuple[str, ...]  # names of the legal bases that can carry it; the first is usual
    doctypes: tuple[str, ...]  # the classes it usually concerns
    transcript: bool = False  # whether the whole text may be asked for
    signed: bool = False  # whether what is sent for it counts as signed


@dataclass(frozen=True, slots=True)
class Terms:
    purposes: dict[str, Purpose]
    bases: dict[str, Basis]


@cache
def load() -> Terms:
    data = tomllib.loads(FILE.read_text())
    bases = {entry["name"]: Basis(**entry) for entry in data["basis"]}
    purposes = {
        entry["name"]: Purpose(
            name=entry["name"],
            title=entry["title"],
            bases=tuple(entry["bases"]),
            doctypes=tuple(entry["doctypes"]),
            transcript=entry.get("transcript", False),
            signed=entry.get("signed", False),
        )
        for entry in data["purpose"]
    }
    return Terms(purposes, bases)


def are_signed(purpose: str) -> bool:
    """Whether PDFs sent for a purpose are signed originals, whatever they carry."""
    known = load().purposes.get(purpose)
    return known is not None and known.signed
