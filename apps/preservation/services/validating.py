"""Look at a record's signatures: on arrival, on a clock, and when somebody asks.

Each look is a row that stays, with a sealed report beside it. Names of signers are in the report
alone.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.audit import services as audit
from apps.audit.tags import Tag
from apps.base.errors import Gone, NotAllowed, NotFound, PortalError
from apps.base.types import Actor
from apps.preservation import validating
from apps.preservation.models import (
    Cause,
    Record,
    Signature,
    TrustVersion,
    Validation,
    ValidationDue,
)
from apps.preservation.services import stamping, trusting
from apps.preservation.validation import facts, verdicts
from apps.preservation.validation.ageing import ages
from apps.preservation.validation.facts import Facts
from apps.preservation.validation.indications import Indication
from apps.preservation.validation.policies import POLICY
from apps.preservation.validation.verdicts import Verdict
from apps.vault import services as vault
from apps.vault.classes import ArtifactClass

SYSTEM = Actor("system:preservation")
EVERY = timedelta(days=30)
AGAIN = timedelta(hours=6)  # after a look that failed for reasons of ours
AT_ONCE = 20  # records of one organisation in one go
PDF = "application/pdf"
PURPOSE = "validate signatures"
SHOWING = "show signatures"
NO_RIGHT = "You may not have signatures checked again. Ask a records manager."
NEVER = "The signatures of this record have not been checked yet."


@dataclass(frozen=True, slots=True)
class Report:
    """The latest look, opened: facts with names, and verdicts in the same order."""

    row: Validation
    facts: Facts
    verdicts: Sequence[Verdict]
    whole: Verdict | None  # None: no signature, nor a trace of one


def validate(
    record: Record, *, cause: Cause, actor: Actor = SYSTEM, now: datetime | None = None
) -> Validation:
    """Look at a record's signatures and add a row. Twice is two rows, which is the history.

    Raises:
        Gone: the original no longer exists.
        Killed: the program was ended from outside; nothing is said of the file.
    """
    at = now or timezone.now()
    version = trusting.current(record.organisation_id)
    with vault.open(record.artifact, actor=actor, purpose=PURPOSE) as source:
        found = validating.look(source, replace(trusting.known(record.organisation_id), at=now))
    with transaction.atomic():
        row = _kept(record, found, cause=cause, at=at, version=version, actor=actor)
        ValidationDue.objects.update_or_create(
            record=record,
            defaults={"organisation_id": record.organisation_id, "due_at": at + EVERY},
        )
    return row


def arrived(record: Record) -> None:
    """What follows the sealing of a record: one look at it, and its hash waits for time stamps.

    A signature without a time stamp can be judged on the day it comes and not for ever. Twice is
    once.

    Raises:
        Gone, Killed: as `validate` does.
    """
    stamping.await_stamps(record, now=timezone.now())
    if record.media_type == PDF and not record.validations.exists():
        validate(record, cause=Cause.ARRIVAL)


def validate_again(record: Record, *, user: User) -> Validation:
    """The same because a person asks.

    Raises:
        NotAllowed: they may not.
    """
    if not user.has_perm("preservation.validate_record"):
        raise NotAllowed(NO_RIGHT)
    return validate(record, cause=Cause.DEMAND, actor=user.actor)


def validate_due(organisation: UUID, *, now: datetime, count: int = AT_ONCE) -> int:
    """Look at those whose time has come; how many were. What a crash cut off is due still.

    Of two workers, one has a record: its turn is put off before its file is opened.
    """
    done = 0
    for due in _claimed(organisation, now, count):
        try:
            validate(due.record, cause=Cause.SCHEDULE, now=now)
            done += 1
        except Gone:
            due.delete()  # what was found of it stays; there is nothing left to look at
        except PortalError:  # its turn comes again; its page shows when it was last checked
            continue
    return done


def report(record: Record, *, actor: Actor) -> Report:
    """The latest look with names, as it was judged then; opening it is an event.

    Raises:
        NotFound: nobody has looked yet.
    """
    row = record.validations.select_related("report").order_by("-id").first()
    if row is None:
        raise NotFound(NEVER)
    with vault.open(row.report, actor=actor, purpose=SHOWING) as source:
        said = json.loads(source.read())
    return Report(
        row,
        facts.parse(said["facts"]),
        [verdicts.parse(one) for one in said["verdicts"]],
        verdicts.parse(said["whole"]) if said["whole"] else None,
    )


def history(record: Record) -> list[Validation]:
    """Every look, the latest first."""
    return list(record.validations.prefetch_related("signatures").order_by("-id")[:200])


def _claimed(organisation: UUID, now: datetime, count: int) -> list[ValidationDue]:
    with transaction.atomic():
        due = list(
            ValidationDue.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(organisation_id=organisation, due_at__lte=now)
            .select_related("record__artifact")
            .order_by("due_at", "pk")[:count]
        )
        ValidationDue.objects.filter(pk__in=[one.pk for one in due]).update(due_at=now + AGAIN)
    return due


def _kept(
    record: Record,
    found: Facts,
    *,
    cause: Cause,
    at: datetime,
    version: TrustVersion | None,
    actor: Actor,
) -> Validation:
    whole = verdicts.of_file(found, at=at)
    each = [verdicts.verdict(found, number, at=at) for number in range(len(found.signatures))]
    row = _looked(record, found, whole, each, at=at, cause=cause)
    row.trust = trusting.digest_of(version)
    row.report = vault.seal(
        _told(found, each, whole, at=at, trust=row.trust),
        kind=ArtifactClass.SIGNATURE_EVIDENCE,
        organisation=record.organisation_id,
        document=record.document_id,
        actor=actor,
    )
    row.save(force_insert=True)
    Signature.objects.bulk_create(
        _row(row, number, signature, verdict)
        for number, (signature, verdict) in enumerate(
            zip(found.signatures, each, strict=True), start=1
        )
    )
    _record(row, record, each, actor)
    return row


def _looked(
    record: Record,
    found: Facts,
    whole: Verdict | None,
    each: Sequence[Verdict],
    *,
    at: datetime,
    cause: Cause,
) -> Validation:
    """The row of a look, without trust and report."""
    judged = each or ([whole] if whole else [])
    return Validation(
        organisation_id=record.organisation_id,
        record=record,
        at=at,
        cause=cause,
        indication=whole.indication if whole else "",
        subindication=whole.subindication if whole else "",
        intact=bool(judged) and all(one.intact for one in judged),
        untouched=bool(judged) and all(one.untouched for one in judged),
        engine=found.engine[:20],
        engine_version=found.engine_version[:20],
        policy=POLICY.name,
        policy_version=POLICY.version,
        attempts=found.attempts,
    )


def _told(
    found: Facts, each: Sequence[Verdict], whole: Verdict | None, *, at: datetime, trust: str
) -> bytes:
    """The report: whoever holds it can follow the verdict without us."""
    said = {
        "facts": asdict(found),
        "verdicts": [asdict(one) for one in each],
        "whole": asdict(whole) if whole else None,
        "ageing": [ages(one, at=at) for one in found.signatures],
        "policy": asdict(POLICY),
        "trust": trust,
        "validated_at": at,
    }
    return json.dumps(said, default=_plain, sort_keys=True).encode()


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _row(
    validation: Validation, number: int, signature: facts.Signature, verdict: Verdict
) -> Signature:
    chain = signature.chain
    return Signature(
        organisation_id=validation.organisation_id,
        validation=validation,
        number=number,
        kind=signature.kind[:10],
        level=signature.level[:20],
        process=signature.process[:12],
        indication=verdict.indication,
        subindication=verdict.subindication[:40],
        crypto_indication=signature.indication[:15],
        crypto_subindication=signature.subindication[:40],
        basic_indication=signature.basic[0][:15],
        basic_subindication=signature.basic[1][:40],
        intact=verdict.intact,
        untouched=verdict.untouched,
        coverage=signature.coverage[:30],
        modification=signature.modification[:20],
        permits=signature.permits if signature.permits in (1, 2, 3) else None,
        certification=signature.certification,
        findings=list(verdict.findings),
        chain=[one.sha256[:64] for one in chain],
        expires_at=chain[0].not_after if chain else None,
        claimed_at=signature.claimed_at,
        best_at=signature.best_at,
        oldest_at=signature.oldest_at,
        digest=signature.hash[:12],
        mechanism=signature.mechanism[:30],
    )


def _record(row: Validation, record: Record, each: Sequence[Verdict], actor: Actor) -> None:
    counts = Counter(one.indication for one in each)
    audit.record(
        Tag.SIGNATURES_VALIDATED,
        actor=actor,
        subject=record.pk,
        organisation=record.organisation_id,
        document=record.document_id,
        workspace=record.workspace_id,
        validation=str(row.pk),
        cause=row.cause,
        indication=row.indication,
        policy=str(POLICY),
        engine=f"{row.engine} {row.engine_version}",
        trust=row.trust,
        passed=counts[Indication.PASSED],
        undecided=counts[Indication.INDETERMINATE],
        failed=counts[Indication.FAILED],
    )
