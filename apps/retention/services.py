"""Set clocks, erase what is due, erase on request."""

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.audit import services as audit
from apps.audit.tags import Tag
from apps.base.errors import NotPossible
from apps.base.types import Actor
from apps.delivery import services as delivery
from apps.delivery.models import Result
from apps.extraction import services as extraction
from apps.extraction.models import Reading
from apps.intake import services as intake
from apps.intake.models import Document
from apps.jobs import services as jobs
from apps.retention import permissions
from apps.retention.models import Cause, Erasure
from apps.retention.policy import Policy, Start, load
from apps.review import services as review
from apps.vault import services as vault
from apps.vault.classes import ArtifactClass
from apps.vault.models import Artifact

logger = logging.getLogger(__name__)

SYSTEM = Actor("system:retention")
BATCH = 200  # artifacts a sweep erases in one organisation

Eraser = Callable[..., object]

# From the last made to the first: each floor takes away what it alone wrote.
ERASERS: tuple[Eraser, ...] = (
    delivery.erase,
    review.erase,
    extraction.erase_fields,
    extraction.erase_pages,
    intake.erase,
)
# What goes when the clock of one class of artifact runs out.
BY_CLASS: Mapping[str, tuple[Eraser, ...]] = {
    ArtifactClass.RESULT: (delivery.erase,),
    ArtifactClass.CROP: (review.withdraw,),  # what was decided is kept with the fields
    ArtifactClass.FIELDS: (review.erase, extraction.erase_fields),
    ArtifactClass.PAGE_IMAGE: (extraction.erase_pages,),
    ArtifactClass.ORIGINAL: (intake.erase,),
}


def current_policy() -> Policy:
    """The policy in force."""
    return load(settings.RETENTION_POLICIES / "default.toml")


@transaction.atomic
def wind(document: Document, *, policy: Policy | None = None) -> None:
    """Set the clock of everything a document left, as far as its way has come.

    Doing it twice is doing it once; a clock that does not change leaves no event.
    """
    policy = policy or current_policy()
    moments, changed = _moments(document), {}
    doctype = extraction.doctype_of(document)
    name, tier = (doctype.name, doctype.tier) if doctype else ("", "")
    for artifact in Artifact.objects.of_document(document.pk).alive():
        due = policy.rule(artifact.kind, doctype=name, tier=tier).due_at(moments)
        if (artifact.due_at, artifact.policy) != (due, policy.name):
            Artifact.objects.filter(pk=artifact.pk).update(due_at=due, policy=policy.name)
            changed[artifact.kind.replace(" ", "_")] = due.isoformat(timespec="seconds")
    if changed:
        _record(Tag.CLOCK_SET, document, SYSTEM, policy=policy.name, **changed)


def erase_due(*, now: datetime) -> int:
    """Erase what is due in the organisation in scope; how many artifacts were.

    An artifact that cannot be erased is tried again by the next sweep and stops no other.
    """
    due = Artifact.objects.due(now).order_by("due_at", "pk")[:BATCH]
    erased = sum([_went_well(partial(_erase_one, artifact)) for artifact in due])
    _went_well(partial(vault.finish_shredding, now=now - timedelta(seconds=5)))
    return erased


def delete(document: Document, *, user: User) -> Erasure:
    """Erase a document at its sender's wish. A second call returns the first erasure.

    That it was asked for is sealed before anything goes.

    Raises:
        NotFound, NotAllowed: see `permissions.check_can_delete`.
        Unavailable: the wish could not be sealed; nothing was erased.
    """
    permissions.check_can_delete(user, document)
    _ask(document, Cause.DELETED, user)
    with transaction.atomic():
        return _erase(document, Cause.DELETED, user.actor, asked_by=user)


