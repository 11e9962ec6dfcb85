"""Which class a document belongs to, asked of a person who sees a slit of its header."""

from contextlib import suppress

from django.utils import timezone

from apps.base.errors import Gone, Unreadable
from apps.extraction.models import Page
from apps.intake.models import Document
from apps.jobs import services as jobs
from apps.jobs.models import Job
from apps.review.crops import Slit, draw_heading
from apps.review.headings import heading
from apps.review.models import Task
from apps.review.rules import Reason, State
from apps.review.services.asking import keep_task
from apps.review.services.practices import manner_of
from apps.review.services.slits import SYSTEM, geometry_of, pixels_of, sealed_slit, words_of

UNDECIDED = (State.OPEN, State.DECIDED)


def ask_class(document: Document, *, job: Job) -> bool:
    """Whether a person has still to say which class a document is; asks, unless it did.

    Nobody is asked if reading was sure of it, if the sender said so, or without consent to manual
    review; nor where no header can be shown.
    """
    if not document.reading.waits:
        return False
    task = _task_of(document) or _open_task(document, job)
    if task is not None and task.state in UNDECIDED:
        return True
    with jobs.fenced(job):
        jobs.prove(job, **_proof(task))
    return False


def chosen_class(document: Document) -> str:
    """The class a person chose, once that is final; empty if nobody was asked, or could say."""
    task = _task_of(document)
    final = task is not None and task.state == State.SEALED
    return task.decision.doctype if final and task and task.decision else ""


def _task_of(document: Document) -> Task | None:
    tasks = Task.objects.filter(document=document, field=None)
    return tasks.select_related("decision").first()


def _open_task(document: Document, job: Job) -> Task | None:
    """The slit is drawn and sealed before the transaction that keeps it."""
    slit, page = _header(document)
    if slit is None:
        return None
    task = Task(
        organisation_id=document.organisation_id,
        document=document,
        workspace_id=document.workspace_id,
        sender_id=document.sender_id,
        job=job,
        language=document.reading.language,
        reason=Reason.UNSURE_CLASS,
        due_at=timezone.now() + manner_of(document.workspace_id, "").promise,
        geometry={**geometry_of(slit), "page": page},
    )
    sealing = sealed_slit(task, slit)
    try:
        with jobs.fenced(job):
            keep_task(task, sealing)
    except BaseException:
        sealing.abort()
        raise
    return task


def _header(document: Document) -> tuple[Slit | None, int]:
    """The header of the first page that has words, and that page's number."""
    for page in document.drawn.select_related("image").order_by("number"):
        if words_of(page):
            return _slit(page), page.number
    return None, 0


def _slit(page: Page) -> Slit | None:
    """None if the page image's clock ran out."""
    with suppress(Gone, Unreadable):
        pixels, words = pixels_of(page, actor=SYSTEM, purpose="slit"), words_of(page)
        height, width = pixels.shape[:2]
        return draw_heading(pixels, heading(words, width=width, height=height), words)
    return None


def _proof(task: Task | None) -> dict[str, str]:
    """Who said the class, for the timeline."""
    if task is None or task.decision is None or not task.decision.doctype:
        return {"by": "machine"}
    return {"by": "person", "doctype": task.decision.doctype, "task": str(task.pk)}
