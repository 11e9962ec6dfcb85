"""XML of strangers, read without doing anything that it asks for."""

from __future__ import annotations

from typing import Any

from lxml import etree

LONGEST = 1 << 26  # bytes
XSI = "http://www.w3.org/2001/XMLSchema-instance"


class NotRead(Exception):
    """It cannot be read as what it should be; the sentence says why."""


def read(raw: bytes) -> Any:
    """The root element. No entity is put in place, nothing is fetched, no depth is without end.

    Raises:
        NotRead: it is no XML, or it is XML that asks for more than being read.
    """
    if len(raw) > LONGEST:
        raise NotRead("It is too long to be read.")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        tree = etree.fromstring(raw, parser).getroottree()
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotRead("It is not well-formed XML.") from error
    if tree.docinfo.doctype:
        raise NotRead("It has a document type of its own, which may say anything.")
    return tree.getroot()


def name(element: Any) -> str:
    """The local name; empty for comments and instructions."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def namespace(element: Any) -> str:
    return (etree.QName(element).namespace or "") if isinstance(element.tag, str) else ""


def children(element: Any) -> list[Any]:
    """Elements only."""
    return [one for one in element if isinstance(one.tag, str)]


def words(element: Any) -> str:
    return "".join(element.itertext()).strip()
