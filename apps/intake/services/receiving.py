"""Receive documents: screened, checked, registered, or refused without a trace but one event."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from apps.accounts.models import User, Workspace
from apps.audit import services as audit
from apps.audit.tags import Outcome, Tag
from apps.base.errors import NotPossible
from apps.intake import permissions, purposes
from apps.intake.arrival import Arrival, plain_name
from apps.intake.checks import Facts, inspect, without_other_pages
from apps.intake.models import Document, Submission
from apps.intake.references import new_reference
from apps.intake.screening import Channel, Refusal, Refused
from apps.intake.services.consents import check_processed, write_consent
from apps.intake.services.keeping import FLOW, NAME, known
from apps.jobs import services as jobs
from apps.jobs.services import Noted
from apps.vault import services as vault
from apps.vault.sealing import Sealing

MOST_DAYS = 3650  # that a sender may ask for; the policy's own time is seldom longer
TRIES = 5  # references drawn before giving up


@dataclass(frozen=True, slots=True)
class Terms:
    """What a sender says about files before sending them."""

    workspace: Workspace
    token: UUID
    purpose: str
    basis: str
    manual_review: bool
    model_improvement: bool = False
    transcript: bool = False  # keep the whole text; only a purpose that allows it
    keep_days: int | None = None  # asked for; shorter than the policy, never longer
    doctype: str = ""
    fields: tuple[str, ...] = ()
    pages: str = ""
    declared: bool = False  # said to be signed; some purposes say so for all
    channel: Channel = Channel.PAGE
    again: bool = False  # send it although it was sent before
    alone: bool = False  # the token is for one file, under these terms and no other


def receive(arrival: Arrival, *, terms: Terms, sender: User) -> Document:
    """Check what arrived, register it and promise to process it.

    Sending the same file in the same form twice gives the same document. A token that is for one
    file refuses another one.

    Raises:
        Refused: the file is not taken; nothing of it is kept but an event.
        NotAllowed, NotFound: see `permissions.check_can_send`.
        NotPossible: the token was used for something else, or processing is paused.
    """
    try:
        permissions.check_can_send(sender, terms.workspace)
        check_processed(terms.workspace.organisation_id)
        sealing = arrival.finish()
        _check_alone(sealing.artifact.digest, terms, sender)
        if before := _sent_in_this_form(sealing.artifact.digest, terms, sender):
            arrival.abort()
            return before
        facts = inspect(
            sealing,
            media_type=arrival.media_type,
            pages=terms.pages,
            declared=terms.declared or purposes.are_signed(terms.purpose),
        )
        _check_duplicate(sealing, terms, sender)
        arrival.sealing = without_other_pages(sealing, arrival.media_type, facts)
        return _register(arrival, facts, terms, sender)
    except BaseException as error:
        arrival.abort()
        if isinstance(error, Refused):
            refuse(error.refusal, sender=sender)
        raise


@transaction.atomic
def refuse(refusal: Refusal, *, sender: User) -> None:
    """Record that a file was not taken; its reason is all that is kept."""
    audit.record(
        Tag.FILE_REFUSED,
        actor=sender.actor,
        subject=sender.pk,
        organisation=sender.organisation_id,
        outcome=Outcome.DENIED,
        reason=refusal.value,
    )


def _sent_in_this_form(digest: str, terms: Terms, sender: User) -> Document | None:
    return Document.objects.filter(
        submission__sender=sender,
        submission__token=terms.token,
        received_digest=digest,
    ).first()


def _check_alone(digest: str, terms: Terms, sender: User) -> None:
    """A token that is for one file is neither for another one nor for other terms."""
    if not terms.alone:
        return
    sent = Submission.objects.filter(sender=sender, token=terms.token).first()
    if sent is None:
        return
    others = sent.documents.exclude(received_digest=digest)
    if others.exists() or any(getattr(sent, key) != said for key, said in _said(terms).items()):
        raise NotPossible("This token was used to send something else. Use a new one.")


def _check_duplicate(sealing: Sealing, terms: Terms, sender: User) -> None:
    """Only documents the sender may see count, so that a refusal tells nothing of others."""
    if terms.again:
        return
    digest = sealing.artifact.digest
    if reference := known([digest], user=sender).get(digest):
        raise Refused(Refusal.DUPLICATE, again=f"It is job {reference}. Nothing was kept twice.")


@transaction.atomic
def _register(arrival: Arrival, facts: Facts, terms: Terms, sender: User) -> Document:
    assert arrival.sealing is not None
    submission = _submission(terms, sender)
    _check_alone(facts.received_digest, terms, sender)
    if before := _sent_in_this_form(facts.received_digest, terms, sender):
        arrival.abort()  # the same form came twice at once, and the other was faster
        return before
    audit.lies_in(arrival.document, workspace=terms.workspace.pk)
    original = vault.keep(arrival.sealing, actor=sender.actor)
    document = _unique(
        lambda reference: Document.objects.create(
            id=arrival.document,
            organisation_id=arrival.organisation,
            reference=reference,
            submission=submission,
            workspace=terms.workspace,
            sender=sender,
            original=original,
            received_digest=facts.received_digest,
            received_sha512=arrival.sha512,
            media_type=arrival.media_type,
            size=original.size,
            pages=len(facts.pages),
            signed=facts.found is not None,
            found=facts.found or "",
        )
    )
    _seal_name(document, arrival.name, sender)
    event = _record_received(document, submission, sender, facts)
    jobs.enqueue(
        FLOW,
        subject_id=document.pk,
        organisation=document.organisation_id,
        actor=sender.actor,
        already=_already(document, submission, event.pk, facts),
    )
    return document


def _submission(terms: Terms, sender: User) -> Submission:
    """The terms of this form; the first file brings them, the next ones must agree.

    Their row is held until the transaction ends, so that files of one form come one by one.

    Raises:
        NotPossible: the form changed between two of its files, or consent was withdrawn.
    """
    said = _said(terms)
    assert sender.organisation_id is not None  # nobody else has a workspace
    submission, made = Submission.objects.select_for_update().get_or_create(
        sender=sender,
        token=terms.token,
        defaults={**said, "organisation_id": sender.organisation_id},
    )
    if submission.withdrawn_at or any(getattr(submission, key) != said[key] for key in said):
        raise NotPossible("The form was changed while files were sent. Send the rest anew.")
    if made:
        write_consent(submission, by=sender)
        _record_consent(submission, sender)
    return submission


def _said(terms: Terms) -> dict[str, Any]:
    """What of some terms a submission keeps."""
    said = asdict(terms)
    for key in ("again", "alone", "token"):
        del said[key]
    return said | {"workspace": terms.workspace, "fields": list(terms.fields)}


def _unique(create: Callable[[str], Document]) -> Document:
    """Create with a reference nobody has; drawing one that is taken is rare, and tried again."""
    for _ in range(TRIES):
        try:
            with transaction.atomic():
                return create(new_reference())
        except IntegrityError as error:
            taken = error
    raise NotPossible("No name could be found for this document. Send it again.") from taken


def _seal_name(document: Document, name: str, sender: User) -> None:
    cipher = vault.open_values(
        document.pk, organisation=document.organisation_id, actor=sender.actor
    )
    document.name = cipher.seal(plain_name(name), column=NAME, row=document.pk)
    document.save(update_fields=["name"])


def _record_consent(submission: Submission, sender: User) -> None:
    audit.record(
        Tag.CONSENT_GIVEN,
        actor=sender.actor,
        subject=submission.pk,
        organisation=submission.organisation_id,
        purpose=submission.purpose,
        basis=submission.basis,
        manual_review=submission.manual_review,
        model_improvement=submission.model_improvement,
        transcript=submission.transcript,
    )


def _record_received(document: Document, submission: Submission, sender: User, facts: Facts) -> Any:
    return audit.record(
        Tag.DOCUMENT_RECEIVED,
        actor=sender.actor,
        subject=document.reference,
        organisation=document.organisation_id,
        document=document.pk,
        workspace=document.workspace_id,
        submission=str(submission.pk),
        media_type=document.media_type,
        pages=document.pages,
        digest=document.received_digest,
        signed=document.signed,
        found=document.found,
        flags=facts.flags,
    )


def _already(document: Document, submission: Submission, event: UUID, facts: Facts) -> list[Noted]:
    """What happened before the job existed, for its timeline."""
    flagged = {"flagged": ", ".join(facts.flags)} if facts.flags else {}
    return [
        Noted("authenticated", submission.created_at, {"event": str(event)}),
        Noted("policy", submission.created_at, {"purpose": submission.purpose}),
        Noted("consent", submission.created_at, {"consent": str(submission.pk)}),
        Noted("sealed", document.created_at, {"sha-256": document.received_digest, **flagged}),
    ]
