"""Deliver typed results; reveal one value; hand out a result, masked by default."""

import json
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from django.db import transaction

from apps.accounts.models import User
from apps.audit import services as audit
from apps.audit.tags import Tag
from apps.base.errors import NotFound, NotPossible
from apps.base.types import Actor
from apps.delivery import kept, overview, permissions
from apps.delivery.masking import Mask, mask
from apps.delivery.models import Result
from apps.delivery.result import SCHEMA, Settled, assemble
from apps.delivery.settling import settled_fields
from apps.intake.models import Document
from apps.jobs import services as jobs
from apps.jobs.models import Job
from apps.vault import services as vault
from apps.vault.classes import ArtifactClass
from apps.vault.models import Artifact

SYSTEM = Actor("system:delivery")
REVEALED_SECONDS = 30  # how long a value stays on screen

ONLY_A_PERSON = (
    "Something in this text reads like an order to a machine, or hides. A person fetches it from "
    "the page of its job."
)


class RevealReason(StrEnum):
    """Why a value is revealed: codes for the trail, sentences for the person."""

    QUESTION = "question"
    CORRECTION = "correction"
    AUDIT = "audit"


REVEAL_REASONS: dict[RevealReason, str] = {
    RevealReason.QUESTION: "Somebody asked about this document",
    RevealReason.CORRECTION: "I am correcting an entry made from it",
    RevealReason.AUDIT: "Audit or tax request",
}


def deliver(document: Document, *, job: Job) -> Result:
    """Seal the settled fields as the document's result. A second call returns the first.

    Raises:
        Fenced: the job was taken over or stopped.
    """
    if result := Result.objects.filter(document=document).first():
        return result
    content = json.dumps(_assembled(document), ensure_ascii=False, sort_keys=True).encode()
    sealing = vault.prepare(
        content,
        kind=ArtifactClass.RESULT,
        organisation=document.organisation_id,
        document=document.pk,
    )
    try:
        with jobs.fenced(job):
            return _keep(document, vault.keep(sealing, actor=SYSTEM), job)
    except BaseException:
        sealing.abort()
        raise


@transaction.atomic
def shown_fields(document: Document, *, user: User) -> list[Settled]:
    """Fields for a page that masks them; showing them is recorded.

    Raises:
        NotFound: the document is not there for this person.
    """
    fields = settled_fields(document)
    _record(Tag.FIELDS_SHOWN, document, user.actor, fields=len(fields), masked=True)
    return fields


@transaction.atomic
def reveal(document: Document, *, name: str, reason: RevealReason, user: User) -> str:
    """One value in clear; who, what and why are recorded first.

    Raises:
        NotFound, NotAllowed: see `permissions.check_can_reveal`; or there is no such field.
        NotPossible: the field has no value.
    """
    permissions.check_can_reveal(user, document)
    field = next((one for one in settled_fields(document) if one.name == name), None)
    if field is None:
        raise NotFound
    if not field.has_value:
        raise NotPossible("This field has no value to reveal.")
    _record(
        Tag.FIELD_REVEALED,
        document,
        user.actor,
        field=name,
        sensitivity=field.sensitivity,
        reason=reason.value,
        seconds=REVEALED_SECONDS,
    )
    return field.normalised if field.type in ("date", "amount") else field.value


@transaction.atomic
def download(document: Document, *, user: User, form: str = "json") -> dict[str, Any]:
    """The delivered result with every value masked by its rule. `form` goes on the trail.

    Raises:
        NotFound, NotAllowed: see `permissions.check_can_download`; or nothing was delivered.
        Gone: it was erased.
    """
    permissions.check_can_download(user, document)
    result = Result.objects.select_related("artifact").filter(document=document).first()
    if result is None:
        raise NotFound("Nothing was delivered for this job yet.")
    with vault.open(result.artifact, actor=user.actor, purpose="download") as source:
        content: dict[str, Any] = json.loads(source.read())
    masks = {field.name: field.mask for field in settled_fields(document)}
    for field in content["fields"]:
        _mask_in_place(field, Mask(masks.get(field["name"], Mask.ALL)))
    about = {"masked": True, "schema": result.schema, "form": form}
    _record(Tag.RESULT_DOWNLOADED, document, user.actor, **about)
    return {**content, "masked": True}


