"""Read a document once: pages, words, class, fields. Words stay in memory."""

import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from django.db import transaction

from apps.audit import services as audit
from apps.audit.tags import Tag
from apps.base.errors import Unreadable
from apps.base.types import Actor, Box
from apps.extraction import doctypes, drawing, fragments, reader
from apps.extraction.doctypes import DocType, FieldRule
from apps.extraction.engines import PageText
from apps.extraction.engines.upright import Lie
from apps.extraction.fields import Found, Missing
from apps.extraction.fragments.rules import Fragment
from apps.extraction.guards import WORDED, plain
from apps.extraction.guards.shapes import fits
from apps.extraction.layout import rows_of
from apps.extraction.models import Content, Field, Page, Reading, to_edges
from apps.extraction.typed import normalise
from apps.extraction.understanding import Understood, understand
from apps.extraction.validators import run
from apps.extraction.values import Habits, Kind
from apps.extraction.values.habits import judge
from apps.extraction.witnesses import Witnesses, together
from apps.intake.models import Document
from apps.jobs import services as jobs
from apps.jobs.models import Job
from apps.vault import services as vault
from apps.vault.models import Artifact
from apps.vault.sealing import Sealing

SYSTEM = Actor("system:reader")
NOTHING_READ = "No text was found on any page. Scan it again, straight and in focus, and resend."
BESIDE = 2  # threads: one draws ahead, one seals what was read
TEN_THOUSAND = 10_000  # parts of a page in a stored layout


@dataclass(slots=True)
class _Read:
    """What reading gave, before any of it is kept."""

    pages: list[PageText] = field(default_factory=list)
    images: list[Sealing] = field(default_factory=list)
    said: list[Witnesses] = field(default_factory=list)  # of each page
    engine: str = ""
    milliseconds: int = 0

    @property
    def words(self) -> int:
        return sum(len(page.words) for page in self.pages)

    def abort(self) -> None:
        for image in self.images:
            image.abort()


def read(document: Document, *, job: Job) -> Reading:
    """Read a document for a job. A second call returns what the first one kept.

    Reading takes seconds a page, so no transaction is open meanwhile; what it gave is kept in
    one, and only while the job is still ours.

    Raises:
        Unreadable: a page cannot be drawn, or no page has text.
        Unavailable: the reader cannot be reached; try again later.
        Fenced: another worker took the job over, or a person stopped it.
    """
    if reading := Reading.objects.filter(document=document).first():
        return reading
    done = _Read()
    try:
        _read_pages(document, done)
        if not done.words:
            raise Unreadable(NOTHING_READ)
        with jobs.fenced(job):
            return _keep(document, done, job)
    except BaseException:
        done.abort()
        raise


@transaction.atomic
def erase_pages(document: Document, *, actor: Actor, reason: str) -> None:
    """Destroy the page images. The fields stay."""
    for page in document.drawn.select_related("image"):
        vault.shred(page.image, actor=actor, reason=reason)


@transaction.atomic
def erase_fields(document: Document, *, actor: Actor, reason: str) -> None:
    """Destroy the key of all values, and the values; names and confidences stay."""
    values = Artifact.objects.of_document(document.pk).filter(kind="fields")
    for artifact in values:
        vault.shred(artifact, actor=actor, reason=reason)
    Field.objects.filter(document=document).update(sealed=None)


def doctype_of(document: Document) -> DocType | None:
    """The class a document was read as; None before it was read."""
    with suppress(Reading.DoesNotExist):
        return doctypes.get(document.reading.doctype)
    return None


def check_typed(
    document: Document, rule: FieldRule, typed: str
) -> tuple[str, tuple[tuple[str, bool], ...]]:
    """The normalised form of what a person typed for a field, and how it fares at its checks.

    Where fragments are hidden the rest means nothing by itself, and is left as it is.
    """
    if fragments.SIGN in typed:
        normalised = typed
    else:
        normalised = plain(
            normalise(typed, rule.type, Habits(**document.reading.habits)), rule.type
        )
    return normalised, run(rule.validators, normalised, typed)


def without_fragments(content: Content, document: Document, rule: FieldRule) -> Content:
    """What may be kept of a content: fragments are hidden in every part of it.

    What a program reads, such as an amount or an IBAN, has a shape of its own. In it a card alone
    is out of place, and what is left then means nothing.
    """
    kinds = doctypes.get(document.reading.doctype).hidden_in(rule)
    if rule.type in WORDED:
        return content.hiding(kinds, numbered=rule.type == Kind.REFERENCE)
    if fits(content.normalised, rule.type):
        kinds &= {Fragment.CARD}
    left = content.hiding(kinds, numbered=False)
    return replace(left, normalised=left.value) if left.fragments else left


