from celery import shared_task
from django.utils import timezone

from apps.audit import anchoring


@shared_task(name="audit.anchor")  # type: ignore[untyped-decorator]
def anchor(**_: object) -> None:
    """Have the log of all trees time-stamped outside, if it is time."""
    anchoring.anchor(now=timezone.now())
