"""Have every record's hash time-stamped outside, by each authority, and ask the silent again.

An authority learns a digest and nothing else. Its answer is taken if it is of that digest and its
own signature holds, which is found out behind the wall. Before the certificate that signed it ends,
another stamp is taken over it, as RFC 4998 renews time stamps: the first says when, and each later
one that the earlier was there while its certificate was good.
"""

from __future__ import annotations

import hashlib
import logging
from datetime import datetime, timedelta
from typing import Any
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
RENEWED_BEFORE = timedelta(days=180)  # a certificate ends
SHOWN = "arrowslit/renewed-stamp/1\n{sha256}\n{sha512}\n{stamp}\n"


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


def renew(organisation: UUID, *, now: datetime, count: int = AT_ONCE) -> int:
    """Let records wait for a stamp over one that ends soon; how many do. Twice is once.

    Where an authority is not asked any more, the first of those that are is.
    """
    asked = settings.TIMESTAMP_AUTHORITIES
    ending = RecordTimestamp.objects.filter(
        organisation_id=organisation,
        until__lte=now + RENEWED_BEFORE,
        renewal=None,
        record__artifact__shredded_at=None,
    )
    waits = [
        TimestampDue(
            organisation_id=organisation,
            record=one.record,
            authority=one.authority if one.authority in asked else asked[0],
            over=one,
            not_before=now,
        )
        for one in (ending.select_related("record").order_by("until")[:count] if asked else ())
    ]
    return len(TimestampDue.objects.bulk_create(waits, ignore_conflicts=True))


def stamp_due(organisation: UUID, *, now: datetime, count: int = AT_ONCE) -> int:
    """Ask for what is due; how many answered. Twice asks for nothing twice."""
    due = (
        TimestampDue.objects.filter(organisation_id=organisation, not_before__lte=now)
        .select_related("record", "over")
        .order_by("not_before", "pk")[:count]
    )
    return sum(_try(one, now) for one in due)


def stamps(record: Record) -> list[RecordTimestamp]:
    """What authorities said of a record, the oldest first."""
    return list(record.timestamps.order_by("at", "pk"))


def _shown(due: TimestampDue) -> str:
    """What a renewal is of: both hashes of the original, and that of the earlier stamp."""
    if due.over is None:
        return ""
    stamp = hashlib.sha256(due.over.token).hexdigest()
    return SHOWN.format(sha256=due.record.sha256, sha512=due.record.sha512, stamp=stamp)


def _digest(due: TimestampDue) -> bytes:
    shown = _shown(due)
    return hashlib.sha256(shown.encode()).digest() if shown else bytes.fromhex(due.record.sha256)


def _try(due: TimestampDue, now: datetime) -> bool:
    digest = _digest(due)
    query, nonce = authorities.query_of(digest)
    try:
        answer = anchoring.way_to(due.authority)(due.authority, query)
        at = authorities.time_of(answer, digest=digest, nonce=nonce)
        signer, until = _signer(answer, due, digest)
    except (OSError, Refused) as error:
        _put_off(due, now, str(error) if isinstance(error, Refused) else "no answer")
        return False
    with transaction.atomic():
        _keep(due, answer, digest, at=at, signer=signer, until=until)
    return True


def _signer(answer: bytes, due: TimestampDue, digest: bytes) -> tuple[str, datetime]:
    """Who signed an answer, and when their certificate ends, if the signature holds.

    Raises:
        Refused: it does not, or is not for time stamps.
    """
    known = trusting.known(due.organisation_id)
    said = validating.look_at_stamp(answer, known, imprint=digest.hex())
    if not (said.get("sound") is True and said.get("of_this") is True):
        raise Refused("unsound")
    if said.get("for_time") is not True:
        raise Refused("not for time stamps")
    return str(said["signer"]), datetime.fromisoformat(said["until"])


def _keep(due: TimestampDue, answer: bytes, digest: bytes, **said: Any) -> None:
    """One stamp an authority, one renewal a stamp: of two workers, the second finds it there."""
    record = due.record
    about = {"over": due.over} if due.over else {"over": None, "authority": due.authority}
    row, made = RecordTimestamp.objects.get_or_create(
        record=record,
        **about,
        defaults={
            "organisation_id": record.organisation_id,
            "authority": due.authority,
            "imprint": digest.hex(),
            "shown": _shown(due),
            "token": answer,
            **said,
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
            digest=row.imprint,
            signer=row.signer,
        )


def _put_off(due: TimestampDue, now: datetime, problem: str) -> None:
    """Ask later, ever less often."""
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(due.tries, 10))
    due.tries, due.not_before, due.problem = due.tries + 1, now + pause, problem[:40]
    due.save(update_fields=["tries", "not_before", "problem"])
    logger.warning("An authority gave no time stamp.")
