"""METS with PREMIS in it, or PREMIS alone, as others send it: read, and judged in two grades.

What cannot be read, or contradicts itself, is an error: an address that is none, a reference to
nothing, a document made tomorrow. What is only less than its standard asks for is a fault, and
the rest can be used all the same.

Source: METS 1.12; PREMIS 2 and 3.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from apps.preservation.jailed import markup, premis
from apps.preservation.jailed.markup import NotRead

METS, XLINK = "http://www.loc.gov/METS/", "http://www.w3.org/1999/xlink"
REFERENCES = ("ADMID", "DMDID")
SLACK = timedelta(days=1)  # between clocks and zones that a document does not name


@dataclass(frozen=True, slots=True)
class Thing:
    """An object, event or agent of PREMIS, as far as it names itself."""

    entity: str
    identifiers: tuple[tuple[str, str], ...]  # type and value
    said: dict[str, str]  # the first text of each element in it


@dataclass(slots=True)
class Reading:
    errors: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    things: list[Thing] = field(default_factory=list)
    files: list[str] = field(default_factory=list)  # where METS says that files are

    @property
    def parses(self) -> bool:
        return not self.errors


def read(raw: bytes, *, now: datetime) -> Reading:
    """Read a document; never raises for what is wrong with it."""
    reading = Reading()
    try:
        root = markup.read(raw)
        _read(root, reading, now)
    except NotRead as error:
        reading.errors.append(str(error))
    return reading


def _read(root: Any, reading: Reading, now: datetime) -> None:
    space, named = markup.namespace(root), markup.name(root)
    if space == METS and named == "mets":
        reading.errors += _of_mets(root, now)
        reading.files += [one.get(f"{{{XLINK}}}href", "") for one in root.iter(f"{{{METS}}}FLocat")]
    elif not (space in premis.NAMESPACES and named in ("premis", *premis.ENTITIES)):
        raise NotRead("It is neither METS nor PREMIS.")
    for element in _outermost(root):
        reading.faults += premis.faults(element)
    reading.things += _things(root)


def _of_mets(root: Any, now: datetime) -> Iterator[str]:
    ids = Counter(one.get("ID") for one in root.iter(f"{{{METS}}}*") if one.get("ID"))
    if any(count > 1 for count in ids.values()):
        yield "Two elements have one ID."
    yield from _header(root, now)
    yield from _maps(root, {one.get("ID") for one in root.iter(f"{{{METS}}}file")})
    named = {one.get("ID") for one in root.iter() if one.get("ID")}
    for element in root.iter(f"{{{METS}}}*"):
        for attribute in REFERENCES:
            if not set(element.get(attribute, "").split()) <= named:
                yield f"{attribute} refers to nothing."
        if not is_address(element.get(f"{{{XLINK}}}href", "")):
            yield "A file or reference has an address that is none."


def _header(root: Any, now: datetime) -> Iterator[str]:
    for header in root.iter(f"{{{METS}}}metsHdr"):
        for attribute in ("CREATEDATE", "LASTMODDATE"):
            text = header.get(attribute)
            if text is None:
                continue
            at = _time(text)
            if at is None:
                yield f"{attribute} is not a time."
            elif at > now + SLACK:
                yield f"{attribute} is later than now."


def _maps(root: Any, files: set[str | None]) -> Iterator[str]:
    maps = root.findall(f"{{{METS}}}structMap")
    if not maps:
        yield "There is no structMap."
    for one in maps:
        if len(one.findall(f"{{{METS}}}div")) != 1:
            yield "A structMap does not have one division at its top."
    for pointer in root.iter(f"{{{METS}}}fptr", f"{{{METS}}}area"):
        if pointer.get("FILEID") is not None and pointer.get("FILEID") not in files:
            yield "The structMap names a file that is not there."


def is_address(text: str) -> bool:
    """Whether text can be the address of something, absolute or beside the document."""
    try:
        _ = urlsplit(text).port  # which is read only when it is asked for
    except ValueError:
        return False
    return not re.search(r"[\x00-\x1f]", text)


def _time(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _outermost(root: Any) -> Iterator[Any]:
    """Elements of PREMIS that are in no other one."""
    if markup.namespace(root) in premis.NAMESPACES:
        yield root
        return
    for element in root.iter():
        parent = element.getparent()
        inside = parent is not None and markup.namespace(parent) in premis.NAMESPACES
        if markup.namespace(element) in premis.NAMESPACES and not inside:
            yield element


def _things(root: Any) -> Iterator[Thing]:
    for element in root.iter():
        if markup.namespace(element) in premis.NAMESPACES:
            entity = markup.name(element)
            if entity in premis.ENTITIES and entity != "rights":
                yield _thing(element, entity)


def _thing(element: Any, entity: str) -> Thing:
    said: dict[str, str] = {}
    for one in element.iter():
        if isinstance(one.tag, str) and not markup.children(one):
            said.setdefault(markup.name(one), markup.words(one))
    identifiers = []
    for one in markup.children(element):
        if markup.name(one) == f"{entity}Identifier":
            pair = [markup.words(part) for part in markup.children(one)]
            identifiers.append((pair[0], pair[1]) if len(pair) > 1 else ("", ""))
    return Thing(entity, tuple(identifiers), said)
