"""Behind the wall: the structured invoices that a PDF carries beside its pages.

Hybrid e-invoices (Factur-X, ZUGFeRD, XRechnung) attach the invoice as XML. Nothing of it is
believed here: it is parsed without entities, documents of types and network, within bounds, and
what stands at the known places is told.
"""

from __future__ import annotations

import io
import re
import tomllib
import zlib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pikepdf
from lxml import etree

MOST_FILES = 20  # attached; further ones are not looked at
MOST_INVOICES = 4
MOST_XML = 8 << 20  # bytes of one attached file, packed or not
MOST_VALUES = 8  # of one field
LONGEST = 300  # characters of a value
DATE = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)")
Invoice = Mapping[str, list[str]]  # values by field


class Refused(Exception):
    """An attached file is not parsed to its end: too large, packed oddly, or no honest XML."""


def invoices(content: bytes) -> tuple[list[Invoice], bool]:
    """The structured invoices in a PDF, and whether any attached XML was refused."""
    found: list[Invoice] = []
    refused = False
    with pikepdf.open(io.BytesIO(content)) as document:
        for attached in _attached(document):
            try:
                if (invoice := _invoice(_unpacked(attached))) is not None:
                    found.append(invoice)
            except (Refused, etree.LxmlError, zlib.error):
                refused = True
    return found[:MOST_INVOICES], refused or len(found) > MOST_INVOICES


def _attached(document: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    """The streams of attached files whose names say that they are XML."""
    for number, (name, spec) in enumerate(document.attachments.items()):
        if number == MOST_FILES:
            return
        if name.lower().endswith(".xml") or spec.filename.lower().endswith(".xml"):
            yield spec.get_file().obj


def _unpacked(stream: pikepdf.Object) -> bytes:
    """Bytes of a stream that is packed in no way or in the usual one; never more than we allow."""
    raw, packed = stream.read_raw_bytes(), stream.get("/Filter")
    if len(raw) > MOST_XML:
        raise Refused
    if packed is None or packed == pikepdf.Array():
        return raw
    if packed not in (pikepdf.Name.FlateDecode, pikepdf.Array([pikepdf.Name.FlateDecode])):
        raise Refused
    unpacking = zlib.decompressobj()
    content = unpacking.decompress(raw, MOST_XML)
    if unpacking.unconsumed_tail:
        raise Refused
    return content


def _invoice(content: bytes) -> Invoice | None:
    """Values by field; None for XML that is no invoice."""
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, dtd_validation=False, no_network=True,
        huge_tree=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    root = etree.fromstring(content, parser)
    if root.getroottree().docinfo.doctype:  # no invoice has one, and only there can entities stand
        raise Refused
    for syntax in _syntaxes():
        if etree.QName(root).localname in syntax["roots"]:
            return {name: _values(root, paths) for name, paths in syntax["fields"].items()}
    return None


def _values(root: Any, places: list[str]) -> list[str]:
    found: list[str] = []
    for place in places:
        for element in root.iterfind(_anywhere(place)):
            text = " ".join((element.text or "").split())
            if text and len(found) < MOST_VALUES:
                found.append(_iso(element, text)[:LONGEST])
    return found


def _iso(element: Any, text: str) -> str:
    """A date as ISO 8601, other text as it stands."""
    if etree.QName(element).localname.endswith(("DateTimeString", "Date")):
        return "-".join(match.groups()) if (match := DATE.match(text)) else text
    return text


@cache
def _anywhere(place: str) -> str:
    """A place in any namespace."""
    return "/".join("{*}" + step for step in place.split("/"))


@cache
def _syntaxes() -> list[dict[str, Any]]:
    text = Path(__file__).with_name("einvoices.toml").read_text(encoding="utf-8")
    return list(tomllib.loads(text).values())
