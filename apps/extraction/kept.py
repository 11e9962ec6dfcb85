"""What is kept of a reading: rows without words, and the part of a field that is sealed."""

from __future__ import annotations

from dataclasses import replace

from apps.base.types import Box
from apps.extraction import calibration, doctypes
from apps.extraction.doctypes import DocType, FieldRule
from apps.extraction.fields import Found, Missing
from apps.extraction.fragments.rules import Fragment
from apps.extraction.guards import WORDED
from apps.extraction.guards.shapes import fits
from apps.extraction.models import Content, Field, Reading, to_edges
from apps.extraction.understanding import Understood
from apps.extraction.values import Kind
from apps.intake import purposes
from apps.intake.models import Document

TEN_THOUSAND = 10_000  # parts of a page in a stored layout


def ten_thousandths(box: Box) -> list[int]:
    """A word's place, coarse enough to be kept in clear."""
    return [round(edge * TEN_THOUSAND) for edge in (box.left, box.top, box.right, box.bottom)]


def field(document: Document, one: Found | Missing, position: int) -> Field:
    common = {
        "document": document,
        "organisation_id": document.organisation_id,
        "name": one.name,
        "position": position,
        "page": one.page,
        "label": to_edges(one.label) if one.label else None,
    }
    if isinstance(one, Missing):
        boxes = [to_edges(one.box)] if one.box else []
        return Field(**common, found=False, confidence=0.0, boxes=boxes)
    return Field(
        **common,
        found=True,
        confidence=one.confidence,
        checks=[list(check) for check in one.checks],
        flags=list(one.flags),
        evidence=_evidence(one),
        boxes=[to_edges(box) for box in one.boxes],
    )


def threshold(reading: Reading, name: str) -> float:
    """The confidence from which on nobody looks, under the calibration and target in force."""
    doctype = doctypes.get(reading.doctype)
    target = reading.error_target
    return calibration.threshold(doctype.rule(name), doctype, reading.engine, error_target=target)


def _evidence(one: Found) -> list[object]:
    """As calibration learns from it later: numbers and words of ours, no content."""
    seen = one.evidence
    return [seen.read, seen.chosen, seen.proved, seen.second.value]


def content(one: Found | Missing, document: Document) -> Content:
    """What a field says, without the fragments that its class hides."""
    if isinstance(one, Missing):
        return Content()
    glyphs = tuple((g.text, round(g.confidence, 4), g.left, g.right) for g in one.glyphs)
    whole = Content(one.value, one.normalised, tuple(one.others), glyphs)
    doctype = doctypes.get(document.reading.doctype)
    return without_fragments(whole, doctype, doctype.rule(one.name))


def without_fragments(content: Content, doctype: DocType, rule: FieldRule) -> Content:
    """What may be kept of a content: fragments are hidden in every part of it.

    What a program reads, such as an amount or an IBAN, has a shape of its own. In it a card alone
    is out of place, and what is left then means nothing.
    """
    kinds = doctype.hidden_in(rule)
    if rule.type in WORDED:
        return content.hiding(kinds, numbered=rule.type == Kind.REFERENCE)
    if fits(content.normalised, rule.type):
        kinds &= {Fragment.CARD}
    left = content.hiding(kinds, numbered=False)
    return replace(left, normalised=left.value) if left.fragments else left


def has_transcript(document: Document, doctype: DocType) -> bool:
    """Whether its sender asked for a transcript, and neither purpose nor class forbids it."""
    terms = document.submission
    purpose = purposes.load().purposes.get(terms.purpose)
    return terms.transcript and doctype.transcript and purpose is not None and purpose.transcript


def flags(understood: Understood) -> list[str]:
    """What speaks against a document or any of its fields, in words of ours: no content."""
    found = [one for one in understood.fields if isinstance(one, Found)]
    return sorted({*understood.notices, *(flag for one in found for flag in one.flags)})
