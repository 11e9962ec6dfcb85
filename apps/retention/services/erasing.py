"""Erase a document, or one class of its artifacts, floor by floor."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
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
from apps.retention.policy import Rule
from apps.retention.services import clocks, holds
from apps.retention.services.versions import SYSTEM, current_policy
from apps.review import services as review
from apps.vault import services as vault
from apps.vault.classes import ArtifactClass
from apps.vault.disposal import disposing
from apps.vault.models import Artifact

HELD = "This document is under a legal hold ({}) and cannot be deleted until it is lifted."


@dataclass(frozen=True, slots=True)
class Kept:
    """A class of artifacts that a law asks to keep, whatever the sender wishes."""

    kind: str
    due_at: datetime
    policy: str
    rule: Rule


class Eraser(Protocol):
    """What one floor alone wrote, of several documents of one organisation."""

    def __call__(
        self, documents: Sequence[Document], /, *, actor: Actor, reason: str
    ) -> object: ...


# From the last made to the first: each floor takes away what it alone wrote.
ERASERS: tuple[Eraser, ...] = (
    delivery.erase_each,
    review.erase_each,
    extraction.erase_fields_each,
    extraction.erase_pages_each,
    intake.erase_each,
)
# What goes when the clock of one class of artifact runs out.
BY_CLASS: Mapping[str, tuple[Eraser, ...]] = {
    ArtifactClass.RESULT: (delivery.erase_each,),
    ArtifactClass.CROP: (review.withdraw_each,),  # what was decided is kept with the fields
    ArtifactClass.FIELDS: (review.erase_each, extraction.erase_fields_each),
    ArtifactClass.PAGE_IMAGE: (extraction.erase_pages_each,),
    ArtifactClass.ORIGINAL: (intake.erase_each,),
}


def delete(document: Document, *, user: User) -> Erasure | None:
    """Erase a document at its sender's wish. A second call returns the first erasure.

    That it was asked for is sealed before anything goes. None where a law keeps some of it.

    Raises:
        NotFound, NotAllowed: see `permissions.check_can_delete`.
        Held: a legal hold covers it.
        Unavailable: the wish could not be sealed; nothing was erased.
    """
    permissions.check_can_delete(user, document)
    _check_free(document)
    ask(document, Cause.DELETED, user)
    with transaction.atomic():
        take(document)
        _check_free(document)  # again, now that nobody can place one any more
        return erase_now(document, Cause.DELETED, user.actor, asked_by=user)


def ask(document: Document, cause: Cause, user: User) -> None:
    """Put a wish on the trail, and wait until it is sealed there."""
    with transaction.atomic():
        asked = _record(Tag.DELETION_ASKED, document, user.actor, cause=cause.value)
    audit.covered(asked)


def _check_free(document: Document) -> None:
    if covering := holds.covering(document):
        raise Held(HELD.format(", ".join(hold.reference for hold in covering)))


def erase_kind(
    kind: str, artifacts: Sequence[Artifact], documents: Sequence[Document], *, cause: Cause
) -> None:
    """Erase artifacts of one class, through the floors that wrote it; the documents are theirs.

    Raises:
        Held: a legal hold was placed on one of them since they were looked at.
    """
    if documents:
        for erase in BY_CLASS.get(kind, ()):
            erase(documents, actor=SYSTEM, reason=cause.value)
    vault.shred_each(artifacts, actor=SYSTEM, reason=cause.value)


def close_each(documents: Sequence[Document], *, cause: Cause) -> None:
    """Say of documents that their clocks have taken everything; of some it may have been said."""
    if documents:
        _close(documents, cause, SYSTEM, asked_by=None)


def cause_of(document: Document | None) -> Cause:
    """Whether it is the policy that lets go, or a withdrawal that had to wait for a hold."""
    withdrawn = document is not None and document.submission.withdrawn_at
    return Cause.WITHDRAWN if withdrawn else Cause.POLICY


def take(document: Document) -> None:
    """Let nobody else erase, hold or wind this document until we are done."""
    Document.objects.select_for_update(no_key=True).get(pk=document.pk)
    holds.cover([document])


def erase_now(document: Document, cause: Cause, actor: Actor, *, asked_by: User) -> Erasure | None:
    """Erase all of a document that no law asks to keep; None if something stays for that."""
    if before := Erasure.objects.filter(document=document).first():
        return before
    jobs.stop(intake.FLOW, subject_id=document.pk, actor=actor, reason=cause.value)
    stays = {kept.kind for kept in kept_by_law(document)}
    with disposing():
        for erase in _floors_but(stays):
            erase([document], actor=actor, reason=cause.value)
        left = Artifact.objects.of_document(document.pk).alive().exclude(kind__in=stays)
        vault.shred_each(list(left), actor=actor, reason=cause.value)
    if stays:
        clocks.wind(document)
        return None
    closed = _close([document], cause, actor, asked_by=asked_by)
    if not closed:
        raise NotPossible("This document was erased before.")
    return closed[0]


def kept_by_law(document: Document) -> list[Kept]:
    """What is left of a document and outlives the wish to erase it; each class once."""
    policy = current_policy(document.organisation_id)
    situation = clocks.situations([document])[document.pk]
    left = Artifact.objects.of_document(document.pk).alive().order_by("kind", "-due_at")
    found = {artifact.kind: artifact.due_at for artifact in left}
    rules = ((kind, due, situation.rule(kind, policy)) for kind, due in found.items())
    return [Kept(kind, due, policy.name, rule) for kind, due, rule in rules if rule.outlives]


def _floors_but(stays: Collection[str]) -> Iterable[Eraser]:
    """What erases everything but some classes; what else their floors wrote goes as well."""
    if not stays:
        return ERASERS
    kept = [eraser for kind in stays for eraser in BY_CLASS.get(kind, ())]
    return [eraser for eraser in ERASERS if eraser not in kept]


def _close(
    documents: Sequence[Document], cause: Cause, actor: Actor, *, asked_by: User | None
) -> list[Erasure]:
    """Say that nothing is left. Of two who say it, the first one counts."""
    now, organisation = timezone.now(), documents[0].organisation_id
    open_ones = Document.objects.filter(pk__in=[one.pk for one in documents], erased_at=None)
    mine = list(open_ones.select_for_update(no_key=True).order_by("pk"))
    Document.objects.filter(pk__in=[one.pk for one in mine]).update(erased_at=now)
    policy = current_policy(organisation).name
    events = _record_each(mine, actor, cause=cause.value, policy=policy)
    return Erasure.objects.bulk_create(
        Erasure(
            document=document,
            organisation_id=organisation,
            cause=cause,
            asked_by=asked_by,
            policy=policy,
            event=event,
        )
        for document, event in zip(mine, events, strict=True)
    )


def _record_each(documents: Sequence[Document], actor: Actor, **facts: Any) -> list[UUID]:
    about = [
        {"subject": one.reference, "document": one.pk, "workspace": one.workspace_id}
        for one in documents
    ]
    if not about:
        return []
    organisation = documents[0].organisation_id
    events = audit.record_each(
        Tag.DOCUMENT_ERASED, about, actor=actor, organisation=organisation, **facts
    )
    return [event.pk for event in events]


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
