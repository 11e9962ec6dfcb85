"""Whether somebody may pass a slit on without saying why."""

from apps.review.models import Decision, Task
from apps.review.refusals import NotSettled
from apps.review.rules import Verdict
from apps.review.skips import LOOKED_BACK, needs_reason

WHY = "Say why you pass this one on: two of your last answers were skips."


def check_may_skip(task: Task, reason: str) -> None:
    """Raises NotSettled where the person skipped so often of late that they must say why."""
    if not reason and needs_reason(_recent(task)):
        raise NotSettled(WHY)


def _recent(task: Task) -> list[Verdict]:
    """The last answers under the task's claim, newest first."""
    given = Decision.objects.filter(claim=task.claim_id, undone=False).order_by("-id")
    return [Verdict(one) for one in given.values_list("verdict", flat=True)[:LOOKED_BACK]]
