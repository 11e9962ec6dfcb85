"""From doubtful fields to tasks, each with a slit of its own."""

from collections.abc import Iterator
from contextlib import suppress

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from apps.audit import services as audit
from apps.audit.tags import Tag
from apps.base.errors import Gone, Unreadable
from apps.base.types import Actor, Box
from apps.extraction import drawing
from apps.extraction import services as extraction
from apps.extraction.doctypes import FieldRule
from apps.extraction.kept import TEN_THOUSAND
from apps.extraction.models import Field, Page, to_box
from apps.intake.models import Document
from apps.jobs import services as jobs
from apps.jobs.models import Job
from apps.review.crops import Pixels, Slit, draw_slit
from apps.review.models import Decision, Task
from apps.review.rules import Judged, Reason, State, is_drawn, needs_eyes
from apps.vault import services as vault
from apps.vault.classes import ArtifactClass
from apps.vault.sealing import Sealing

SYSTEM = Actor("system:review")
LOTTERY = "arrowslit.audit"  # parts its lots from other uses of the same key


def ask(document: Document, *, job: Job) -> int:
    """Open a task for each doubtful field that has none; the number still undecided.

    A few accepted fields are asked about as well, drawn by lot; the job does not wait for those.
    Without consent to manual review nobody is asked, and the field is delivered as it is.
    """
    if document.submission.manual_review:
        _open_tasks(document, job)
    return Task.objects.undecided().awaited().filter(document=document).count()


@transaction.atomic
def withdraw(document: Document, *, actor: Actor, reason: str) -> int:
    """Take back every task that is not final, also from open stations; how many there were."""
    open_tasks = list(
        Task.objects.select_for_update(of=("self",))
        .undecided()
        .filter(document=document)
        .select_related("crop", "job")
    )
    for task in open_tasks:
        task.move(State.WITHDRAWN, claim=None)
        _shred_crop(task, actor, reason)
        audit.record(
            Tag.TASK_WITHDRAWN,
            actor=actor,
            subject=task.pk,
            organisation=task.organisation_id,
            document=document.pk,
            reason=reason,
        )
        jobs.wake(task.job, actor=actor)
    return len(open_tasks)


@transaction.atomic
def erase(document: Document, *, actor: Actor, reason: str) -> None:
    """Destroy crops and typed values; who decided what, and when, stays."""
    withdraw(document, actor=actor, reason=reason)
    Decision.objects.filter(task__document=document).update(sealed=None)


def sees_eyes(field: Field, rule: FieldRule) -> Reason | None:
    """Why a person must look at a field as it was read."""
    return needs_eyes(
        Judged(
            field.found,
            rule.required,
            field.confidence,
            field.threshold,
            field.failed,
            field.flags,
        )
    )


def page_of(field: Field) -> Page | None:
    """The drawn page a field stands on, if it stands anywhere."""
    if field.page is None:
        return None
    return field.document.drawn.select_related("image").filter(number=field.page).first()


def words_of(page: Page) -> list[Box]:
    """Where words stand on a page."""
    return [
        Box(*(edge / TEN_THOUSAND for edge in edges))
        for edges in page.layout
        if edges[0] < edges[2] and edges[1] < edges[3]
    ]


def pixels_of(page: Page, *, actor: Actor, purpose: str) -> Pixels:
    """The page image. Raises Gone if its clock ran out."""
    with vault.open(page.image, actor=actor, purpose=purpose) as image:
        return drawing.decode(image.read())


def _open_tasks(document: Document, job: Job) -> None:
    """Slits are drawn and sealed before the transaction that keeps them."""
    made: list[tuple[Task, Sealing | None]] = []
    drawer = _Drawer()
    try:
        for field, reason in _asked(document):
            task = _task(field, reason, job)
            made.append((task, drawer.slit(task, field)))
        if made:
            with jobs.fenced(job):
                for task, sealing in made:
                    keep_task(task, sealing)
    except BaseException:
        for _, sealing in made:
            if sealing is not None:
                sealing.abort()
        raise


def _asked(document: Document) -> Iterator[tuple[Field, Reason]]:
    """Fields that need eyes and some that would not, page by page."""
    doctype = extraction.doctype_of(document)
    if doctype is None:
        return
    rules = {rule.name: rule for rule in doctype.fields}
    for field in document.fields.filter(task=None).order_by("page", "position"):
        if reason := sees_eyes(field, rules[field.name]):
            yield field, reason
        elif field.found and _is_audited(field, document.reading.audit_share):
            yield field, Reason.AUDIT


def _is_audited(field: Field, share: float) -> bool:
    """Whether the lot fell on an accepted field; asked again, it falls alike."""
    return is_drawn(salted_hmac(LOTTERY, str(field.pk), algorithm="sha256").digest(), share)


def _task(field: Field, reason: Reason, job: Job) -> Task:
    return Task(
        organisation_id=field.organisation_id,
        document=field.document,
        workspace_id=field.document.workspace_id,
        field=field,
        job=job,
        reason=reason,
    )


class _Drawer:
    """Draws slits of one document, opening each page once."""

    def __init__(self) -> None:
        self._number: int | None = None
        self._page: Page | None = None
        self._pixels: Pixels | None = None

    def slit(self, task: Task, field: Field) -> Sealing | None:
        """The sealed slit of a field's task; None if there is no place on any page to look at."""
        if field.page != self._number:
            self._turn_to(field)
        if self._page is None or self._pixels is None or not field.boxes:
            return None
        windows = [to_box(edges) for edges in field.boxes]
        slit = draw_slit(self._pixels, windows, words_of(self._page))
        task.geometry = geometry_of(slit)
        return sealed_slit(task, slit)

    def _turn_to(self, field: Field) -> None:
        self._number, self._page, self._pixels = field.page, page_of(field), None
        if self._page is not None:
            with suppress(Gone, Unreadable):
                self._pixels = pixels_of(self._page, actor=SYSTEM, purpose="slit")


def geometry_of(slit: Slit) -> dict[str, object]:
    """How a slit lies on its page, in fractions; what a browser needs to draw marks."""
    return {
        "width": slit.width,
        "height": slit.height,
        "frame": [slit.frame.left, slit.frame.top, slit.frame.width, slit.frame.height],
        "window": [
            slit.window.left,
            slit.window.top,
            slit.window.width,
            slit.window.height,
        ],
        "share": slit.share,
    }


def sealed_slit(task: Task, slit: Slit) -> Sealing:
    """The picture of a task's slit, sealed; whoever called keeps or aborts it."""
    return vault.prepare(
        slit.png,
        kind=ArtifactClass.CROP,
        organisation=task.organisation_id,
        document=task.document_id,
    )


def keep_task(task: Task, sealing: Sealing | None) -> None:
    """Put a task before people."""
    if sealing is not None:
        task.crop = vault.keep(sealing, actor=SYSTEM)
    task.moved_at = timezone.now()
    task.save(force_insert=True)
    audit.record(
        Tag.TASK_OPENED,
        actor=SYSTEM,
        subject=task.pk,
        organisation=task.organisation_id,
        document=task.document_id,
        reason=task.reason,
        **task.topic,
    )


def _shred_crop(task: Task, actor: Actor, reason: str) -> None:
    if task.crop is not None:
        vault.let_go(task.crop, actor=actor, reason=reason)
