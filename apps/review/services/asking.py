"""From doubtful fields to tasks, each with a slit; fields that two must agree on have two."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from apps.audit import services as audit
from apps.audit.tags import Tag
from apps.base.types import Actor
from apps.extraction import services as extraction
from apps.extraction.doctypes import DocType, FieldRule
from apps.extraction.models import Field
from apps.intake.models import Document
from apps.jobs import services as jobs
from apps.jobs.models import Job
from apps.review.models import Decision, Task
from apps.review.rules import Judged, Reason, State, Turn, is_drawn, needs_eyes, needs_two
from apps.review.services.practices import manner_of
from apps.review.services.slits import SYSTEM, Drawer
from apps.vault import services as vault
from apps.vault.keys import ValueCipher
from apps.vault.sealing import Sealing

LOTTERY = "arrowslit.audit"  # parts its lots from other uses of the same key


@dataclass(frozen=True, slots=True)
class _Asked:
    """A field that is put before people: why, and by how many of them at once."""

    field: Field
    rule: FieldRule
    reason: Reason
    turns: tuple[Turn, ...]


def ask(document: Document, *, job: Job) -> int:
    """Open tasks for each doubtful field that has none; the number still undecided.

    A few accepted fields are asked about as well, drawn by lot; the job does not wait for those.
    Without consent to manual review nobody is asked, and the field is delivered as it is.
    """
    if document.submission.manual_review:
        _open_tasks(document, job)
    return Task.objects.undecided().awaited().filter(document=document).count()


def withdraw(document: Document, *, actor: Actor, reason: str) -> int:
    """Take back every task that is not final, also from open stations; how many there were."""
    return withdraw_each([document], actor=actor, reason=reason)


@transaction.atomic
def withdraw_each(documents: Sequence[Document], *, actor: Actor, reason: str) -> int:
    """`withdraw` for several documents at one go."""
    pks = [document.pk for document in documents]
    jobs.hold(*Job.objects.filter(subject_id__in=pks).values_list("pk", flat=True))
    open_tasks = list(
        Task.objects.select_for_update(of=("self",))
        .undecided()
        .filter(document__in=pks)
        .order_by("pk")
        .select_related("crop", "job")
    )
    for task in open_tasks:
        _withdraw(task, actor, reason)
    return len(open_tasks)


def erase(document: Document, *, actor: Actor, reason: str) -> None:
    """Destroy crops and typed values, of every reader; who decided what, and when, stays."""
    erase_each([document], actor=actor, reason=reason)


@transaction.atomic
def erase_each(documents: Sequence[Document], *, actor: Actor, reason: str) -> None:
    """`erase` for several documents at one go."""
    withdraw_each(documents, actor=actor, reason=reason)
    Decision.objects.filter(task__document__in=documents).update(sealed=None)


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
        workspace=task.workspace_id,
        reason=task.reason,
        **task.topic,
    )


def task_of(field: Field, rule: FieldRule, doctype: DocType, reason: Reason, job: Job) -> Task:
    """The first turn at a field, before it is kept, as the practice of its class has it."""
    document = field.document
    manner = manner_of(document.workspace_id, doctype.name)
    return Task(
        organisation_id=field.organisation_id,
        document=document,
        workspace_id=document.workspace_id,
        sender_id=document.sender_id,
        field=field,
        job=job,
        doctype=doctype.name,
        name=field.name,
        kind=rule.type.value,
        language=document.reading.language,
        reason=reason,
        blind=manner.hides_value,
        due_at=timezone.now() + manner.promise,
    )


def another_turn(of: Task, turn: Turn) -> Task:
    """The task of another turn at the same slit, due when the first one is."""
    return Task(
        organisation_id=of.organisation_id,
        document_id=of.document_id,
        workspace_id=of.workspace_id,
        sender_id=of.sender_id,
        field=of.field,
        job_id=of.job_id,
        doctype=of.doctype,
        name=of.name,
        kind=of.kind,
        language=of.language,
        reason=of.reason,
        turn=turn,
        blind=turn is Turn.SECOND,
        escalated=turn is Turn.THIRD,
        due_at=of.due_at,
        crop=of.crop,
        geometry=of.geometry,
    )


def _open_tasks(document: Document, job: Job) -> None:
    """Slits are drawn and sealed before the transaction that keeps them."""
    doctype = extraction.doctype_of(document)
    if doctype is None:
        return
    made: list[tuple[Task, Sealing | None, _Asked]] = []
    drawer = Drawer()
    try:
        for asked in _asked(document, doctype):
            task = task_of(asked.field, asked.rule, doctype, asked.reason, job)
            made.append((task, drawer.slit(task, asked.field), asked))
        if made:
            with jobs.fenced(job):
                for task, sealing, asked in made:
                    keep_task(task, sealing)
                    for turn in asked.turns[1:]:
                        keep_task(another_turn(task, turn), None)
    except BaseException:
        for _, sealing, _ in made:
            if sealing is not None:
                sealing.abort()
        raise


def _asked(document: Document, doctype: DocType) -> Iterator[_Asked]:
    """Fields that need eyes and some that would not, page by page."""
    cipher = vault.open_values(document.pk, organisation=document.organisation_id, actor=SYSTEM)
    for field in document.fields.filter(tasks=None).order_by("page", "position"):
        rule = doctype.rule(field.name)
        if reason := sees_eyes(field, rule):
            yield _Asked(field, rule, reason, _turns(field, rule, cipher))
        elif field.found and _is_audited(field, document.reading.audit_share):
            yield _Asked(field, rule, Reason.AUDIT, (Turn.FIRST,))


def _turns(field: Field, rule: FieldRule, cipher: ValueCipher) -> tuple[Turn, ...]:
    """How many read it from the start; whoever reads another value may call for a second yet."""
    if rule.readers == 1:
        return (Turn.FIRST,)
    read = field.content(cipher).normalised if field.found else ""
    return (Turn.FIRST, Turn.SECOND) if needs_two(rule, read) else (Turn.FIRST,)


def _is_audited(field: Field, share: float) -> bool:
    """Whether the lot fell on an accepted field; asked again, it falls alike."""
    return is_drawn(salted_hmac(LOTTERY, str(field.pk), algorithm="sha256").digest(), share)


def _withdraw(task: Task, actor: Actor, reason: str) -> None:
    task.move(State.WITHDRAWN, claim=None)
    _shred_crop(task, actor, reason)
    audit.record(
        Tag.TASK_WITHDRAWN,
        actor=actor,
        subject=task.pk,
        organisation=task.organisation_id,
        document=task.document_id,
        workspace=task.workspace_id,
        reason=reason,
    )
    assert task.job is not None  # it is of a document
    jobs.wake(task.job, actor=actor)


def _shred_crop(task: Task, actor: Actor, reason: str) -> None:
    if task.crop is not None:
        vault.let_go(task.crop, actor=actor, reason=reason)