@transaction.atomic
def download_transcript(document: Document, *, user: User) -> dict[str, Any]:
    """The whole text of a document, page by page; who takes it is recorded first.

    Through a key a text with flags is withheld: what it says may be meant for a machine.

    Raises:
        NotFound, NotAllowed: see `permissions.check_can_download_transcript`; or none was made.
        NotPossible: only a person may fetch it, from the page.
        Gone: it was erased.
    """
    permissions.check_can_download_transcript(user, document)
    made = Artifact.objects.of_document(document.pk).filter(kind=ArtifactClass.TRANSCRIPT).first()
    if made is None:
        raise NotFound("There is no transcript of this document.")
    _record(Tag.TRANSCRIPT_DOWNLOADED, document, user.actor, digest=made.digest)
    with vault.open(made, actor=user.actor, purpose="transcript") as source:
        content: dict[str, Any] = json.loads(source.read())
    if user.through is not None and content["flags"]:
        raise NotPossible(ONLY_A_PERSON)
    return content


def download_by_reference(reference: str, *, user: User) -> dict[str, Any]:
    """`download` for whoever knows a document by its name only.

    Raises:
        NotFound: there is no such document for this person; see also `download`.
    """
    return download(_named(reference, user), user=user)


def transcript_by_reference(reference: str, *, user: User) -> dict[str, Any]:
    """`download_transcript` likewise."""
    return download_transcript(_named(reference, user), user=user)


@transaction.atomic
def export(user: User, *, form: str, count: int, **wanted: Any) -> list[dict[str, Any]]:
    """`download` for each job of a page of the list that was delivered; see `overview.listed`.

    A page is as much as leaves at once, so that all of it is on the trail before any of it leaves.

    Raises:
        NotFound: none of them was delivered.
    """
    documents = [row.document for row in overview.listed(user, count=count, **wanted)]
    alive = Result.objects.filter(document__in=documents, artifact__shredded_at=None)
    delivered = set(alive.values_list("document", flat=True))
    if not delivered:
        raise NotFound("None of these jobs was delivered yet.")
    return [download(one, user=user, form=form) for one in documents if one.pk in delivered]


def erase(document: Document, *, actor: Actor, reason: str) -> None:
    """Destroy the delivered result. Doing it twice is doing it once."""
    erase_each([document], actor=actor, reason=reason)


def erase_each(documents: Sequence[Document], *, actor: Actor, reason: str) -> None:
    """`erase` for several documents of one organisation at one go."""
    results = Result.objects.filter(document__in=documents).select_related("artifact")
    vault.shred_each([result.artifact for result in results], actor=actor, reason=reason)


def _named(reference: str, user: User) -> Document:
    document = Document.objects.visible_to(user).filter(reference=reference).first()
    if document is None:
        raise NotFound
    return document


def _assembled(document: Document) -> dict[str, Any]:
    terms = document.submission
    reading = document.reading
    return assemble(
        reference=document.reference,
        doctype=reading.doctype,
        doctype_confidence=reading.doctype_confidence,
        decided_by=reading.decided_by.value,
        fields=settled_fields(document),
        terms={
            "purpose": terms.purpose,
            "basis": terms.basis,
            "manual_review": terms.manual_review,
        },
        kept_until=kept.kept_until(document),
        policy=kept.policy_of(document),
    )


def _keep(document: Document, artifact: Artifact, job: Job) -> Result:
    result = Result.objects.create(
        document=document,
        organisation_id=document.organisation_id,
        artifact=artifact,
        schema=SCHEMA,
    )
    event = _record(Tag.RESULT_DELIVERED, document, SYSTEM, schema=SCHEMA, digest=artifact.digest)
    jobs.prove(job, event=event, **{"sha-256": artifact.digest})
    return result


def _mask_in_place(field: dict[str, Any], how: Mask) -> None:
    for key in ("value", "normalised"):
        if field[key]:
            field[key] = str(mask(field[key], how))


def _record(tag: Tag, document: Document, actor: Actor, **facts: Any) -> str:
    event = audit.record(
        tag,
        actor=actor,
        subject=document.reference,
        organisation=document.organisation_id,
        document=document.pk,
        workspace=document.workspace_id,
        **facts,
    )
    return str(event.pk)
