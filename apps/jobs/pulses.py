"""Signs of life: workers and clocks say that they are there, and when they last were."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from apps.jobs.models import Pulse

Said = Mapping[str, Any]  # ids and numbers only

READERS, WORKERS, CLOCKS = "reading", "quick", "clock"


def beat(kind: str, name: str, *, now: datetime, said: Said | None = None) -> None:
    """Say that something is alive, and how it is. Doing it twice moves its time."""
    told = {"at": now, "said": said or {}}
    Pulse.objects.update_or_create(name=f"{kind}:{name}"[:80], defaults=told)


def alive(kind: str, *, since: datetime) -> list[Said]:
    """What each of a kind said of itself that has been heard of since then."""
    heard = Pulse.objects.filter(name__startswith=f"{kind}:", at__gte=since)
    return list(heard.order_by("name").values_list("said", flat=True))


def last(kind: str, name: str) -> datetime | None:
    return Pulse.objects.filter(name=f"{kind}:{name}").values_list("at", flat=True).first()
