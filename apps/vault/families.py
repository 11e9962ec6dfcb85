"""Keys of an organisation, one for each family of artifacts, wrapped by a root key."""

from functools import cache
from uuid import UUID

from django.conf import settings
from django.db import transaction

from apps.audit import services as audit
from apps.audit.tags import Tag
from apps.base.types import Actor
from apps.vault import keys
from apps.vault.classes import Family
from apps.vault.keys import RootKeys
from apps.vault.models import OrganisationKey

SYSTEM = Actor("system:vault")


def family_key(organisation: UUID, family: Family) -> tuple[OrganisationKey, bytes]:
    """The newest key of an organisation for a family, made the first time it is needed."""
    row = (
        OrganisationKey.objects.filter(organisation_id=organisation, family=family)
        .order_by("-version")
        .first()
    )
    row = row or _new_family_key(organisation, family)
    return row, roots().unwrap(bytes(row.wrapped), context=row.context)


@transaction.atomic
def _new_family_key(organisation: UUID, family: Family) -> OrganisationKey:
    """Of two who make it at once, one wins and both use the winner's."""
    row = OrganisationKey(organisation_id=organisation, family=family)
    row.wrapped = roots().wrap(keys.new_key(), context=row.context)
    row, made = OrganisationKey.objects.get_or_create(
        organisation_id=organisation,
        family=family,
        version=row.version,
        defaults={"id": row.pk, "wrapped": row.wrapped},
    )
    if made:
        audit.record(
            Tag.KEY_MADE, actor=SYSTEM, subject=row.pk, organisation=organisation, family=family
        )
    return row


def roots() -> RootKeys:
    return _parsed(settings.ROOT_KEYS)


@cache
def _parsed(text: str) -> RootKeys:
    return RootKeys.parse(text)
