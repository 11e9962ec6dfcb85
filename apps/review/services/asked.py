"""What a task asks, whether of a document or of a known answer: rule, suggestion, habits."""

from collections.abc import Sequence
from dataclasses import dataclass

from apps.base.errors import NotPossible
from apps.extraction import doctypes
from apps.extraction import services as extraction
from apps.extraction.doctypes import DocType, FieldRule
from apps.extraction.models import Content
from apps.extraction.values import Habits
from apps.review.models import Task
from apps.vault import services as vault
from apps.vault.keys import ValueCipher

COLUMN = "decision.sealed"  # where a decision's value is sealed


@dataclass(frozen=True, slots=True)
class Suggested:
    """What the machine says of the field that is asked."""

    content: Content
    found: bool
    failed: Sequence[str]  # names of checks that it does not pass
    flags: Sequence[str]  # of `fields.Flag`


def suggested(task: Task, cipher: ValueCipher) -> Suggested:
    """The machine's reading of what a task asks; a class is asked without one."""
    if task.known is not None:
        known = task.known
        content = known.content(cipher)
        return Suggested(content, bool(content.value), known.failed, known.flags)
    assert task.field is not None  # it asks for a field
    field = task.field
    return Suggested(field.content(cipher), field.found, field.failed, field.flags)


def cipher_of(task: Task) -> ValueCipher:
    """The cipher of everything that is sealed about a task."""
    return vault.open_values(
        task.sealed_under, organisation=task.organisation_id, actor=extraction.SYSTEM
    )


def doctype_of(task: Task) -> DocType:
    """The class of what is asked. Raises NotPossible for a document that was never read."""
    found = (
        doctypes.get(task.doctype)
        if task.known_id is not None
        else extraction.doctype_of(task.paper)
    )
    if found is None:
        raise NotPossible("This document was never read.")
    return found


def rule_of(task: Task) -> FieldRule:
    """The rule of the task's field in its document's class."""
    doctype = doctype_of(task)
    return doctype.rule(task.name or (task.field.name if task.field else ""))


def habits_of(task: Task) -> Habits:
    """How the document writes amounts and dates."""
    said = task.known.habits if task.known is not None else task.paper.reading.habits
    return Habits(**said)


def choices_of(task: Task) -> list[DocType]:
    """The classes to choose from, likeliest first; the one for none of them last.

    Classes change with the program: what was added meanwhile follows, what was taken away is gone.
    """
    known = {one.name: one for one in doctypes.load_all()}
    ranked = [known[name] for name in task.paper.reading.ranked if name in known]
    whole = dict.fromkeys([*ranked, *known.values()])
    return sorted(whole, key=lambda one: one.name == doctypes.NONE_OF_THEM)
