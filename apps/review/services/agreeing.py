"""When a field is settled: one person's word, two who agree, or a third where they differ."""

from collections.abc import Sequence

from apps.extraction.doctypes import FieldRule
from apps.extraction.models import Content, Field
from apps.extraction.typed import means_the_same
from apps.review.models import Decision, Task
from apps.review.rules import DECIDING, Reason, Stands, State, Turn, Verdict, governing, needs_two
from apps.review.services.asked import COLUMN, cipher_of, rule_of
from apps.review.services.asking import another_turn, keep_task
from apps.review.services.slits import Drawer
from apps.vault.keys import ValueCipher

VALUED = (Verdict.ACCEPTED, Verdict.CORRECTED)


def conclude(task: Task) -> Task | None:
    """The turn that settles a field, once one of its turns is over; None while others wait.

    Opens the second turn if the value calls for one, and the third where two differ. A field that
    two read is locked, so that of two turns that are over at once the later sees the earlier.
    """
    if task.field_id is None:
        return task
    if rule_of(task).readers > 1:
        Field.objects.select_for_update(no_key=True).get(pk=task.field_id)
    readings = turns_of(task)
    at = governing([Stands(Turn(one.turn), State(one.state)) for one in readings])
    counts = readings[at] if at is not None else task
    if counts.state != State.SEALED:
        return None
    if turn := _wanting(readings):
        _open(readings[0], turn)
        return None
    return counts


def turns_of(task: Task) -> list[Task]:
    """Every turn at a task's field, in their order."""
    readings = Task.objects.filter(field=task.field_id).order_by("turn")
    return list(readings.select_related("decision", "field", "document__reading", "crop"))


def said(decision: Decision, cipher: ValueCipher) -> Content:
    """What a decision says; empty if it gave no value, or the value was erased."""
    if decision.sealed is None:
        return Content()
    return Content.from_json(cipher.open(bytes(decision.sealed), column=COLUMN, row=decision.pk))


def _open(first: Task, turn: Turn) -> None:
    """Another turn at the same slit, or at of one drawn anew if that was destroyed."""
    task, sealing = another_turn(first, turn), None
    if first.crop is not None and first.crop.shredded_at and first.field is not None:
        task.crop, task.geometry = None, {}
        sealing = Drawer().slit(task, first.field)
    keep_task(task, sealing)


def _wanting(readings: Sequence[Task]) -> Turn | None:
    """The turn that must still come, where all are over."""
    rule = rule_of(readings[0])
    if len(readings) == 1 and rule.readers == 1:
        return None
    cipher = cipher_of(readings[0])
    if len(readings) == 1:
        return Turn.SECOND if _calls_for_second(readings[0], rule, cipher) else None
    if len(readings) == 2 and not _agree(readings, rule, cipher):
        return Turn.THIRD
    return None


def _calls_for_second(first: Task, rule: FieldRule, cipher: ValueCipher) -> bool:
    """By what the first reader said. An audit that found the machine right has two that agree."""
    decision = first.decision
    assert decision is not None  # it is final
    if first.reason == Reason.AUDIT and decision.right:
        return False
    if first.escalated and decision.verdict not in VALUED:
        return False  # a lead could not read it either
    return decision.verdict in DECIDING and needs_two(rule, said(decision, cipher).normalised)


def _agree(readings: Sequence[Task], rule: FieldRule, cipher: ValueCipher) -> bool:
    """Whether two say the same: that nothing is there, or values that mean the same."""
    first, second = (one.decision for one in readings)
    assert first is not None and second is not None  # both are final
    if first.verdict in VALUED and second.verdict in VALUED:
        values = (said(one, cipher).normalised for one in (first, second))
        return means_the_same(*values, kind=rule.type)
    return first.verdict == second.verdict == Verdict.BLANK
