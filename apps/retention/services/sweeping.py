"""Erase what is due: claimed document by document, so that many may sweep at once.

A batch is one transaction. Whoever dies in the middle of it has erased nothing; bytes are deleted
after it commits, and `vault.finish_shredding` ends what a crash left half done.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from apps.audit import services as audit
from apps.audit.tags import Outcome, Tag
from apps.base.errors import Held
from apps.intake.models import Document
from apps.retention.models import Cause, Disposal, Failure
from apps.retention.services import holds
from apps.retention.services.erasing import cause_of, close_each, erase_kind
from apps.retention.services.versions import SYSTEM
from apps.vault import services as vault
from apps.vault.disposal import disposing
from apps.vault.models import Artifact, ArtifactQuerySet

logger = logging.getLogger(__name__)

BATCH = 1000  # artifacts in one transaction
ALERT = 3  # failed tries after which people are told
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)  # between two tries
SETTLED = timedelta(seconds=5)  # after which whoever destroyed a key has deleted the bytes


def erase_due(*, now: datetime) -> int:
    """Erase a batch of what is due in the organisation in scope; how many artifacts were.

    What cannot be erased is tried again later and stops nothing else; what a legal hold covers,
    or another sweep has claimed, is passed over.
    """
    erased = _erase_batch(now)
    went_well(partial(vault.finish_shredding, now=now - SETTLED))
    return erased


@transaction.atomic
def _erase_batch(now: datetime) -> int:
    due = list(_due(now).values_list("pk", "document")[:BATCH])
    documents = _claim({document for _, document in due})
    mine = _due(now).filter(pk__in=[pk for pk, _ in due]).exclude(document__in=_others(documents))
    artifacts = mine.select_for_update(skip_locked=True, of=("self",)) if due else []
    with vault.together(), disposing():
        batch = Batch(documents, now)
        erased = batch.erase(list(artifacts))
        batch.close()
    return erased


class Batch:
    """What a sweep has claimed, and what of it is done."""

    def __init__(self, documents: Mapping[UUID, Document | None], now: datetime) -> None:
        self._documents, self._now = documents, now
        self._touched: set[UUID] = set()

    def erase(self, artifacts: Sequence[Artifact]) -> int:
        """Erase artifacts, class by class; how many could be."""
        groups: dict[tuple[str, Cause], list[Artifact]] = defaultdict(list)
        for artifact in artifacts:
            cause = cause_of(self._documents.get(artifact.document))
            groups[artifact.kind, cause].append(artifact)
        return sum(self._group(kind, cause, group) for (kind, cause), group in groups.items())

    def _group(self, kind: str, cause: Cause, artifacts: Sequence[Artifact]) -> int:
        """All at one go, or document by document where that fails for one of them."""
        if not (failed := self._try(kind, cause, artifacts)):
            return len(artifacts)
        parts = _by_document(artifacts)
        if len(parts) > 1:
            return sum(self._group(kind, cause, part) for part in parts)
        if not isinstance(failed, Held):
            self._note(artifacts, failed)
        return 0

    def _try(self, kind: str, cause: Cause, artifacts: Sequence[Artifact]) -> Exception | None:
        """What stood in the way, after which all is as it was; None if nothing did."""
        named = sorted({artifact.document for artifact in artifacts})
        found = [document for pk in named if (document := self._documents.get(pk))]
        try:
            with transaction.atomic():
                erase_kind(kind, artifacts, found, cause=cause)
        except Exception as error:
            return error
        Failure.objects.filter(artifact__in=artifacts).delete()
        self._touched |= set(named)
        return None

    def _note(self, artifacts: Sequence[Artifact], failed: Exception) -> None:
        """Nothing is skipped in silence."""
        logger.error("Something could not be erased.", exc_info=failed)
        for artifact in artifacts:
            _note_failure(artifact, type(failed).__name__, self._now)

    def close(self) -> None:
        """Say of which documents nothing is left."""
        alive = Artifact.objects.alive().filter(document__in=self._touched)
        empty = self._touched - set(alive.values_list("document", flat=True))
        closed = [document for pk in sorted(empty) if (document := self._documents.get(pk))]
        for cause in Cause:
            close_each([one for one in closed if cause_of(one) is cause], cause=cause)


def _by_document(artifacts: Sequence[Artifact]) -> list[list[Artifact]]:
    parts: dict[UUID, list[Artifact]] = defaultdict(list)
    for artifact in artifacts:
        parts[artifact.document].append(artifact)
    return list(parts.values())


def _due(now: datetime) -> ArtifactQuerySet:
    """What is due, neither held, nor waiting for its next try or for somebody to look."""
    waiting = Failure.objects.filter(artifact=OuterRef("pk"), next_at__gt=now)
    unseen = Disposal.objects.waiting().filter(document=OuterRef("document"), kind=OuterRef("kind"))
    free = Artifact.objects.due(now).exclude(holds.held())
    free = free.exclude(Exists(waiting)).exclude(Exists(unseen))
    return free.order_by("due_at", "pk")


def _claim(pks: set[UUID]) -> dict[UUID, Document | None]:
    """Documents that nobody else is erasing now; None for those that others are.

    Ids of which there is no document are not in it.
    """
    mine = (
        Document.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
        .filter(pk__in=pks)
        .select_related("original", "submission")
        .order_by("pk")
    )
    claimed = {document.pk: document for document in mine}
    holds.cover(claimed.values())
    known = Document.objects.filter(pk__in=pks).values_list("pk", flat=True)
    return {pk: claimed.get(pk) for pk in known}


def _others(documents: Mapping[UUID, Document | None]) -> list[UUID]:
    return [pk for pk, document in documents.items() if document is None]


def _note_failure(artifact: Artifact, problem: str, now: datetime) -> None:
    failure, _ = Failure.objects.get_or_create(
        artifact=artifact,
        defaults={
            "organisation_id": artifact.organisation_id,
            "attempts": 0,
            "problem": problem,
            "next_at": now,
        },
    )
    failure.attempts, failure.problem = failure.attempts + 1, problem
    failure.next_at = now + min(FIRST_PAUSE * 2 ** (failure.attempts - 1), LONGEST_PAUSE)
    failure.save()
    if failure.attempts == ALERT:
        audit.record(
            Tag.ERASURE_STUCK,
            actor=SYSTEM,
            subject=artifact.pk,
            organisation=artifact.organisation_id,
            document=artifact.document,
            outcome=Outcome.FAILED,
            kind=artifact.kind,
            problem=problem,
            attempts=failure.attempts,
        )


def went_well(work: Callable[[], object]) -> bool:
    """Whether it could be done; if not, it is left to the next sweep."""
    try:
        work()
    except Exception:
        logger.exception("Something could not be erased.")
        return False
    return True
