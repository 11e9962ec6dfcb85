"""What retention remembers: policies, holds, erasures and what proves them."""

from apps.retention.models.certificates import Certificate
from apps.retention.models.disposals import Disposal
from apps.retention.models.erasures import Cause, Erasure, Failure, Moment
from apps.retention.models.holds import Held, Hold, Scope
from apps.retention.models.policies import PolicyException, PolicyVersion, Standing
from apps.retention.models.wishes import (
    Fate,
    Reminder,
    SubjectItem,
    SubjectRequest,
    Withdrawal,
)

__all__ = [
    "Cause",
    "Certificate",
    "Disposal",
    "Erasure",
    "Failure",
    "Fate",
    "Held",
    "Hold",
    "Moment",
    "PolicyException",
    "PolicyVersion",
    "Reminder",
    "Scope",
    "Standing",
    "SubjectItem",
    "SubjectRequest",
    "Withdrawal",
]
