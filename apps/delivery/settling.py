"""Fields as they stand now: what the machine read, what people decided, what is still open."""

from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

from apps.base.errors import Gone
from apps.base.types import Actor
from apps.delivery.result import Settled, Standing
from apps.extraction import services as extraction
from apps.extraction.doctypes import DocType, FieldRule
from apps.extraction.fields import Flag
from apps.extraction.fragments import SIGN
from apps.extraction.fragments.rules import Fragment
from apps.extraction.guards import dangers
from apps.extraction.models import Content, Field
from apps.intake.models import Document
from apps.review.models import Task
from apps.review.rules import Reason, Stands, State, Turn, Verdict, governing
from apps.review.services.agreeing import said
from apps.review.services.asking import sees_eyes
from apps.vault import services as vault
from apps.vault.keys import ValueCipher

SYSTEM = Actor("system:delivery")


def settled_fields(document: Document) -> list[Settled]:
    """Every field of a document that was read, in the order of its class; values in clear.

    Empty before reading, and after the fields were erased.
    """
    doctype = extraction.doctype_of(document)
    if doctype is None:
        return []
    with suppress(Gone):
        cipher = vault.open_values(document.pk, organisation=document.organisation_id, actor=SYSTEM)
        return _settle_all(document, doctype, cipher)
    return []


def _settle_all(document: Document, doctype: DocType, cipher: ValueCipher) -> list[Settled]:
    tasks = Task.objects.filter(document=document).select_related("decision__reviewer")
    readings: dict[UUID | None, list[Task]] = defaultdict(list)
    for task in tasks.order_by("turn"):
        readings[task.field_id].append(task)
    return [
        _settle(field, doctype.rule(field.name), _governing(readings[field.pk]), cipher)
        for field in document.fields.order_by("position")
        if field.sealed
    ]


def _governing(readings: Sequence[Task]) -> Task | None:
    """The turn that says how a field stands."""
    at = governing([Stands(Turn(one.turn), State(one.state)) for one in readings])
    return None if at is None else readings[at]


def _settle(field: Field, rule: FieldRule, task: Task | None, cipher: ValueCipher) -> Settled:
    standing = _standing(field, rule, task)
    read = field.content(cipher)
    content, by, flags = read, "system:reader", [Flag(flag) for flag in field.flags]
    checks: Sequence[tuple[str, bool]] = [(name, passed) for name, passed in field.checks]
    if standing is Standing.DECIDED and task and task.decision:
        content = _decided(task, read, cipher)
        checks = [(name, passed) for name, passed in task.decision.checks]
        by = task.decision.reviewer.actor
        flags = [*dangers(content.value, content.normalised, rule.type), *_lasting(flags)]
    return Settled(
        name=field.name,
        title=rule.title,
        type=rule.type.value,
        sensitivity=rule.sensitivity,
        mask=rule.mask,
        standing=standing,
        value=content.value,
        normalised=content.normalised,
        confidence=None if standing is Standing.DECIDED else field.confidence,
        page=field.page if field.found else None,
        box=field.boxes[0] if field.found and field.boxes else None,
        checks=checks,
        second=field.second,
        by=by,
        flags=flags,
        fragments=[Fragment(kind) for kind in _fragments(content, read)],
    )


def _lasting(flags: Sequence[Flag]) -> list[Flag]:
    """What no decision settles: whoever reads the data in the file is told something else."""
    return [flag for flag in flags if flag is Flag.EMBEDDED_DIFFERS]


def _fragments(content: Content, read: Content) -> Sequence[str]:
    """What is hidden in a content; a person may have left in place what was hidden before."""
    if content.fragments or SIGN not in content.value:
        return content.fragments
    return read.fragments


def _standing(field: Field, rule: FieldRule, task: Task | None) -> Standing:
    if task is not None and (task.reason != Reason.AUDIT or _has_spoken(task)):
        return _standing_of_task(task)
    if not field.found:
        return Standing.MISSING
    return Standing.UNDECIDED if sees_eyes(field, rule) else Standing.ACCEPTED


def _has_spoken(task: Task) -> bool:
    """Whether an audit ended with a value, or with none; until then what was accepted stands."""
    verdict = task.decision.verdict if task.decision else ""
    return task.state == State.SEALED and verdict != Verdict.UNREADABLE


def _standing_of_task(task: Task) -> Standing:
    if task.state in (State.OPEN, State.DECIDED):
        return Standing.WAITING
    verdict = task.decision.verdict if task.decision else ""
    if verdict in (Verdict.ACCEPTED, Verdict.CORRECTED):
        return Standing.DECIDED
    return Standing.MISSING if verdict == Verdict.BLANK else Standing.UNDECIDED


def _decided(task: Task, read: Content, cipher: ValueCipher) -> Content:
    decision = task.decision
    return read if decision is None or decision.sealed is None else said(decision, cipher)
