"""Read a document: pages, words, class, fields. Words stay in memory.

Once, unless a person had to say which class it is: its fields then need the words again.
"""

import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, field

from django.utils import timezone

from apps.base.errors import Gone, Unreadable
from apps.extraction import (
    calibration,
    doctypes,
    drawing,
    fragments,
    kept,
    reader,
    standards,
    trail,
    transcript,
)
from apps.extraction.again import understood
from apps.extraction.doctypes import DocType, FieldRule
from apps.extraction.engines import PageText
from apps.extraction.engines.upright import Lie
from apps.extraction.erasing import (
    erase_fields as erase_fields,
)
from apps.extraction.erasing import (
    erase_fields_each as erase_fields_each,
)
from apps.extraction.erasing import (
    erase_pages as erase_pages,
)
from apps.extraction.erasing import (
    erase_pages_each as erase_pages_each,
)
from apps.extraction.fields import Found, Missing
from apps.extraction.guards import plain
from apps.extraction.languages import language_of
from apps.extraction.layout import rows_of
from apps.extraction.models import Field, Page, Reading
from apps.extraction.transcript import Written
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
from apps.vault.classes import ArtifactClass
from apps.vault.sealing import Sealing

SYSTEM = trail.SYSTEM
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
    transcript: tuple[Written, Sealing] | None = None  # only if it was asked for

    @property
    def words(self) -> int:
        return sum(len(page.words) for page in self.pages)

    def abort(self) -> None:
        for sealing in (*self.images, *(self.transcript or ())[1:]):
            sealing.abort()


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
        if not _asks(document, understood):
            done.transcript = _transcribed(document, done, understood.guess.doctype)
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
    done, doctype = _Read(), doctypes.get(chosen or reading.doctype)
    if wanted(doctype, document.submission.fields) or kept.has_transcript(document, doctype):
        try:
            _read_pages(document, done, images=False)
        except Gone as error:
            raise Gone(CHOSEN_TOO_LATE) from error
    understood = _understood(document, done, said=doctype.name)
    try:
        done.transcript = _transcribed(document, done, doctype)
        with jobs.fenced(job):
            if chosen:
                reading.doctype, reading.doctype_confidence, reading.chosen = chosen, 1.0, True
            _type_again(reading, done, understood, job)
    except BaseException:
        done.abort()
        raise


def doctype_of(document: Document) -> DocType | None:
    """The class a document was read as; None before it was read, or while a person is asked."""
    with suppress(Reading.DoesNotExist):
        if name := document.reading.class_said:
            return doctypes.get(name)
    return None


def check_typed(
    habits: Habits, rule: FieldRule, typed: str
) -> tuple[str, tuple[tuple[str, bool], ...]]:
    """The normalised form of what a person typed for a field, and how it fares at its checks.

    `habits` are the document's. Where fragments are hidden the rest means nothing by itself, and
    is left as it is.
    """
    if fragments.SIGN in typed:
        normalised = typed
    else:
        normalised = plain(normalise(typed, rule.type, habits), rule.type)
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


def _asks(document: Document, understood: Understood) -> bool:
    """Whether a person has to say first of which class the document is."""
    return document.submission.manual_review and not understood.guess.is_sure


def _transcribed(
    document: Document, done: _Read, doctype: DocType
) -> tuple[Written, Sealing] | None:
    if not kept.has_transcript(document, doctype):
        return None
    written = transcript.written(done.pages)
    sealing = vault.prepare(
        written.to_json(reference=document.reference, engine=done.engine),
        kind=ArtifactClass.TRANSCRIPT,
        organisation=document.organisation_id,
        document=document.pk,
    )
    return written, sealing


def _keep(document: Document, done: _Read, understood: Understood, job: Job) -> Reading:
    """Everything but the words; without the fields while a person has to say of which class."""
    guess = understood.guess
    reading = Reading.objects.create(
        document=document,
        organisation_id=document.organisation_id,
        engine=done.engine,
        doctype=guess.doctype.name,
        doctype_confidence=guess.confidence,
        ranked=list(guess.ranked) if _asks(document, understood) else [],
        habits=asdict(judge([row for page in done.pages for row in rows_of(page)])),
        language=language_of(word.text for page in done.pages for word in page.words),
        words=done.words,
        milliseconds=done.milliseconds,
        calibration=calibration.governing(done.engine),
        **standards.of_organisation(document.organisation_id).as_governing,
    )
    _keep_pages(document, done)
    trail.read(reading, job)
    if not reading.waits:
        _keep_fields(document, understood.fields)
        _keep_transcript(document, done)
        event = trail.classified(reading, understood)
        by = reading.decided_by.value
        jobs.note(job, "classified", event=event, doctype=reading.doctype, by=by)
    return reading


def _type_again(reading: Reading, done: _Read, understood: Understood, job: Job) -> None:
    if done.pages:
        reading.engine, reading.words = done.engine, done.words
        reading.milliseconds += done.milliseconds
        trail.read(reading, job)
    reading.typed_at = timezone.now()
    reading.save()
    _keep_fields(reading.document, understood.fields)
    _keep_transcript(reading.document, done)
    jobs.prove(job, event=trail.classified(reading, understood))


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


def _keep_transcript(document: Document, done: _Read) -> None:
    if done.transcript:
        written, sealing = done.transcript
        trail.transcribed(document, written, vault.keep(sealing, actor=SYSTEM))


def _keep_fields(document: Document, found: Sequence[Found | Missing]) -> None:
    cipher = vault.open_values(document.pk, organisation=document.organisation_id, actor=SYSTEM)
    rows = []
    for position, one in enumerate(found):
        row = kept.field(document, one, position)
        row.threshold = kept.threshold(document.reading, one.name)
        row.seal(kept.content(one, document), cipher)
        rows.append(row)
    Field.objects.bulk_create(rows)
