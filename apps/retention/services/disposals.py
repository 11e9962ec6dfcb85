"""Look at what has run out before it goes: agree, keep it longer, or hold it. Nobody sees content.

A row is written for every class of artifacts whose policy asks for a look, whenever the clocks of
its document are set. The sweep passes it over until it has its signatures. Keeping it longer is an
exception with an end, and holding it a legal hold; both take it off the queue by themselves.
"""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.audit import services as audit
from apps.audit.tags import Tag
from apps.base.errors import NotAllowed, NotPossible
from apps.retention import permissions
from apps.retention.models import Disposal, PolicyException
from apps.retention.services.exceptions import except_

NONE = "None of these waits for a look any more. Somebody was faster."
SECOND = "Somebody else has to agree to these; you have agreed already."


@transaction.atomic
def agree(pks: Sequence[UUID], *, user: User, now: datetime) -> tuple[int, int]:
    """Agree that what has run out may go: how much may, and how much waits for a second person.

    Raises:
        NotAllowed: see `permissions.check_can_dispose`.
        NotPossible: none of it waits, or only for somebody else.
    """
    rows = _chosen(pks, user, now)
    mine = [row for row in rows if permissions.can_dispose(user, row)]
    if not mine:
        raise NotPossible(SECOND if rows else NONE)
    done = sum([_sign(row, user, now) for row in mine])
    return done, len(mine) - done


@transaction.atomic
def extend(pks: Sequence[UUID], *, until: date, reason: str, user: User) -> list[PolicyException]:
    """Keep what has run out longer, until a day and for a reason.

    Raises:
        NotAllowed: see `permissions.check_can_govern`.
        NotPossible: it would be endless, or none of it waits.
    """
    permissions.check_can_govern(user)
    rows = _chosen(pks, user, timezone.now())
    if not rows:
        raise NotPossible(NONE)
    kinds = sorted({row.kind for row in rows})
    made: list[PolicyException] = []
    for kind in kinds:
        references = [row.document.reference for row in rows if row.kind == kind]
        made += except_(references, kind=kind, until=until, reason=reason, user=user)
    return made


def _chosen(pks: Sequence[UUID], user: User, now: datetime) -> list[Disposal]:
    """What of the chosen rows still waits; of two who choose one, one comes after the other."""
    if not user.has_perm(permissions.GOVERN):
        raise NotAllowed(permissions.NO_DISPOSAL)
    due = Disposal.objects.visible_to(user).due(now).filter(pk__in=pks)
    return list(due.select_for_update(of=("self",)).select_related("document").order_by("pk"))


def _sign(row: Disposal, user: User, now: datetime) -> bool:
    """Whether it has all its signatures now."""
    if row.proposed_by_id is None:
        row.proposed_by, row.proposed_at = user, now
    else:
        row.agreed_by = user
    if done := row.signatures == 1 or row.agreed_by_id is not None:
        row.approved_at = now
    row.save()
    audit.record(
        Tag.DISPOSAL_APPROVED if done else Tag.DISPOSAL_PROPOSED,
        actor=user.actor,
        subject=row.document.reference,
        organisation=row.organisation_id,
        document=row.document_id,
        kind=row.kind,
        policy=row.policy,
    )
    return done
