"""Which policy is in force: the version in the database, and how the files differ from it."""

import json
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.accounts.models import Organisation, User
from apps.audit import services as audit
from apps.audit.tags import Tag
from apps.base.types import Actor
from apps.extraction import doctypes
from apps.retention import packs, permissions
from apps.retention.changes import Change, compare
from apps.retention.models import PolicyVersion, Standing
from apps.retention.policy import Policy
from apps.vault.orphans import GRACE

SYSTEM = Actor("system:retention")
CAME = "It came with the portal."


def governed_by(user: User) -> UUID:
    """The organisation whose keeping somebody governs. Raises NotAllowed."""
    permissions.check_can_govern(user)
    assert user.organisation_id is not None  # nobody else has a permission
    return user.organisation_id


def version_in_force(organisation: UUID, *, now: datetime | None = None) -> PolicyVersion:
    """The version that governs an organisation; at first it is what the files say."""
    versions = PolicyVersion.objects.filter(organisation_id=organisation)
    return versions.in_force(now or timezone.now()) or _first(organisation)


def policy_of(version: PolicyVersion) -> Policy:
    return _parsed(version.name, version.number, json.dumps(version.rules))


def current_policy(organisation: UUID) -> Policy:
    """The policy in force."""
    return policy_of(version_in_force(organisation))


def in_files(organisation: UUID) -> Policy:
    """What the packs in version control say of an organisation.

    Raises:
        BrokenPolicy: a file does not say what it must.
    """
    about = Organisation.objects.get(pk=organisation)
    found = packs.load_all(settings.RETENTION_POLICIES)
    return packs.compose(found, organisation=about.slug, region=about.region)


def drift(organisation: UUID) -> list[Change]:
    """What would change if the files came into force; nothing, if both say the same."""
    return compare(current_policy(organisation), in_files(organisation))


def faults_in_files(organisation: UUID) -> list[str]:
    """What is wrong with the packs of an organisation, each as a sentence."""
    classes = {one.name: one.tier for one in doctypes.load_all()}
    today = timezone.localdate()
    return list(packs.faults(in_files(organisation), classes=classes, today=today, remnants=GRACE))


@transaction.atomic
def _first(organisation: UUID) -> PolicyVersion:
    """Of two who write the first version at once, one wins and both read it."""
    policy, now = in_files(organisation), timezone.now()
    version, made = PolicyVersion.objects.get_or_create(
        organisation_id=organisation,
        number=policy.version,
        defaults={
            "name": policy.name,
            "digest": packs.digest(policy),
            "rules": [packs.as_data(rule) for rule in policy.rules],
            "standing": Standing.APPROVED,
            "reason": CAME,
            "decided_at": now,
            "takes_effect_at": Organisation.objects.get(pk=organisation).created_at,
            "applied_at": now,
        },
    )
    if made:
        record_policy(Tag.POLICY_APPLIED, version, SYSTEM)
    return version


def record_policy(tag: Tag, version: PolicyVersion, actor: Actor) -> None:
    audit.record(
        tag,
        actor=actor,
        subject=version.pk,
        organisation=version.organisation_id,
        policy=version.name,
        digest=version.digest,
    )


@lru_cache(maxsize=256)
def _parsed(name: str, number: int, rules: str) -> Policy:
    read = tuple(packs.rule_of(entry) for entry in json.loads(rules))
    return Policy(name.removesuffix(f" v{number}"), number, read)