def _read_pages(document: Document, done: _Read) -> None:
    """While a page is read, the next one is drawn and the one before is sealed.

    The reader is what takes time, and it waits for nothing else. At most three pages are in
    memory; threads beside this one never speak to the database.
    """
    began = time.monotonic()
    with (
        vault.open(document.original, actor=SYSTEM, purpose="reading") as source,
        ThreadPoolExecutor(BESIDE) as beside,
    ):
        sealed: Future[None] | None = None
        drawn = drawing.draw(source, document.media_type, hear=done.said.append)
        for number, pixels in drawing.ahead(drawn, beside):
            page, done.engine = reader.read_page(pixels, number)
            done.pages.append(page)
            if sealed:
                sealed.result()
            done.images.append(drawing.begin_image(document))
            lie = Lie(page.turned, page.skew)
            sealed = beside.submit(drawing.seal_image, done.images[-1], pixels, lie=lie)
        if sealed:
            sealed.result()
    done.milliseconds = int((time.monotonic() - began) * 1000)


def _keep(document: Document, done: _Read, job: Job) -> Reading:
    understood = understand(
        done.pages,
        engine=done.engine,
        said=document.submission.doctype,
        asked=document.submission.fields,
        witnesses=together(done.said),
    )
    guess = understood.guess
    reading = Reading.objects.create(
        document=document,
        organisation_id=document.organisation_id,
        engine=done.engine,
        doctype=guess.doctype.name,
        doctype_confidence=guess.confidence,
        habits=asdict(judge([row for page in done.pages for row in rows_of(page)])),
        words=done.words,
        milliseconds=done.milliseconds,
    )
    _keep_pages(document, done)
    _keep_fields(document, understood.fields)
    _record(document, reading, understood, job)
    return reading


def _keep_pages(document: Document, done: _Read) -> None:
    for page, image in zip(done.pages, done.images, strict=True):
        Page.objects.create(
            document=document,
            organisation_id=document.organisation_id,
            number=page.number,
            width=page.width,
            height=page.height,
            image=vault.keep(image, actor=SYSTEM),
            layout=[_ten_thousandths(word.box) for word in page.words],
        )


def _ten_thousandths(box: Box) -> list[int]:
    return [round(edge * TEN_THOUSAND) for edge in (box.left, box.top, box.right, box.bottom)]


def _keep_fields(document: Document, found: Sequence[Found | Missing]) -> None:
    cipher = vault.open_values(document.pk, organisation=document.organisation_id, actor=SYSTEM)
    rows = []
    for position, one in enumerate(found):
        row = _field(document, one, position)
        row.seal(_content(one, document), cipher)
        rows.append(row)
    Field.objects.bulk_create(rows)


def _field(document: Document, one: Found | Missing, position: int) -> Field:
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


def _evidence(one: Found) -> list[object]:
    """As calibration learns from it later: numbers and words of ours, no content."""
    seen = one.evidence
    return [seen.read, seen.chosen, seen.proved, seen.second.value]


def _content(one: Found | Missing, document: Document) -> Content:
    if isinstance(one, Missing):
        return Content()
    glyphs = tuple((g.text, round(g.confidence, 4), g.left, g.right) for g in one.glyphs)
    content = Content(one.value, one.normalised, tuple(one.others), glyphs)
    rule = doctypes.get(document.reading.doctype).rule(one.name)
    return without_fragments(content, document, rule)


def _record(document: Document, reading: Reading, understood: Understood, job: Job) -> None:
    about: dict[str, Any] = {
        "actor": SYSTEM,
        "subject": document.reference,
        "organisation": document.organisation_id,
        "document": document.pk,
    }
    read_event = audit.record(
        Tag.DOCUMENT_READ,
        **about,
        engine=reading.engine,
        pages=document.pages,
        words=reading.words,
        milliseconds=reading.milliseconds,
    )
    class_event = audit.record(
        Tag.DOCUMENT_CLASSIFIED,
        **about,
        doctype=reading.doctype,
        per_mille=round(reading.doctype_confidence * 1000),
        fields=len(understood.fields),
    )
    if flags := _flags(understood):
        audit.record(Tag.DOCUMENT_FLAGGED, **about, flags=flags)
    jobs.prove(job, event=str(read_event.pk), engine=reading.engine)
    jobs.note(job, "classified", event=str(class_event.pk), doctype=reading.doctype)


def _flags(understood: Understood) -> list[str]:
    """What speaks against a document or any of its fields, in words of ours: no content."""
    found = [one for one in understood.fields if isinstance(one, Found)]
    return sorted({*understood.notices, *(flag for one in found for flag in one.flags)})
