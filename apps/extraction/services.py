"""Read a document: pages, words, class, fields. Words stay in memory.

Once, unless a person had to say which class it is: its fields then need the words again.
"""

import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.audit import services as audit
from apps.audit.tags import Tag
from apps.base.errors import Gone, Unreadable
from apps.base.types import Actor
from apps.extraction import calibration, doctypes, drawing, fragments, kept, reader, standards
from apps.extraction.again import understood
from apps.extraction.doctypes import DocType, FieldRule
from apps.extraction.engines import PageText
from apps.extraction.engines.upright import Lie
from apps.extraction.fields import Found, Missing
from apps.extraction.guards import plain
from apps.extraction.layout import rows_of
from apps.extraction.models import Field, Page, Reading
from apps.extraction.typed import normalise
from apps.extraction.understanding import Understood, wanted
from apps.extraction.validators import run
from apps.extraction.values import Habits
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
CHOSEN_TOO_LATE = (
    "Nobody chose a class while the file was there. Send it again and say which class it is."
)
BESIDE = 2  # threads: one draws ahead, one seals what was read


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
        understood = _understood(document, done, said=document.submission.doctype)
        with jobs.fenced(job):
            return _keep(document, done, understood, job)
    except BaseException:
        done.abort()
        raise


def type_fields(document: Document, *, chosen: str, job: Job) -> None:
    """Keep the fields of a document whose class a person was asked for. Twice is once.

    `chosen` is that class; empty where nobody could say, so that the likeliest one stands. The
    words of the first reading are gone, so they are read again: only if something is looked for.

    Raises:
        Gone: the file outlived its clock before anybody chose.
        Unavailable, Fenced: as `read`.
    """
    reading = Reading.objects.select_related("document__submission").get(document=document)
    if not reading.waits:
        return
    done, name = _Read(), chosen or reading.doctype
    if wanted(doctypes.get(name), document.submission.fields):
        try:
            _read_pages(document, done, images=False)
        except Gone as error:
            raise Gone(CHOSEN_TOO_LATE) from error
    understood = _understood(document, done, said=name)
    with jobs.fenced(job):
        if chosen:
            reading.doctype, reading.doctype_confidence, reading.chosen = chosen, 1.0, True
        _type_again(reading, done, understood, job)


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
    """The class a document was read as; None before it was read, or while a person is asked."""
    with suppress(Reading.DoesNotExist):
        if name := document.reading.class_said:
            return doctypes.get(name)
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


def _read_pages(document: Document, done: _Read, *, images: bool = True) -> None:
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
            if not images:
                continue
            done.images.append(drawing.begin_image(document))
            lie = Lie(page.turned, page.skew)
            sealed = beside.submit(drawing.seal_image, done.images[-1], pixels, lie=lie)
        if sealed:
            sealed.result()
    done.milliseconds = int((time.monotonic() - began) * 1000)


def _understood(document: Document, done: _Read, *, said: str) -> Understood:
    heard = together(done.said)
    return understood(document, done.pages, engine=done.engine, said=said, witnesses=heard)


def _keep(document: Document, done: _Read, understood: Understood, job: Job) -> Reading:
    """Everything but the words; without the fields while a person has to say of which class."""
    guess = understood.guess
    asks = document.submission.manual_review and not guess.is_sure
    reading = Reading.objects.create(
        document=document,
        organisation_id=document.organisation_id,
        engine=done.engine,
        doctype=guess.doctype.name,
        doctype_confidence=guess.confidence,
        ranked=list(guess.ranked) if asks else [],
        habits=asdict(judge([row for page in done.pages for row in rows_of(page)])),
        words=done.words,
        milliseconds=done.milliseconds,
        calibration=calibration.governing(done.engine),
        **standards.of_organisation(document.organisation_id).as_governing,
    )
    _keep_pages(document, done)
    _record_reading(reading, job)
    if not reading.waits:
        _keep_fields(document, understood.fields)
        event = _record_class(reading, understood)
        by = reading.decided_by.value
        jobs.note(job, "classified", event=event, doctype=reading.doctype, by=by)
    return reading


def _type_again(reading: Reading, done: _Read, understood: Understood, job: Job) -> None:
    if done.pages:
        reading.engine, reading.words = done.engine, done.words
        reading.milliseconds += done.milliseconds
        _record_reading(reading, job)
    reading.typed_at = timezone.now()
    reading.save()
    _keep_fields(reading.document, understood.fields)
    jobs.prove(job, event=_record_class(reading, understood))


def _keep_pages(document: Document, done: _Read) -> None:
    for page, image in zip(done.pages, done.images, strict=True):
        Page.objects.create(
            document=document,
            organisation_id=document.organisation_id,
            number=page.number,
            width=page.width,
            height=page.height,
            image=vault.keep(image, actor=SYSTEM),
            layout=[kept.ten_thousandths(word.box) for word in page.words],
        )


def _keep_fields(document: Document, found: Sequence[Found | Missing]) -> None:
    cipher = vault.open_values(document.pk, organisation=document.organisation_id, actor=SYSTEM)
    rows = []
    for position, one in enumerate(found):
        row = kept.field(document, one, position)
        row.threshold = kept.threshold(document.reading, one.name)
        row.seal(kept.content(one, document), cipher)
        rows.append(row)
    Field.objects.bulk_create(rows)


def _record_reading(reading: Reading, job: Job) -> None:
    event = audit.record(
        Tag.DOCUMENT_READ,
        **_about(reading.document),
        engine=reading.engine,
        pages=reading.document.pages,
        words=reading.words,
        milliseconds=reading.milliseconds,
    )
    jobs.prove(job, event=str(event.pk), engine=reading.engine)


def _record_class(reading: Reading, understood: Understood) -> str:
    about = _about(reading.document)
    event = audit.record(
        Tag.DOCUMENT_CLASSIFIED,
        **about,
        doctype=reading.doctype,
        per_mille=round(reading.doctype_confidence * 1000),
        by=reading.decided_by.value,
        fields=len(understood.fields),
    )
    if flags := kept.flags(understood):
        audit.record(Tag.DOCUMENT_FLAGGED, **about, flags=flags)
    return str(event.pk)


def _about(document: Document) -> dict[str, Any]:
    return {
        "actor": SYSTEM,
        "subject": document.reference,
        "organisation": document.organisation_id,
        "document": document.pk,
        "workspace": document.workspace_id,
    }
