"""What review keeps: tasks and who holds them, what people said, and by which rules they work."""

from apps.review.models.claims import Claim
from apps.review.models.known import KnownAnswer, Pause, QualityRule
from apps.review.models.learning import Confusion, Lesson
from apps.review.models.scopes import Practice, Scope
from apps.review.models.tasks import Decision, LineGrant, Task, TaskQuerySet

__all__ = [
    "Claim",
    "Confusion",
    "Decision",
    "KnownAnswer",
    "Lesson",
    "LineGrant",
    "Pause",
    "Practice",
    "QualityRule",
    "Scope",
    "Task",
    "TaskQuerySet",
]
