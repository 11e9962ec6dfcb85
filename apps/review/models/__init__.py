"""What review keeps: tasks and who holds them, what people said, and by which rules they work."""

from apps.review.models.claims import Claim
from apps.review.models.counts import Counted, Tally
from apps.review.models.known import KnownAnswer, Pause, QualityRule
from apps.review.models.learning import Confusion, Lesson
from apps.review.models.looks import Grant, Look
from apps.review.models.scopes import Practice, Scope
from apps.review.models.tasks import Decision, Task, TaskQuerySet

__all__ = [
    "Claim",
    "Confusion",
    "Counted",
    "Decision",
    "Grant",
    "KnownAnswer",
    "Lesson",
    "Look",
    "Pause",
    "Practice",
    "QualityRule",
    "Scope",
    "Tally",
    "Task",
    "TaskQuerySet",
]
