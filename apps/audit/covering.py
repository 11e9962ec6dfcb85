"""Proof before disclosure: what matters most is in a signed checkpoint before it happens."""

import time
from collections.abc import Collection
from uuid import UUID

from django.db import connection

from apps.audit.models import Leaf
from apps.base.errors import Unavailable

WANTED = "arrowslit_wanted"  # rung so that the sequencer does not sleep on
PATIENCE = 5.0  # seconds
POLL = 0.004  # seconds
NOT_COVERED = "The trail could not be sealed, so nothing was done. Try again in a minute."


def covered(*events: UUID, timeout: float | None = None) -> None:
    """Wait until committed events are in signed checkpoints; a leaf never comes without one.

    Raises:
        Unavailable: they are not in time. Whoever called goes no further.
    """
    if are_leaves(events):
        return
    if connection.in_atomic_block:
        raise RuntimeError("What is not committed yet cannot be in a checkpoint.")
    last = time.monotonic() + (PATIENCE if timeout is None else timeout)
    _ring()
    while time.monotonic() < last:
        time.sleep(POLL)
        if are_leaves(events):
            return
    raise Unavailable(NOT_COVERED)


def are_leaves(events: Collection[UUID]) -> bool:
    return Leaf.objects.filter(event_id__in=events).count() == len(set(events))


def _ring() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {WANTED}")
