"""What a decision teaches about the machine: whether it was right, and how sure it had been.

And which character it took for which, where one was taken for another that looks like it.
"""

from __future__ import annotations

from django.db.models import Count
from django.utils.crypto import salted_hmac

from apps.extraction import services as extraction
from apps.extraction.doctypes import DocType
from apps.extraction.models import Field
from apps.intake import services as intake
from apps.intake.models import Use
from apps.review.lookalikes import confused
from apps.review.models import Confusion, Decision, Lesson, Task
from apps.review.rules import Reason, Verdict
from apps.review.services.agreeing import said
from apps.review.services.asked import cipher_of

NEVER_LEARNED = "identity"  # whatever its sender allows
MARKS = 256  # that documents share; see `Confusion`
SALT = "arrowslit.confusion"  # parts its marks from other uses of the same key
ENOUGH = 5  # documents at least that are behind a count before anybody is told of it


def learn(task: Task) -> dict[str, bool]:
    """Keep the lesson of a task whose decision is final; the trail's word on it.

    Nothing is learned where the machine found no value, or nobody could say; nothing is counted
    where an organisation turned that off, and no character is kept without the sender's consent.
    Called once a task, by whoever made its decision final.
    """
    decision, field = task.decision, task.field
    doctype = extraction.doctype_of(task.paper)
    if decision is None or decision.right is None or field is None or not field.evidence:
        return {}
    if doctype is None:
        return {}
    if intake.allows(task.organisation_id, Use.ANALYTICS):
        _count(task, field, doctype, right=decision.right)
    wrong = not decision.right and decision.verdict == Verdict.CORRECTED
    if wrong and doctype.name != NEVER_LEARNED and intake.may_improve(task.paper):
        _learn_confusion(task, field, decision)
    return {"machine_right": decision.right}


def _count(task: Task, field: Field, doctype: DocType, *, right: bool) -> None:
    """What is counted of a decision: no value, and nothing that names its document."""
    reading = task.paper.reading
    audited = task.reason == Reason.AUDIT and reading.audit_share
    Lesson.objects.create(
        organisation_id=task.organisation_id,
        engine=reading.engine,
        calibration=reading.calibration,
        doctype=doctype.name,
        type=doctype.rule(field.name).type.value,
        field=field.name,
        reason=task.reason,
        evidence=field.evidence,
        confidence=field.confidence,
        failed=bool(field.failed),
        flagged=bool(field.flags),
        weight=1 / reading.audit_share if audited else 1.0,
        right=right,
    )


def confusions(engine: str, *, least: int = ENOUGH) -> dict[tuple[str, str], int]:
    """How often an engine took one character for another, as (read, meant), of the organisation.

    Only what happened in several documents at least, as far as their marks tell them apart.
    """
    pairs = Confusion.objects.filter(engine=engine).values("read", "meant")
    counted = pairs.annotate(times=Count("pk"), documents=Count("mark", distinct=True))
    told = counted.filter(documents__gte=least).order_by("-times", "read", "meant")
    return {(one["read"], one["meant"]): one["times"] for one in told}


def _learn_confusion(task: Task, field: Field, decision: Decision) -> None:
    """Two characters and nothing around them, where values differ by one that looks alike."""
    cipher = cipher_of(task)
    meant = said(decision, cipher).normalised
    if pair := confused(field.content(cipher).normalised, meant):
        digest = salted_hmac(SALT, str(task.document_id), algorithm="sha256").digest()
        Confusion.objects.create(
            organisation_id=task.organisation_id,
            engine=task.paper.reading.engine,
            read=pair[0],
            meant=pair[1],
            mark=digest[0] % MARKS,
        )
