"""Change a policy: one person proposes, sees what would happen, and another one approves.

An approved version takes effect after a cooling time, so that what would be lost by mistake can
still be held. Then every clock is set anew, once.
"""

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from apps.accounts.models import Organisation, User
from apps.audit.tags import Tag
from apps.base.errors import NotPossible
from apps.retention import packs, permissions
from apps.retention.models import Held, PolicyVersion, Standing
from apps.retention.policy import Policy
from apps.retention.services import clocks
from apps.retention.services.versions import (
    SYSTEM,
    governed_by,
    in_files,
    policy_of,
    record_policy,
    version_in_force,
)
from apps.vault.models import Artifact

COOLING = timedelta(hours=24)
SAME = "This is what the policy says already."
ONE = "A change is under way already. Decide on it first."
DECIDED = "This was decided before."

Effect = dict[str, dict[str, int]]


@transaction.atomic
def propose(policy: Policy, *, reason: str, user: User) -> PolicyVersion:
    """Put a new version before a second person, with what it would do today.

    Raises:
        NotAllowed: see `permissions.check_can_govern`.
        NotPossible: it changes nothing, or another change is under way.
    """
    organisation = governed_by(user)
    in_force = version_in_force(organisation)
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation)  # one by one
    _check_new(policy, in_force)
    number = _next_number(organisation)
    version = PolicyVersion.objects.create(
        organisation_id=organisation,
        number=number,
        name=f"{policy.id} v{number}",
        digest=packs.digest(policy),
        rules=[packs.as_data(rule) for rule in policy.rules],
        reason=reason,
        effect=dry_run(policy, organisation=organisation),
        proposed_by=user,
    )
    record_policy(Tag.POLICY_PROPOSED, version, user.actor)
    return version


def propose_files(*, reason: str, user: User) -> PolicyVersion:
    """Propose what the files in version control say. Raises as `propose` does."""
    return propose(in_files(governed_by(user)), reason=reason, user=user)


@transaction.atomic
def approve(version: PolicyVersion, *, user: User) -> PolicyVersion:
    """The second signature; the version takes effect after its cooling time.

    Raises:
        NotAllowed, NotFound: see `permissions.check_can_approve`.
        NotPossible: it was decided before.
    """
    permissions.check_can_approve(user, version)
    now = timezone.now()
    said = {"decided_by": user, "decided_at": now, "takes_effect_at": now + COOLING}
    proposed = PolicyVersion.objects.filter(pk=version.pk, standing=Standing.PROPOSED)
    if not proposed.update(standing=Standing.APPROVED, **said):
        raise NotPossible(DECIDED)
    version.refresh_from_db()
    record_policy(Tag.POLICY_APPROVED, version, user.actor)
    return version


@transaction.atomic
def decline(version: PolicyVersion, *, user: User) -> None:
    """Say no, or take one's own proposal back; also while it cools.

    Raises:
        NotAllowed: see `permissions.check_can_govern`.
        NotPossible: it is in force, or was declined before.
    """
    permissions.check_can_govern(user)
    cooling = PolicyVersion.objects.filter(
        pk=version.pk, standing=Standing.APPROVED, takes_effect_at__gt=timezone.now()
    )
    proposed = PolicyVersion.objects.filter(pk=version.pk, standing=Standing.PROPOSED)
    said = {"standing": Standing.DECLINED, "decided_by": user, "decided_at": timezone.now()}
    if not (cooling | proposed).update(**said):
        raise NotPossible(DECIDED)
    record_policy(Tag.POLICY_DECLINED, version, user.actor)


def take_effect(organisation: UUID, *, now: datetime) -> PolicyVersion | None:
    """Let every clock follow a version that has come into force; None if all do already.

    A run that dies in the middle is taken up by the next one: setting a clock twice is once.
    """
    version = version_in_force(organisation, now=now)
    if version.applied_at is not None:
        return None
    clocks.rewind(organisation, policy=policy_of(version))
    with transaction.atomic():
        if PolicyVersion.objects.filter(pk=version.pk, applied_at=None).update(applied_at=now):
            record_policy(Tag.POLICY_APPLIED, version, SYSTEM)
    return version


def dry_run(policy: Policy, *, organisation: UUID) -> Effect:
    """What would change today for what is kept, counted by class of artifact.

    `due` at once, `held` of these, due `sooner` but not yet, kept `later`.
    """
    now = timezone.now()
    effect: dict[str, Counter[str]] = defaultdict(Counter)
    for documents in clocks.pages_of(organisation):
        found = clocks.situations(documents)
        under = Held.objects.filter(document__in=found, hold__lifted_at=None)
        held = set(under.values_list("document", flat=True))
        for artifact in Artifact.objects.alive().filter(document__in=found):
            due = found[artifact.document].due_at(artifact.kind, policy)
            for word in _words(artifact.due_at, due, now, is_held=artifact.document in held):
                effect[artifact.kind][word] += 1
    return {kind: dict(counts) for kind, counts in sorted(effect.items())}


def _words(before: datetime, after: datetime, now: datetime, *, is_held: bool) -> list[str]:
    if after <= now < before:
        return ["due", "held"] if is_held else ["due"]
    if after < before:
        return ["sooner"]
    return ["later"] if after > before else []


def _check_new(policy: Policy, in_force: PolicyVersion) -> None:
    if packs.digest(policy) == in_force.digest:
        raise NotPossible(SAME)
    versions = PolicyVersion.objects.filter(organisation_id=in_force.organisation_id)
    if versions.ahead(timezone.now()):
        raise NotPossible(ONE)


def _next_number(organisation: UUID) -> int:
    versions = PolicyVersion.objects.filter(organisation_id=organisation)
    return int(versions.aggregate(last=Max(F("number")))["last"] or 0) + 1
