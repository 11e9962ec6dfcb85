"""Anchors: what authorities outside say of the log of all trees, so that it cannot be replaced.

One time stamp covers every organisation. Each checkpoint that is to be anchored waits in a queue
once for each authority, and is asked again, ever less often, until that authority answers. A
checkpoint that a newer one of the same authority has overtaken is not asked for any more.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from apps.audit import authorities, tree
from apps.audit.authorities import Refused
from apps.audit.models import LOG, Anchor, AnchorDue, Checkpoint
from apps.base.ids import uuid7

logger = logging.getLogger(__name__)

EVERY = timedelta(hours=1)
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)

Ask = Callable[[str, bytes], bytes]


@dataclass(frozen=True, slots=True)
class Anchored:
    """An anchor as it proves something to one organisation."""

    at: datetime
    authority: str
    token: bytes  # the authority's whole answer
    note: bytes  # the log's checkpoint, which it is of
    size: int  # leaves of the organisation's tree when it was logged
    body: str  # the three lines that the log holds of it
    index: int  # in the log
    path: list[bytes]  # from there to the log's root


def anchor(*, now: datetime) -> int:
    """Ask every authority for what is due; how many answered. Twice asks for nothing twice."""
    for authority in settings.TIMESTAMP_AUTHORITIES:
        _queue(authority, now)
    due = AnchorDue.objects.filter(not_before__lte=now).order_by("not_before", "pk")[:20]
    return sum(_try(one, now) for one in due)


def anchors(organisation: UUID | None, *, count: int = 20) -> list[Anchored]:
    """The newest anchors that hold something of an organisation's tree."""
    found = (_anchored(organisation, one) for one in Anchor.objects.order_by("-size")[:count])
    return [one for one in found if one is not None]


def last_at() -> datetime | None:
    """When an authority last vouched for the log."""
    return Anchor.objects.order_by("-size").values_list("at", flat=True).first()


def overdue() -> list[AnchorDue]:
    """What an authority was asked for in vain, longest first."""
    return list(AnchorDue.objects.filter(tries__gt=0).order_by("pk")[:20])


def way_to(address: str) -> Ask:
    """Over the network, or by a program that the settings name for a scheme of its own."""
    named = settings.TIMESTAMPERS.get(address.partition(":")[0])
    return import_string(named) if named else authorities.ask


def _queue(authority: str, now: datetime) -> None:
    """Let the newest checkpoint of the log wait, if the last one is old enough and it grew."""
    newest = Checkpoint.objects.filter(tree=LOG).order_by("-size").first()
    last = Anchor.objects.filter(authority=authority).order_by("-size").first()
    if newest is None or (last and (newest.size == last.size or now - last.at < EVERY)):
        return
    if AnchorDue.objects.filter(authority=authority).exists():
        return  # it has not answered for the one before
    AnchorDue.objects.get_or_create(
        authority=authority, size=newest.size, defaults={"not_before": now, "problem": ""}
    )


def _try(due: AnchorDue, now: datetime) -> bool:
    note = Checkpoint.objects.get(tree=LOG, size=due.size).note.encode()
    query, nonce = authorities.query(note)
    try:
        answer = way_to(due.authority)(due.authority, query)
        at = authorities.stamped_at(answer, content=note, nonce=nonce)
    except (OSError, Refused) as error:
        _put_off(due, now, str(error) if isinstance(error, Refused) else "no answer")
        return False
    with transaction.atomic():
        Anchor.objects.create(
            id=uuid7(), size=due.size, authority=due.authority, at=at, token=answer
        )
        due.delete()
    return True


def _put_off(due: AnchorDue, now: datetime, problem: str) -> None:
    """Ask later, for what is the newest then."""
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(due.tries, 10))
    newest = Checkpoint.objects.filter(tree=LOG).order_by("-size").first()
    due.size = newest.size if newest else due.size
    due.tries, due.not_before, due.problem = due.tries + 1, now + pause, problem[:40]
    due.save()
    logger.warning("An authority gave no time stamp.")


def _anchored(organisation: UUID | None, one: Anchor) -> Anchored | None:
    held = tree.logged(organisation, below=one.size)
    if held is None:
        return None
    entry, index = held
    checkpoint = Checkpoint.objects.get(tree=LOG, size=one.size)
    [path] = tree.inclusions(LOG, [index], size=one.size)
    return Anchored(
        at=one.at,
        authority=one.authority,
        token=bytes(one.token),
        note=checkpoint.note.encode(),
        size=entry.size,
        body=entry.body,
        index=index,
        path=path,
    )
