"""Values that people type: checked again, compared with the machine's, and sealed."""

from typing import Any

from apps.accounts.models import User
from apps.audit import services as audit
from apps.extraction import kept
from apps.extraction import services as extraction
from apps.extraction.guards.signs import cleaned
from apps.extraction.models import Content
from apps.extraction.typed import means_the_same
from apps.review.ladder import SEEN
from apps.review.models import Decision, Task
from apps.review.refusals import NotSettled
from apps.review.rules import Verdict
from apps.review.services.asked import (
    COLUMN,
    cipher_of,
    doctype_of,
    habits_of,
    rule_of,
    suggested,
)

LONGEST = 500  # characters of a value
UNSEEN = "This value is flagged: look at its slit first. Without one, say that it cannot be read."


def put_value(decision: Decision, task: Task, value: str, *, overrides: bool) -> None:
    """Check, seal and compare a value; the server repeats what the browser only advised.

    Raises:
        NotSettled: a check fails and was not confirmed, the value is none, or it is flagged and
            its slit was not seen.
    """
    rule, doctype, printed = rule_of(task), doctype_of(task), _clean(value)
    cipher = cipher_of(task)
    read = suggested(task, cipher)
    if read.flags:
        _check_seen(task, decision.reviewer)
    normalised, checks = extraction.check_typed(habits_of(task), rule, printed)
    if not all(passed for _, passed in checks) and not overrides:
        raise NotSettled("A check fails. Press Enter again if the paper really says so.")
    content = kept.without_fragments(Content(printed, normalised), doctype, rule)
    decision.sealed = cipher.seal(content.to_json(), column=COLUMN, row=decision.pk)
    decision.checks = [list(check) for check in checks]
    if read.found:
        decision.right = means_the_same(normalised, read.content.normalised, kind=rule.type)
    if task.blind and read.found:  # whoever saw no suggestion accepted none, and may say the same
        decision.verdict = Verdict.ACCEPTED if decision.right else Verdict.CORRECTED
    if task.known is not None:
        truth = task.known.answer(cipher).normalised
        decision.met = means_the_same(normalised, truth, kind=rule.type)


def _check_seen(task: Task, user: User) -> None:
    """What is flagged is handed on once a person has seen it, so the trail must say they did."""
    about: dict[str, Any] = {"subject": task.pk, "organisation": task.organisation_id}
    if not audit.happened(*SEEN, actor=user.actor, **about):
        raise NotSettled(UNSEEN)


def _clean(value: str) -> str:
    """A value in one line, without what the eye does not see."""
    text = cleaned(value)
    if not text or len(text) > LONGEST:
        raise NotSettled(f"A value has 1 to {LONGEST} characters.")
    return text
