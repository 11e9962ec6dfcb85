"""Bytes that no row speaks of: what a crash between storing and committing leaves behind.

Their key was only in the memory of the process that died, so nobody can read them: they take
room and nothing else, and can wait until nothing that is still on its way is taken for one.
"""

import random
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from django.db import transaction

from apps.audit import services as audit
from apps.audit.tags import Tag
from apps.base.ids import born_at
from apps.vault.classes import KINDS, ArtifactClass
from apps.vault.models import Artifact, OrganisationKey
from apps.vault.services import LONGEST, SYSTEM, store

GRACE = 2 * LONGEST  # `keep` gives no row to bytes half as old
MOST = 20_000  # names after which a run ends, at the end of a folder


def remove_orphans(organisation: UUID, *, now: datetime) -> int:
    """Remove an organisation's orphans; how many there were.

    A run ends after so many names, and each begins somewhere else, so that all are reached in
    time. Nothing is removed of an organisation whose rows cannot be seen: another database, or
    another scope. Doing it twice is doing it once.
    """
    if not OrganisationKey.objects.filter(organisation_id=organisation).exists():
        return 0
    looked = removed = 0
    for kind, folder in _folders(organisation):
        old = [one for one in _named(kind, organisation, folder) if now - born_at(one.pk) > GRACE]
        removed += _remove_unknown(old)
        looked += len(old)
        if looked >= MOST:
            break
    return removed


def _folders(organisation: UUID) -> list[tuple[ArtifactClass, str]]:
    """Where the store may have bytes of an organisation, in no order."""
    found = [
        (kind, folder)
        for kind, about in KINDS.items()
        if about.in_store
        for folder in store().folders(f"{about.prefix}/{organisation}")
    ]
    random.shuffle(found)
    return found


def _named(kind: ArtifactClass, organisation: UUID, folder: str) -> Iterator[Artifact]:
    """The artifacts that names speak of, whether there are rows or not; other names are left."""
    for name in store().names(folder):
        with suppress(ValueError):
            artifact = Artifact(
                id=UUID(name.rpartition("/")[2]), organisation_id=organisation, kind=kind
            )
            if artifact.store_name == name:
                yield artifact


def _remove_unknown(artifacts: list[Artifact]) -> int:
    ids = [artifact.pk for artifact in artifacts]
    known = set(Artifact.objects.filter(pk__in=ids).values_list("pk", flat=True))
    orphans = [artifact for artifact in artifacts if artifact.pk not in known]
    for orphan in orphans:
        _remove(orphan)
    return len(orphans)


@transaction.atomic
def _remove(orphan: Artifact) -> None:
    audit.record(
        Tag.ARTIFACT_GONE,
        actor=SYSTEM,
        subject=orphan.pk,
        organisation=orphan.organisation_id,
        kind=orphan.kind,
        reason="orphan",
    )
    store().remove(orphan.store_name)
