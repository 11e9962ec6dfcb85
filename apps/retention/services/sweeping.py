"""Erase what is due: claimed document by document, so that many may sweep at once.

A batch is one transaction. Whoever dies in the middle of it has erased nothing; bytes are deleted
after it commits, and `vault.finish_shredding` ends what a crash left half done.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from apps.audit import services as audit
from apps.audit.tags import Outcome, Tag
from apps.base.errors import Held
from apps.intake.models import Document
from apps.retention.models import Failure
from apps.retention.services import holds
from apps.retention.services.erasing import close_document, erase_artifact
from apps.retention.services.versions import SYSTEM
from apps.vault import services as vault
from apps.vault.disposal import disposing
from apps.vault.models import Artifact, ArtifactQuerySet

logger = logging.getLogger(__name__)

BATCH = 200  # artifacts in one transaction
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
        erased = sum([batch.erase(artifact) for artifact in artifacts])
        batch.close()
    return erased


class Batch:
    """What a sweep has claimed, and what of it is done."""

    def __init__(self, documents: Mapping[UUID, Document | None], now: datetime) -> None:
        self._documents, self._now = documents, now
        self._done: set[tuple[UUID, str]] = set()
        failing = Failure.objects.values_list("artifact", flat=True)
        self._failed_before = set(failing)

    def erase(self, artifact: Artifact) -> bool:
        """Erase one artifact, or note that it could not be; nothing is skipped in silence."""
        document = self._documents.get(artifact.document)
        about = (artifact.document, artifact.kind)
        try:
            with transaction.atomic():
                erase_artifact(artifact, document, floors=about not in self._done)
        except Held:
            return False
        except Exception as error:
            logger.exception("Something could not be erased.")
            _note_failure(artifact, type(error).__name__, self._now)
            return False
        self._done.add(about)
        if artifact.pk in self._failed_before:
            Failure.objects.filter(artifact=artifact).delete()
        return True

    def close(self) -> None:
        """Say of which documents nothing is left."""
        touched = {pk: self._documents[pk] for pk, _ in self._done if pk in self._documents}
        alive = Artifact.objects.alive().filter(document__in=touched)
        left = set(alive.values_list("document", flat=True))
        for pk, document in touched.items():
            if document is not None and pk not in left:
                close_document(document)


def _due(now: datetime) -> ArtifactQuerySet:
    """What is due, neither held nor waiting for its next try."""
    waiting = Failure.objects.filter(artifact=OuterRef("pk"), next_at__gt=now)
    free = Artifact.objects.due(now).exclude(holds.held()).exclude(Exists(waiting))
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
