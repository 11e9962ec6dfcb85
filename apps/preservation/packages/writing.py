"""A record and what happened to it as PREMIS 3, for archives that know no portal.

Source: PREMIS Data Dictionary 3.0; types of events from id.loc.gov, preservation/eventType.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

from apps.audit.tags import Tag

ALGORITHMS = {"sha256": "SHA-256", "sha512": "SHA-512"}
VERSION = "3.0"
OURS = "portal"  # the type of ids that only we give out
PREMIS_3 = "http://www.loc.gov/premis/v3"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
FORMATS = {"application/pdf": "Portable Document Format"}
# What archives call what happened; the rest goes by our own names.
TYPES: Mapping[str, str] = {
    Tag.DOCUMENT_RECEIVED: "ingestion",
    Tag.ARTIFACT_SEALED: "encryption",
    Tag.ARTIFACT_OPENED: "decryption",
    Tag.ARTIFACT_SHREDDED: "deletion",
    Tag.DOCUMENT_READ: "extraction",
    Tag.COPY_MADE: "replication",
    Tag.COPY_DAMAGED: "quarantine",
    Tag.COPY_REPAIRED: "recovery",
    Tag.EVIDENCE_MADE: "information package creation",
    Tag.EVIDENCE_DOWNLOADED: "dissemination",
    Tag.CLOCK_SET: "policy assignment",
    Tag.HOLD_PLACED: "policy assignment",
}


@dataclass(frozen=True, slots=True)
class File:
    """An object: the original, or something that was made from it."""

    identifier: str
    digests: Mapping[str, str]  # by name of the algorithm in a record
    media_type: str
    size: int | None = None  # bytes
    made_from: str = ""  # the identifier of the original
    tool: str = ""  # that made it, "name/version"


def document(
    files: Sequence[File], events: Iterable[Mapping[str, Any]], names: Mapping[str, str]
) -> bytes:
    """The whole document; `events` are bodies of the trail, `names` of those who acted."""
    root = etree.Element(_tag("premis"), {"version": VERSION}, nsmap={None: PREMIS_3, "xsi": XSI})
    for file in files:
        _object(root, file)
    actors: dict[str, None] = {}
    for body in events:
        actors[body["actor"]] = None
        _event(root, body, files[0].identifier)
    for actor in actors:
        _agent(root, actor, names.get(actor, ""))
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _object(root: Any, file: File) -> None:
    element = _in(root, "object")
    element.set(f"{{{XSI}}}type", "file")
    _identifier(element, "object", file.identifier)
    about = _in(element, "objectCharacteristics")
    _in(about, "compositionLevel", "0")
    for name, digest in file.digests.items():
        fixity = _in(about, "fixity")
        _in(fixity, "messageDigestAlgorithm", ALGORITHMS[name])
        _in(fixity, "messageDigest", digest)
        _in(fixity, "messageDigestOriginator", "Arrowslit")
    if file.size is not None:
        _in(about, "size", str(file.size))
    named = _in(_in(about, "format"), "formatDesignation")
    _in(named, "formatName", FORMATS.get(file.media_type, file.media_type))
    if file.tool:
        _in(_in(about, "creatingApplication"), "creatingApplicationName", file.tool)
    if file.made_from:
        _relationship(element, file.made_from)


def _relationship(element: Any, original: str) -> None:
    relationship = _in(element, "relationship")
    _in(relationship, "relationshipType", "derivation")
    _in(relationship, "relationshipSubType", "has source")
    related = _in(relationship, "relatedObjectIdentifier")
    _in(related, "relatedObjectIdentifierType", OURS)
    _in(related, "relatedObjectIdentifierValue", original)


def _event(root: Any, body: Mapping[str, Any], original: str) -> None:
    element = _in(root, "event")
    _identifier(element, "event", body["id"], "UUID")
    _in(element, "eventType", TYPES.get(body["tag"], body["tag"]))
    _in(element, "eventDateTime", body["at"])
    _in(_in(element, "eventDetailInformation"), "eventDetail", body["tag"])
    _in(_in(element, "eventOutcomeInformation"), "eventOutcome", body["outcome"])
    _link(element, "linkingAgent", body["actor"])
    _link(element, "linkingObject", original)


def _agent(root: Any, actor: str, name: str) -> None:
    element = _in(root, "agent")
    _identifier(element, "agent", actor)
    if name:
        _in(element, "agentName", name)
    _in(element, "agentType", "person" if actor.startswith("user:") else "software")


def _identifier(element: Any, of: str, value: str, kind: str = OURS) -> None:
    identifier = _in(element, f"{of}Identifier")
    _in(identifier, f"{of}IdentifierType", kind)
    _in(identifier, f"{of}IdentifierValue", value)


def _link(element: Any, to: str, value: str) -> None:
    link = _in(element, f"{to}Identifier")
    _in(link, f"{to}IdentifierType", OURS)
    _in(link, f"{to}IdentifierValue", value)


def _in(parent: Any, name: str, text: str | None = None) -> Any:
    element = etree.SubElement(parent, _tag(name))
    element.text = text
    return element


def _tag(name: str) -> str:
    return f"{{{PREMIS_3}}}{name}"
