"""What a decision teaches about the machine: whether it was right, and how sure it had been."""

from __future__ import annotations

from apps.extraction import services as extraction
from apps.review.models import Lesson, Task
from apps.review.rules import Reason


def learn(task: Task) -> dict[str, bool]:
    """Keep the lesson of a task whose decision is final; the trail's word on it.

    Nothing is learned where the machine found no value, or nobody could say. Called once a task,
    by whoever made its decision final.
    """
    decision, field = task.decision, task.field
    doctype = extraction.doctype_of(task.document)
    if decision is None or decision.right is None or field is None or not field.evidence:
        return {}
    if doctype is None:
        return {}
    reading = task.document.reading
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
        right=decision.right,
    )
    return {"machine_right": decision.right}
