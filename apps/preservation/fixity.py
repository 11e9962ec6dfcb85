"""Hash every copy of every original again, a little at a time.

Each copy has a row that says when it is due; a run claims what is due longest, hashes it and
puts the row behind the others, all in one transaction. Whoever dies in the middle has checked
nothing, and the next run begins there. Only these rows are locked, so nothing else waits.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from django.conf import settings
from django.db import transaction

from apps.audit import canonical
from apps.audit import services as audit
from apps.audit.tags import Outcome, Tag
from apps.audit.tlog import leaf_hash
from apps.base.errors import Unavailable
from apps.base.ids import uuid7
from apps.base.types import Actor
from apps.preservation.models import Copy, Fixity, FixityCheck, Record
from apps.vault import copies as vault
from apps.vault.copies import Damaged, Place
from apps.vault.models import Artifact

logger = logging.getLogger(__name__)

Found = TypeVar("Found")
SYSTEM = Actor("system:fixity")
BATCH = 1_000  # copies in one transaction
BATCH_BYTES = 512 * 2**20  # plain ones, after which a transaction takes no further copy
THREADS = 2  # hashing leaves Python, so one more thread is another core
DEEP = timedelta(days=365)  # after which a copy is deciphered again
ENLISTED = 1_000  # records that get their rows in one run
RETRY = timedelta(hours=1)  # where a store did not answer
NEEDED = (  # of copy, record and artifact; to build all of three rows takes as long as to hash one
    "organisation_id", "record_id", "place", "size", "checked_at", "baseline",
    "record__reference", "record__sha256", "record__document_id", "record__workspace_id",
    "record__organisation_id", "record__artifact__organisation_id", "record__artifact__document",
    "record__artifact__kind", "record__artifact__size",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Run:
    """What a run did."""

    copies: int = 0
    size: int = 0  # plain bytes
    damaged: int = 0

    def __add__(self, other: Run) -> Run:
        return Run(self.copies + other.copies, self.size + other.size, self.damaged + other.damaged)


@dataclass(frozen=True, slots=True)
class Looked:
    """A copy, and what hashing it came to; None where its store did not answer."""

    copy: Copy
    found: Fixity | None
    sealed: str = ""
    digest: str = ""


def check_due(organisation: UUID, *, now: datetime, most: int) -> Run:
    """Hash what is due in the organisation in scope, up to so many plain bytes.

    Doing it twice is doing it once: what was hashed is not due any more.
    """
    enlist(organisation, now)
    done = Run()
    while done.size < most:
        batch = _check_batch(organisation, now, most - done.size)
        if not batch.copies:
            break
        done += batch
    return done


def enlist(organisation: UUID, now: datetime) -> None:
    """Give every record a row for each place; what is there already stays."""
    for place in vault.places():
        known = Copy.objects.filter(place=place).values("record")
        alive = Record.objects.filter(organisation_id=organisation, artifact__shredded_at=None)
        new = alive.exclude(pk__in=known).order_by("pk")[:ENLISTED]
        Copy.objects.bulk_create(
            [
                Copy(
                    organisation_id=organisation,
                    record=record,
                    place=place,
                    size=record.size,
                    due_at=now,
                )
                for record in new
            ],
            ignore_conflicts=True,
        )


@transaction.atomic
def _check_batch(organisation: UUID, now: datetime, most: int) -> Run:
    claimed = list(_claimed(organisation, now, min(most, BATCH_BYTES)))
    looked = [one if one.found else _late(one, now) for one in _looked_at(claimed, now)]
    answered = [one for one in looked if one.found and not _was_erased(one)]
    if answered:
        keep(answered, uuid7(), now)
    _quarantine([one for one in answered if one.found is not Fixity.SAME], now)
    damaged = sum(one.found is not Fixity.SAME for one in answered)
    return Run(len(claimed), sum(copy.size for copy in claimed), damaged)


def _claimed(organisation: UUID, now: datetime, most: int) -> Iterator[Copy]:
    """What is due longest and nobody else has in hand; one copy at least."""
    due = Copy.objects.filter(
        organisation_id=organisation,
        due_at__lte=now,
        place__in=vault.places(),
        record__artifact__shredded_at=None,
    )
    free = due.select_for_update(skip_locked=True, of=("self",)).order_by("due_at", "id")
    taken = 0
    for copy in free.select_related("record__artifact").only(*NEEDED)[:BATCH]:
        if taken and taken + copy.size > most:
            return
        taken += copy.size
        yield copy


def _looked_at(copies: Sequence[Copy], now: datetime) -> list[Looked]:
    """Hash several copies side by side; the threads touch stores and no database.

    Those that rest as they did when they were deciphered last are well, and need no key. The
    others are deciphered, which says what happened to them.
    """
    known = _baselines(copies, now)
    readable = vault.have_keys([copy.record.artifact for copy in copies])
    same = [copy for copy in copies if copy.pk in known and copy.record.artifact_id in readable]
    with ThreadPoolExecutor(THREADS) as pool:
        hashed = _each(pool, _sealed, same)
        others = [copy for copy in copies if hashed.get(copy.pk, "") != known.get(copy.pk)]
        keys = vault.keys_of([copy.record.artifact for copy in others])
        deciphered = _each(pool, partial(_look, keys), others)
    looked = [
        deciphered.get(copy.pk) or Looked(copy, Fixity.SAME, sealed=known[copy.pk])
        for copy in copies
    ]
    return [_first_copy(one) if _is_new(one) else one for one in looked]


def _each(
    pool: ThreadPoolExecutor, do: Callable[[Copy], Found], copies: Sequence[Copy]
) -> dict[UUID, Found]:
    """By copy. A task a part, since a task a copy costs more than its hash takes."""
    parts = [copies[at::THREADS] for at in range(THREADS)]
    done = pool.map(lambda part: [(copy.pk, do(copy)) for copy in part], parts)
    return dict(pair for part in done for pair in part)


def _baselines(copies: Sequence[Copy], now: datetime) -> dict[UUID, str]:
    """What copies must hash to as they rest: from rows that are written once, not from theirs."""
    named = {copy.baseline: copy.pk for copy in copies if copy.baseline}
    checks = FixityCheck.objects.filter(pk__in=named, found=Fixity.SAME, at__gt=now - DEEP)
    rows = checks.values_list("pk", "copy_id", "sealed")
    return {copy: sealed for pk, copy, sealed in rows if named[pk] == copy}


def _sealed(copy: Copy) -> str:
    """The hash of a copy as it rests; empty where there is none, for `look` to say why."""
    try:
        return vault.sealed_digest(copy.record.artifact, Place(copy.place))
    except (Damaged, Unavailable):
        return ""


def look(copy: Copy) -> Looked:
    """Decipher and hash one copy now."""
    return _look(vault.keys_of([copy.record.artifact]), copy)


def _look(keys: Mapping[UUID, bytes], copy: Copy) -> Looked:
    """The same with keys that were unwrapped beforehand; it touches the store and no database."""
    artifact, place = copy.record.artifact, Place(copy.place)
    key = keys.get(artifact.pk)
    if key is None:
        return Looked(copy, Fixity.MISSING)
    try:
        digest = vault.digest(artifact, place, key=key)
        sealed = vault.sealed_digest(artifact, place)
    except Damaged as error:
        return Looked(copy, Fixity(error.damage.value))
    except Unavailable:
        logger.warning("A store did not answer.")
        return Looked(copy, None)
    same = digest == copy.record.sha256
    return Looked(copy, Fixity.SAME if same else Fixity.SWAPPED, sealed, digest)


def _is_new(one: Looked) -> bool:
    """Whether a second copy is missing because it was never made."""
    second = one.copy.place == Place.SECOND and one.copy.checked_at is None
    return second and one.found is Fixity.MISSING


def _first_copy(one: Looked) -> Looked:
    """Make the second copy of a record whose first one is well."""
    first = Copy(record=one.copy.record, place=Place.FIRST, size=one.copy.size)
    if look(first).found is not Fixity.SAME:
        return Looked(one.copy, None)
    vault.copy(one.copy.record.artifact, source=Place.FIRST, to=Place.SECOND)
    tell(Tag.COPY_MADE, one.copy, SYSTEM, sha256=one.copy.record.sha256)
    return look(one.copy)


def _late(one: Looked, now: datetime) -> Looked:
    Copy.objects.filter(pk=one.copy.pk).update(due_at=now + RETRY)
    return one


def _was_erased(one: Looked) -> bool:
    """What was erased while it was being read is not damaged."""
    if one.found is Fixity.SAME:
        return False
    return Artifact.objects.filter(
        pk=one.copy.record.artifact_id, shredded_at__isnull=False
    ).exists()


def keep(looked: Sequence[Looked], run: UUID, now: datetime) -> None:
    """Write what was found, bind it by one event, and put the copies behind the others."""
    checks = [
        FixityCheck(
            organisation_id=one.copy.organisation_id,
            copy=one.copy,
            at=now,
            found=one.found or "",
            sealed=one.sealed,
            digest=one.digest,
            run=run,
        )
        for one in looked
    ]
    FixityCheck.objects.bulk_create(checks)
    deep = [check for check in checks if check.digest and check.found == Fixity.SAME]
    for check in deep:
        check.copy.baseline = check.pk
    Copy.objects.bulk_update([check.copy for check in deep], ["baseline"])
    Copy.objects.filter(pk__in=[one.copy.pk for one in looked]).update(
        checked_at=now, due_at=now + timedelta(days=settings.FIXITY_DAYS)
    )
    audit.record(
        Tag.COPIES_CHECKED,
        actor=SYSTEM,
        subject=run,
        organisation=looked[0].copy.organisation_id,
        copies=len(looked),
        size=sum(one.copy.size for one in looked),
        damaged=sum(one.found is not Fixity.SAME for one in looked),
        checks=chained(checks),
    )


def chained(checks: Sequence[FixityCheck]) -> str:
    """One digest over the rows of a run, in the order of their keys, which an event holds."""
    rows = [
        [str(one.pk), str(one.copy_id), one.at.isoformat(), one.found, one.sealed, one.digest]
        for one in sorted(checks, key=lambda one: one.pk)
    ]
    return leaf_hash(canonical.encode({"checks": rows})).hex()


def _quarantine(damaged: Sequence[Looked], now: datetime) -> None:
    for one in damaged:
        well = Copy.objects.filter(pk=one.copy.pk, quarantined_at=None)
        won = well.update(damage=one.found, quarantined_at=now)
        if won:
            tell(Tag.COPY_DAMAGED, one.copy, SYSTEM, Outcome.FAILED, damage=str(one.found))


def tell(tag: Tag, copy: Copy, actor: Actor, outcome: Outcome = Outcome.DONE, **facts: Any) -> None:
    audit.record(
        tag,
        actor=actor,
        subject=copy.record.reference,
        organisation=copy.organisation_id,
        document=copy.record.document_id,
        workspace=copy.record.workspace_id,
        outcome=outcome,
        place=copy.place,
        **facts,
    )
