"""What retention remembers: policies, holds, erasures and what proves them."""

from apps.retention.models.certificates import Certificate
from apps.retention.models.erasures import Cause, Erasure, Failure, Moment
from apps.retention.models.holds import Held, Hold, Scope
from apps.retention.models.policies import PolicyException, PolicyVersion, Standing

__all__ = [
    "Cause",
    "Certificate",
    "Erasure",
    "Failure",
    "Held",
    "Hold",
    "Moment",
    "PolicyException",
    "PolicyVersion",
    "Scope",
    "Standing",
]
