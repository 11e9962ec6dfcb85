"""The grid: what is under the person's claim, one field of many documents at a time."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from apps.accounts.models import User
from apps.review.grids import Candidate, columns, laid_out
from apps.review.models import Decision, Task
from apps.review.rules import Reason, Turn
from apps.review.services.asked import cipher_of, rule_of
from apps.review.services.looking import item

READABLE = (Reason.LOW_CONFIDENCE, Reason.CHECK_FAILED, Reason.AUDIT)  # by a look at the slit


@dataclass(frozen=True, slots=True)
class Grid:
    """A page of cells, and where else the person could go."""

    field: str  # its name; empty if nothing fits a grid
    cells: list[dict[str, Any]]  # items as the station has them
    fields: list[tuple[str, str, int]]  # name, title and number of slits of each field
    left: int  # slits under the claim


def grid(user: User, *, now: datetime, field: str = "") -> Grid:
    """The cells of one field under the person's claim; of the commonest if they have none of it.

    What was not found, is flagged, has no slit or is read blind is left to one by one.
    """
    held = list(Task.objects.open().held_by(user, now).order_by("due_at", "id"))
    fitting = {task.pk: task for task in held if _fits(task)}
    candidates = [_candidate(task) for task in fitting.values()]
    counted = columns(candidates)
    if not counted:
        return Grid("", [], [], len(held))
    names = [name for name, _ in counted]
    chosen = field if field in names else names[0]
    laid = laid_out(candidates, field=chosen, seen=_seen(held))
    cells = [item(fitting[pk], cipher_of(fitting[pk])) for pk in laid]
    titles = {one.field: rule_of(fitting[one.task]).title for one in candidates}
    return Grid(
        chosen,
        [cell for cell in cells if cell["value"]],
        [(name, titles[name], count) for name, count in counted],
        len(held),
    )


def _fits(task: Task) -> bool:
    """Whether a look at the slit beside its suggestion is all it takes."""
    asks_two = task.blind or task.turn == Turn.THIRD
    return task.crop_id is not None and task.reason in READABLE and not asks_two


def _candidate(task: Task) -> Candidate:
    return Candidate(
        task.pk, task.name or (task.field.name if task.field else ""), task.sealed_under
    )


def _seen(held: list[Task]) -> Counter[UUID]:
    """How many slits of each document the person decided under this claim."""
    claims = {task.claim_id for task in held}
    decided = Decision.objects.filter(claim__in=claims, undone=False)
    tasks = decided.values_list("task", "task__document").distinct()
    return Counter(document for _, document in tasks)
