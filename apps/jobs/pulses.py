"""Signs of life: workers and clocks say that they are there, and when they last were."""

from datetime import datetime

from apps.jobs.models import Pulse

READERS, WORKERS, CLOCKS = "reading", "quick", "clock"


def beat(kind: str, name: str, *, now: datetime) -> None:
    """Say that something is alive. Doing it twice moves its time."""
    Pulse.objects.update_or_create(name=f"{kind}:{name}"[:80], defaults={"at": now})


def alive(kind: str, *, since: datetime) -> int:
    """How many of a kind have been heard of since then."""
    return Pulse.objects.filter(name__startswith=f"{kind}:", at__gte=since).count()


def last(kind: str, name: str) -> datetime | None:
    return Pulse.objects.filter(name=f"{kind}:{name}").values_list("at", flat=True).first()
