"""One export as a bag, written from beginning to end in little memory."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from tempfile import TemporaryFile
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from apps.assurance.exports import lines as forms
from apps.assurance.exports import printing
from apps.assurance.exports.lines import Line, Table
from apps.audit.proving import Anchored
from apps.audit.tree import Signed
from apps.base.bag import Bag, Sink

VERIFIER = settings.BASE_DIR / "static" / "verify_audit.py"
STYLE = "audit/export/cover.css"
COVER = "audit/export/cover.html"
TELL = 2_000  # events between two words about progress

Progress = Callable[[int], object]


@dataclass(slots=True)
class Summary:
    """What the cover says of the events, gathered while they are written."""

    events: int = 0
    retired: int = 0  # of them, only the hash is left
    words: int = 0  # of them, with what a person wrote
    first: str = ""  # time of the earliest
    last: str = ""
    tags: Counter[tuple[str, str]] = field(default_factory=Counter)  # action and outcome
    actors: set[str] = field(default_factory=set)

    def add(self, line: Line) -> None:
        self.events += 1
        if not line.said:
            self.retired += 1
            return
        self.words += line.words is not None
        at = line.said["at"]
        self.first, self.last = min(self.first or at, at), max(self.last, at)
        self.tags[line.said["tag"], line.said["outcome"]] += 1
        self.actors.add(line.said["actor"])


@dataclass(frozen=True, slots=True)
class Contents:
    """What an export is made of."""

    reference: str
    organisation: str  # its name
    lines: Iterator[Line]  # read once
    signed: Signed
    keys: Sequence[str]  # verifier keys
    proofs: Mapping[str, Any]
    anchors: Sequence[Anchored]
    cover: Mapping[str, Any]  # what else the cover says
    names: Callable[[set[str]], Mapping[str, str]] | None  # who is who, if that is asked for


def pack(contents: Contents, sink: Sink, *, now: datetime, progress: Progress) -> Summary:
    """Write the bag, reading every event once."""
    summary = Summary()
    bag = Bag(sink, name=contents.reference, now=now)
    _add_events(bag, _counted(contents.lines, summary, progress))
    bag.add("data/checkpoint.txt", contents.signed.note)
    bag.add("data/proofs.json", json.dumps(contents.proofs, indent=1) + "\n")
    bag.add("data/keys.txt", "".join(f"{key}\n" for key in contents.keys))
    for anchor in contents.anchors:
        bag.add(f"data/anchors/{anchor.name}.txt", anchor.note)
        bag.add(f"data/anchors/{anchor.name}.tsr", anchor.token)
    if contents.names:
        bag.add_lines("data/names.csv", _names(contents.names(summary.actors)))
    _add_cover(bag, contents, summary, now)
    bag.add("verify_audit.py", VERIFIER.read_bytes())
    bag.close(_about(contents, now))
    return summary


def _add_events(bag: Bag, lines: Iterator[Line]) -> None:
    """All three forms of the events.

    An archive takes one file at a time, so two of them wait in files that have no name and end
    with us. They hold what the database holds in clear anyway, and nothing that people wrote.
    """
    table = Table()
    with TemporaryFile() as rows, TemporaryFile() as collected:
        with bag.file("data/events.jsonl") as events:
            for line in lines:
                events.write(forms.as_json(line))
                rows.write(table.row(line))
                collected.write(forms.as_ocsf(line))
        rows.write(table.taken())  # the header, where there was no event
        bag.add_from("data/events.csv", rows)
        bag.add_from("data/ocsf.jsonl", collected)


def _counted(lines: Iterator[Line], summary: Summary, progress: Progress) -> Iterator[Line]:
    for line in lines:
        summary.add(line)
        if summary.events % TELL == 0:
            progress(summary.events)
        yield line
    progress(summary.events)


def _names(names: Mapping[str, str]) -> Iterator[bytes]:
    rows = sorted(names.items())
    return (f'{actor},"{_quoted(name)}"\r\n'.encode() for actor, name in [("actor", "name"), *rows])


def _quoted(name: str) -> str:
    return forms.harmless(name).replace('"', '""')


def _add_cover(bag: Bag, contents: Contents, summary: Summary, now: datetime) -> None:
    about = {
        **contents.cover,
        "contents": contents,
        "summary": summary,
        "counts": sorted(summary.tags.items()),
        "now": now,
        "verifier": verifier(),
        "root": contents.signed.root.hex(),
    }
    page = render_to_string(COVER, about)
    bag.add("data/cover.html", page)
    bag.add("data/cover.pdf", printing.as_pdf(page, now=now))
    bag.add("data/cover.css", render_to_string(STYLE))


@cache
def verifier() -> str:
    """The digest of the program that checks an export."""
    return hashlib.sha256(VERIFIER.read_bytes()).hexdigest()


def _about(contents: Contents, now: datetime) -> dict[str, str]:
    return {
        "Source-Organization": contents.organisation,
        "External-Identifier": contents.reference,
        "External-Description": "Events of an audit trail, with what proves them",
        "Bagging-Date": now.date().isoformat(),
        "Bag-Software-Agent": "Arrowslit",
    }
