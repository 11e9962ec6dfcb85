"""Erase a document, or one class of its artifacts, floor by floor."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.audit import services as audit
from apps.audit.tags import Tag
from apps.base.errors import Held, NotPossible
from apps.base.types import Actor
from apps.delivery import services as delivery
from apps.extraction import services as extraction
from apps.intake import services as intake
from apps.intake.models import Document
from apps.jobs import services as jobs
from apps.retention import permissions
from apps.retention.models import Cause, Erasure
from apps.retention.services import clocks, holds
from apps.retention.services.versions import SYSTEM, current_policy
from apps.review import services as review
from apps.vault import services as vault
from apps.vault.classes import ArtifactClass
from apps.vault.disposal import disposing
from apps.vault.models import Artifact

HELD = "This document is under a legal hold ({}) and cannot be deleted until it is lifted."

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


def delete(document: Document, *, user: User) -> Erasure:
    """Erase a document at its sender's wish. A second call returns the first erasure.

    That it was asked for is sealed before anything goes.

    Raises:
        NotFound, NotAllowed: see `permissions.check_can_delete`.
        Held: a legal hold covers it.
        Unavailable: the wish could not be sealed; nothing was erased.
    """
    permissions.check_can_delete(user, document)
    _check_free(document)
    _ask(document, Cause.DELETED, user)
    with transaction.atomic():
        _take(document)
        _check_free(document)  # again, now that nobody can place one any more
        return _erase(document, Cause.DELETED, user.actor, asked_by=user)


def withdraw(document: Document, *, user: User) -> list[Erasure]:
    """Take back the consent for all that was sent together, and erase it; see `delete`.

    Work on what a legal hold covers stops too; it is erased once the hold is lifted.

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
    erased = []
    for one in together.select_related("original", "submission"):
        _take(one)
        if holds.covering(one):
            _wait(one, user.actor)
        else:
            erased.append(_erase(one, Cause.WITHDRAWN, user.actor, asked_by=user))
    return erased


def _check_free(document: Document) -> None:
    if covering := holds.covering(document):
        raise Held(HELD.format(", ".join(hold.reference for hold in covering)))


def erase_artifact(artifact: Artifact, document: Document | None, *, floors: bool) -> None:
    """Erase everything of one class of a document, through the floor that wrote it.

    Without `floors` only the artifact: those that wrote its class have been asked before.

    Raises:
        Held: a legal hold was placed since it was looked at.
    """
    cause = _cause(document)
    if document is not None and floors:
        for erase in BY_CLASS.get(artifact.kind, ()):
            erase(document, actor=SYSTEM, reason=cause.value)
    vault.shred(artifact, actor=SYSTEM, reason=cause.value)


def close_document(document: Document) -> None:
    """Say that the clocks of a document have taken everything."""
    with suppress(NotPossible):  # somebody has said so
        _close(document, _cause(document), SYSTEM, asked_by=None)


def _cause(document: Document | None) -> Cause:
    """Whether it is the policy that lets go, or a withdrawal that had to wait for a hold."""
    withdrawn = document is not None and document.submission.withdrawn_at
    return Cause.WITHDRAWN if withdrawn else Cause.POLICY


def _take(document: Document) -> None:
    """Let nobody else erase, hold or wind this document until we are done."""
    Document.objects.select_for_update(no_key=True).get(pk=document.pk)
    holds.cover([document])


def _wait(document: Document, actor: Actor) -> None:
    """Stop all work on a held document; its clocks say that it goes as soon as it may."""
    jobs.stop(intake.FLOW, subject_id=document.pk, actor=actor, reason=Cause.WITHDRAWN.value)
    review.withdraw(document, actor=actor, reason=Cause.WITHDRAWN.value)
    clocks.wind(document)


def _erase(document: Document, cause: Cause, actor: Actor, *, asked_by: User) -> Erasure:
    if before := Erasure.objects.filter(document=document).first():
        return before
    jobs.stop(intake.FLOW, subject_id=document.pk, actor=actor, reason=cause.value)
    with disposing():
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
    policy = current_policy(document.organisation_id).name
    event = _record(Tag.DOCUMENT_ERASED, document, actor, cause=cause.value, policy=policy)
    return Erasure.objects.create(
        document=document,
        organisation_id=document.organisation_id,
        cause=cause,
        asked_by=asked_by,
        policy=policy,
        event=event,
    )


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
