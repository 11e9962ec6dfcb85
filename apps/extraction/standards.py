"""What an organisation demands of reading, and who changed it when and why."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from apps.accounts.models import User
from apps.audit import services as audit
from apps.audit.tags import Tag
from apps.extraction import permissions
from apps.extraction.calibration import ERROR_TARGET
from apps.extraction.models import Standard

PER_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Demanded:
    """A standard in force, chosen or not."""

    error_target: float  # of fields nobody looked at, this share may be wrong
    audit_share: float  # of accepted fields, this share is looked at all the same

    @property
    def as_governing(self) -> dict[str, Any]:
        """The columns of a reading that say what governed it."""
        return asdict(self)


def of_organisation(organisation: UUID) -> Demanded:
    """What holds now; what the product demands by itself where nobody chose anything."""
    latest = Standard.objects.filter(organisation_id=organisation).order_by("-id").first()
    if latest is None:
        return Demanded(ERROR_TARGET, settings.AUDITS_PER_MILLE / 1000)
    return Demanded(latest.error_target, latest.audit_share)


def history(organisation: UUID, *, count: int) -> list[Standard]:
    """The latest choices, newest first."""
    chosen = Standard.objects.filter(organisation_id=organisation).select_related("set_by")
    return list(chosen.order_by("-id")[:count])


@transaction.atomic
def choose(demanded: Demanded, *, reason: str, user: User) -> Standard:
    """Demand something else of every reading from now on; documents already read stay as judged.

    Choosing what holds already adds a row and an event all the same: somebody confirmed it.

    Raises:
        NotAllowed: see `permissions.check_can_set_standard`.
    """
    organisation = permissions.check_can_set_standard(user)
    before = of_organisation(organisation)
    chosen = Standard.objects.create(
        organisation_id=organisation, reason=reason, set_by=user, **asdict(demanded)
    )
    audit.record(
        Tag.STANDARD_SET,
        actor=user.actor,
        subject=chosen.pk,
        organisation=organisation,
        error_target_per_million=round(demanded.error_target * PER_MILLION),
        audit_share_per_million=round(demanded.audit_share * PER_MILLION),
        error_target_before_per_million=round(before.error_target * PER_MILLION),
        audit_share_before_per_million=round(before.audit_share * PER_MILLION),
    )
    return chosen
