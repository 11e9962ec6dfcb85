"""Certificates of destruction: what is proven gone, said once and signed.

A certificate speaks only of artifacts whose re-read has failed. What was asked for by a person is
certified at the next look; what clocks and decisions let go is gathered for an hour, so that a
quiet day does not fill a shelf.
"""

import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.audit import canonical
from apps.audit import services as audit
from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.delivery.models import Result
from apps.retention import statements
from apps.retention.models import Cause, Certificate, Erasure, PolicyVersion
from apps.retention.packs import BACKUP
from apps.retention.services.versions import SYSTEM, current_policy
from apps.retention.statements import Destroyed, Elsewhere
from apps.vault import signing
from apps.vault.models import Artifact

GATHERED = timedelta(hours=1)
FULL = 5_000  # artifacts of one certificate
AT_ONCE = frozenset({Cause.DELETED.value, Cause.WITHDRAWN.value, Cause.SUBJECT.value})
DONE = (Tag.ARTIFACT_SHREDDED, Tag.ARTIFACT_GONE)


def certify(organisation: UUID, *, now: datetime) -> int:
    """Certify what is proven gone; how many artifacts were. Doing it twice is doing it once."""
    return sum(_certify_run(organisation, cause, now) for cause in _causes(now))


@transaction.atomic
def of_document(erasure: Erasure, *, now: datetime) -> Certificate | None:
    """The certificate of one erased document; None while some of its bytes may still be there."""
    document = erasure.document
    if made := Certificate.objects.filter(document=document.pk).first():
        return made
    Erasure.objects.select_for_update(of=("self",)).get(pk=erasure.pk)  # one after the other
    artifacts = list(Artifact.objects.of_document(document.pk).order_by("pk"))
    if not artifacts or any(artifact.gone_at is None for artifact in artifacts):
        return None
    made = Certificate.objects.filter(document=document.pk).first()
    return made or _issue(artifacts, erasure.cause, now, document=document.pk)


def public_key(organisation: UUID) -> str:
    """What an organisation's certificates are checked with, as 64 hexadecimal digits."""
    return signing.public_key(organisation)[1]


def _causes(now: datetime) -> list[str]:
    """Why something went that is not certified and has waited for long enough."""
    waiting = Artifact.objects.filter(gone_at__isnull=False, certificate=None).exclude(reason="")
    patient = waiting.filter(gone_at__lte=now - GATHERED) | waiting.filter(reason__in=AT_ONCE)
    return sorted(set(patient.values_list("reason", flat=True)))


@transaction.atomic
def _certify_run(organisation: UUID, cause: str, now: datetime) -> int:
    gone = Artifact.objects.filter(gone_at__isnull=False, certificate=None, reason=cause)
    locked = gone.select_for_update(skip_locked=True).order_by("gone_at", "pk")
    artifacts = list(locked.filter(organisation_id=organisation)[:FULL])
    if not artifacts:
        return 0
    made = _issue(artifacts, cause, now)
    pks = [artifact.pk for artifact in artifacts]
    return Artifact.objects.filter(pk__in=pks).update(certificate=made.pk)


def _issue(
    artifacts: Sequence[Artifact], cause: str, now: datetime, *, document: UUID | None = None
) -> Certificate:
    organisation = artifacts[0].organisation_id
    made = Certificate(
        organisation_id=organisation,
        document=document,
        cause=cause,
        items=len(artifacts),
        salt=secrets.token_bytes(32),
    )
    made.number = f"CD-{now:%Y%m%d-%H%M}-{made.pk.hex[-6:].upper()}"
    items = list(_destroyed(artifacts))
    began_at = min(one.began_at for one in items)
    made.seconds = max(0, round((items[-1].gone_at - began_at).total_seconds()))
    made.body = canonical.encode(_statement(made, items, artifacts, now))
    signed = signing.sign(made.body, organisation=organisation)
    made.signature, made.key = signed.signature, signed.key
    made.save(force_insert=True)
    audit.record(
        Tag.CERTIFICATE_ISSUED,
        actor=SYSTEM,
        subject=made.number,
        organisation=organisation,
        document=document,
        items=len(items),
        cause=cause,
        digest=statements.digest(made.body),
    )
    return made


def _statement(
    made: Certificate,
    items: Sequence[Destroyed],
    artifacts: Sequence[Artifact],
    now: datetime,
) -> dict[str, Any]:
    key, public = signing.public_key(made.organisation_id)
    return statements.body(
        number=made.number,
        organisation=made.organisation_id,
        document=made.document,
        cause=made.cause,
        issued_at=now,
        key=key,
        public=public,
        salt=bytes(made.salt),
        items=items,
        policies=_policies({artifact.policy for artifact in artifacts}),
        elsewhere=_elsewhere({artifact.document for artifact in artifacts}, items, made),
    )


def _destroyed(artifacts: Sequence[Artifact]) -> Iterator[Destroyed]:
    events: dict[str, list[str]] = {str(artifact.pk): [] for artifact in artifacts}
    told = Event.objects.filter(
        organisation_id=artifacts[0].organisation_id, subject__in=list(events), tag__in=DONE
    )
    for subject, pk in told.order_by("pk").values_list("subject", "pk"):
        events[subject].append(str(pk))
    for artifact in sorted(artifacts, key=lambda one: (one.gone_at, one.pk)):
        assert artifact.shredded_at and artifact.gone_at  # nothing else is certified
        yield Destroyed(
            artifact=artifact.pk,
            kind=artifact.kind,
            size=artifact.size,
            digest=artifact.digest,
            policy=artifact.policy,
            due_at=artifact.due_at,
            shredded_at=artifact.shredded_at,
            gone_at=artifact.gone_at,
            events=tuple(events[str(artifact.pk)]),
        )


def _policies(names: set[str]) -> list[dict[str, str]]:
    """The versions that set the clocks, and who signed them."""
    versions = PolicyVersion.objects.filter(name__in=names).select_related(
        "proposed_by", "decided_by"
    )
    return [
        {
            "name": version.name,
            "digest": version.digest,
            "proposed_by": version.proposed_by.actor if version.proposed_by else "",
            "approved_by": version.decided_by.actor if version.decided_by else "",
        }
        for version in versions.order_by("number")
    ]


def _elsewhere(documents: set[UUID], items: Sequence[Destroyed], made: Certificate) -> Elsewhere:
    """What other systems may still have, said before anybody asks."""
    downloads = Event.objects.filter(
        organisation_id=made.organisation_id, document__in=documents, tag=Tag.RESULT_DOWNLOADED
    )
    kept = current_policy(made.organisation_id).rule(BACKUP).keep
    return Elsewhere(
        deliveries=Result.objects.filter(document__in=documents).count(),
        downloads=downloads.count(),
        backups_until=items[-1].gone_at + kept,
    )
