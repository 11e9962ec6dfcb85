"""What people say of single documents: that they are kept longer, or that their clock starts."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.audit import services as audit
from apps.audit.tags import Tag
from apps.base.errors import NotPossible
from apps.base.ids import uuid7
from apps.intake.models import Document
from apps.retention import permissions
from apps.retention.models import Moment, PolicyException
from apps.retention.policy import Start
from apps.retention.services.clocks import wind
from apps.retention.services.versions import governed_by

LONGEST = timedelta(days=365)
TOLD = frozenset({Start.CONTRACT_END, Start.EVENT})  # what only a person knows
TOO_LONG = "An exception ends within a year, and begins with today at the earliest."
NONE = "None of these is a document of your organisation that still exists."


@transaction.atomic
def except_(
    references: Sequence[str], *, kind: str, until: date, reason: str, user: User
) -> list[PolicyException]:
    """Keep something of documents longer; they make one batch.

    Raises:
        NotAllowed: see `permissions.check_can_govern`.
        NotPossible: it would be endless, or there is no such document.
    """
    organisation = governed_by(user)
    ends = datetime.combine(until, time.max, timezone.get_current_timezone())
    if not timedelta() < ends - timezone.now() <= LONGEST + timedelta(days=1):
        raise NotPossible(TOO_LONG)
    documents = Document.objects.filter(
        organisation_id=organisation, reference__in=references, erased_at=None
    )
    batch = uuid7()
    made = [_make(one, kind, ends, reason, user, batch) for one in documents.order_by("pk")]
    if not made:
        raise NotPossible(NONE)
    return made


@transaction.atomic
def tell(references: Sequence[str], *, start: Start, on: date, user: User) -> int:
    """Say when a contract ended, or whatever a clock starts from; of how many documents.

    Saying it anew replaces what was said.

    Raises:
        NotAllowed: see `permissions.check_can_govern`.
        NotPossible: nobody can tell this start, or there is no such document.
    """
    organisation = governed_by(user)
    if start not in TOLD:
        raise NotPossible("The portal knows by itself when that was.")
    found = Document.objects.filter(
        organisation_id=organisation, reference__in=references, erased_at=None
    )
    documents = list(found.order_by("pk"))
    if not documents:
        raise NotPossible(NONE)
    at = datetime.combine(on, time(), timezone.get_current_timezone())
    for document in documents:
        _start(document, start, at, user)
    return len(documents)


@transaction.atomic
def end_exception(exception: PolicyException, *, user: User) -> None:
    """End an exception early; the policy's own clock runs again. Doing it twice is once.

    Raises:
        NotAllowed: see `permissions.check_can_govern`.
    """
    permissions.check_can_govern(user)
    now = timezone.now()
    if PolicyException.objects.open(now).filter(pk=exception.pk).update(ended_at=now):
        _record(Tag.EXCEPTION_ENDED, exception, user)
        wind(exception.document)


def _start(document: Document, start: Start, at: datetime, user: User) -> None:
    Moment.objects.update_or_create(
        document=document,
        start=start,
        defaults={"at": at, "told_by": user, "organisation_id": document.organisation_id},
    )
    audit.record(
        Tag.MOMENT_TOLD,
        actor=user.actor,
        subject=document.reference,
        organisation=document.organisation_id,
        document=document.pk,
        start=start.value,
        at=at.isoformat(timespec="seconds"),
    )
    wind(document)


def _make(
    document: Document, kind: str, until: datetime, reason: str, user: User, batch: UUID
) -> PolicyException:
    made = PolicyException.objects.create(
        organisation_id=document.organisation_id,
        document=document,
        kind=kind,
        batch=batch,
        owner=user,
        reason=reason,
        until=until,
    )
    _record(Tag.EXCEPTION_MADE, made, user)
    wind(document)
    return made


def _record(tag: Tag, exception: PolicyException, user: User) -> None:
    audit.record(
        tag,
        actor=user.actor,
        subject=exception.pk,
        organisation=exception.organisation_id,
        document=exception.document_id,
        kind=exception.kind or "all",
        until=exception.until.isoformat(timespec="seconds"),
    )