def withdraw(document: Document, *, user: User) -> list[Erasure]:
    """Take back the consent for all that was sent together, and erase it; see `delete`.

    Raises:
        NotFound, NotAllowed: see `permissions.check_can_withdraw`.
        NotPossible: consent was withdrawn before.
        Unavailable: the wish could not be sealed; nothing was erased.
    """
    permissions.check_can_withdraw(user, document)
    _ask(document, Cause.WITHDRAWN, user)
    with transaction.atomic():
        return _withdraw(document, user)


def _ask(document: Document, cause: Cause, user: User) -> None:
    """Put a wish on the trail, and wait until it is sealed there."""
    with transaction.atomic():
        asked = _record(Tag.DELETION_ASKED, document, user.actor, cause=cause.value)
    audit.covered(asked)


def _withdraw(document: Document, user: User) -> list[Erasure]:
    intake.withdraw(document, actor=user.actor)
    together = Document.objects.filter(submission_id=document.submission_id).order_by("pk")
    return [
        _erase(one, Cause.WITHDRAWN, user.actor, asked_by=user)
        for one in together.select_related("original", "submission")
    ]


def _went_well(erase: Callable[[], object]) -> bool:
    """Whether something was erased; if not, it is left to the next sweep."""
    try:
        erase()
    except Exception:
        logger.exception("Something could not be erased.")
        return False
    return True


def _erase_one(artifact: Artifact) -> None:
    """Erase everything of one class of a document, through the floor that wrote it."""
    document = Document.objects.select_related("original").filter(pk=artifact.document).first()
    with transaction.atomic():
        if document is None:  # sealed for a document that never came to be
            vault.shred(artifact, actor=SYSTEM, reason="policy")
            return
        for erase in BY_CLASS.get(artifact.kind, ()):
            erase(document, actor=SYSTEM, reason="policy")
        vault.shred(artifact, actor=SYSTEM, reason="policy")
        if not Artifact.objects.of_document(document.pk).alive().exists():
            with suppress(NotPossible):  # another sweep has said so
                _close(document, Cause.POLICY, SYSTEM, asked_by=None)


def _erase(document: Document, cause: Cause, actor: Actor, *, asked_by: User) -> Erasure:
    if before := Erasure.objects.filter(document=document).first():
        return before
    jobs.stop(intake.FLOW, subject_id=document.pk, actor=actor, reason=cause.value)
    for erase in ERASERS:
        erase(document, actor=actor, reason=cause.value)
    for artifact in Artifact.objects.of_document(document.pk).alive():
        vault.shred(artifact, actor=actor, reason=cause.value)
    return _close(document, cause, actor, asked_by=asked_by)


def _close(document: Document, cause: Cause, actor: Actor, *, asked_by: User | None) -> Erasure:
    """Say that nothing is left. Of two who say it, the first one counts."""
    now = timezone.now()
    won = Document.objects.filter(pk=document.pk, erased_at=None).update(erased_at=now)
    if not won:
        raise NotPossible("This document was erased before.")
    policy = current_policy().name
    event = _record(Tag.DOCUMENT_ERASED, document, actor, cause=cause.value, policy=policy)
    return Erasure.objects.create(
        document=document,
        organisation_id=document.organisation_id,
        cause=cause,
        asked_by=asked_by,
        policy=policy,
        event=event,
    )


def _moments(document: Document) -> dict[Start, datetime]:
    """What has happened to a document so far."""
    moments = {Start.RECEIVED: document.created_at}
    reading = Reading.objects.filter(document=document).first()
    if reading and not reading.waits:  # until then the file is still needed to be read
        moments[Start.READ] = reading.typed_at or reading.created_at
    delivered_at = Result.objects.filter(document=document).values_list("created_at", flat=True)
    if at := delivered_at.first():
        moments[Start.DELIVERED] = at
    return moments


def _record(tag: Tag, document: Document, actor: Actor, **facts: Any) -> UUID:
    event = audit.record(
        tag,
        actor=actor,
        subject=document.reference,
        organisation=document.organisation_id,
        document=document.pk,
        workspace=document.workspace_id,
        **facts,
    )
    return event.pk
