"""Bytes that no row speaks of, and rows whose bytes are not there.

The first are what a crash between storing and committing leaves behind.

Their key was only in the memory of the process that died, so nobody can read them: they take
room and nothing else, and can wait until nothing that is still on its way is taken for one. The
second are a loss: nothing of ours deletes bytes before it has destroyed their key.
"""

import random
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from django.db import transaction

from apps.audit import services as audit
from apps.audit.tags import Outcome, Tag
from apps.base.ids import born_at
from apps.vault.classes import KINDS, ArtifactClass
from apps.vault.families import SYSTEM
from apps.vault.models import Artifact, OrganisationKey
from apps.vault.services import LONGEST, store

GRACE = 2 * LONGEST  # `keep` gives no row to bytes half as old
MOST = 20_000  # names after which a run ends, at the end of a folder
MOST_ROWS = 2_000  # rows a run asks the store about


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


def find_lost(organisation: UUID, *, now: datetime) -> int:
    """Note what should be in the store and is not; how much was found that nobody knew of.

    A run looks at so many rows from a random moment on, so that all are reached in time.
    """
    stored = [kind for kind, about in KINDS.items() if about.in_store]
    alive = Artifact.objects.alive().filter(organisation_id=organisation, lost_at=None)
    old = alive.filter(kind__in=stored, created_at__lt=now - GRACE).order_by("pk")
    first = old.first()
    if first is None:
        return 0
    after = old.filter(pk__gte=_some_moment(first, now))[:MOST_ROWS]
    before = old[: max(0, MOST_ROWS - len(after))]
    rows = {artifact.pk: artifact for artifact in (*after, *before)}
    return sum(_note_lost(artifact, now) for artifact in rows.values())


def _some_moment(first: Artifact, now: datetime) -> UUID:
    """The least id of a moment between the first artifact's birth and now."""
    born = born_at(first.pk).timestamp()
    at = born + random.random() * max(0.0, now.timestamp() - born)  # noqa: S311 - any will do
    return UUID(int=int(at * 1000) << 80)


@transaction.atomic
def _note_lost(artifact: Artifact, now: datetime) -> bool:
    if store().exists(artifact.store_name):
        return False
    unknown = Artifact.objects.alive().filter(pk=artifact.pk, lost_at=None)
    if not unknown.update(lost_at=now):
        return False
    audit.record(
        Tag.ARTIFACT_LOST,
        actor=SYSTEM,
        subject=artifact.pk,
        organisation=artifact.organisation_id,
        document=artifact.document,
        outcome=Outcome.FAILED,
        kind=artifact.kind,
    )
    return True


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
