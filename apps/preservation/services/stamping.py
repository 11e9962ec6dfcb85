"""Have every record's hash time-stamped outside, by each authority, and ask the silent again.

An authority learns a digest and nothing else. Its answer is taken if it is of that digest and its
own signature holds, which is found out behind the wall.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from apps.audit import anchoring, authorities
from apps.audit import services as audit
from apps.audit.authorities import Refused
from apps.audit.tags import Tag
from apps.base.types import Actor
from apps.preservation import validating
from apps.preservation.models import Record, RecordTimestamp, TimestampDue
from apps.preservation.services import trusting

logger = logging.getLogger(__name__)

SYSTEM = Actor("system:preservation")
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)
AT_ONCE = 20  # of one organisation in one go


def await_stamps(record: Record, *, now: datetime) -> None:
    """Let a record wait for the stamp of each authority. Twice is once."""
    for authority in settings.TIMESTAMP_AUTHORITIES:
        TimestampDue.objects.get_or_create(
            record=record,
            authority=authority,
            defaults={
                "organisation_id": record.organisation_id,
                "not_before": now,
                "problem": "",
            },
        )


def stamp_due(organisation: UUID, *, now: datetime, count: int = AT_ONCE) -> int:
    """Ask for what is due; how many answered. Twice asks for nothing twice."""
    due = (
        TimestampDue.objects.filter(organisation_id=organisation, not_before__lte=now)
        .select_related("record")
        .order_by("not_before", "pk")[:count]
    )
    return sum(_try(one, now) for one in due)


def stamps(record: Record) -> list[RecordTimestamp]:
    """What authorities said of a record, the oldest first."""
    return list(record.timestamps.order_by("at", "pk"))


def _try(due: TimestampDue, now: datetime) -> bool:
    digest = bytes.fromhex(due.record.sha256)
    query, nonce = authorities.query_of(digest)
    try:
        answer = anchoring.way_to(due.authority)(due.authority, query)
        at = authorities.time_of(answer, digest=digest, nonce=nonce)
        signer = _signer(answer, due)
    except (OSError, Refused) as error:
        _put_off(due, now, str(error) if isinstance(error, Refused) else "no answer")
        return False
    with transaction.atomic():
        _keep(due, answer, at=at, signer=signer)
    return True


def _signer(answer: bytes, due: TimestampDue) -> str:
    """Who signed an answer, if the signature holds.

    Raises:
        Refused: it does not, or is not for time stamps.
    """
    known = trusting.known(due.organisation_id)
    said = validating.look_at_stamp(answer, known, imprint=due.record.sha256)
    if not (said.get("sound") is True and said.get("of_this") is True):
        raise Refused("unsound")
    if said.get("for_time") is not True:
        raise Refused("not for time stamps")
    return str(said["signer"])


def _keep(due: TimestampDue, answer: bytes, *, at: datetime, signer: str) -> None:
    """One stamp an authority: of two workers, the second finds that it is there."""
    record = due.record
    row, made = RecordTimestamp.objects.get_or_create(
        record=record,
        authority=due.authority,
        defaults={
            "organisation_id": record.organisation_id,
            "at": at,
            "imprint": record.sha256,
            "signer": signer,
            "token": answer,
        },
    )
    due.delete()
    if made:
        audit.record(
            Tag.RECORD_STAMPED,
            actor=SYSTEM,
            subject=record.pk,
            organisation=record.organisation_id,
            document=record.document_id,
            workspace=record.workspace_id,
            stamp=str(row.pk),
            digest=record.sha256,
            signer=signer,
        )


def _put_off(due: TimestampDue, now: datetime, problem: str) -> None:
    """Ask later, ever less often."""
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(due.tries, 10))
    due.tries, due.not_before, due.problem = due.tries + 1, now + pause, problem[:40]
    due.save(update_fields=["tries", "not_before", "problem"])
    logger.warning("An authority gave no time stamp.")
