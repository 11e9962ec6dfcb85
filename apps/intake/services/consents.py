"""What may be done with what was sent, version by version, and what an organisation allows at all.

A version is written when something is sent, when its sender allows less, and when the consent is
taken back. Nobody changes one: the database refuses.
"""

from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from apps.accounts.models import User
from apps.audit import services as audit
from apps.audit.tags import Tag
from apps.base.errors import NotPossible
from apps.intake.models import Consent, Document, Submission, Switch, Use

ALLOWED = ("manual_review", "model_improvement")  # what may be taken back by itself
PAUSED = "Your organisation has paused all processing. Nothing was kept. Try again later."


def allows(organisation: UUID, use: Use) -> bool:
    """Whether an organisation has a use turned on; each is until somebody turns it off."""
    turned = Switch.objects.filter(organisation_id=organisation, use=use).order_by("-id")
    newest = turned.values_list("on", flat=True).first()
    return newest is None or newest


def check_processed(organisation: UUID) -> None:
    """Raises NotPossible while an organisation has paused processing."""
    if not allows(organisation, Use.PROCESSING):
        raise NotPossible(PAUSED)


def may_improve(document: Document) -> bool:
    """Whether the portal may learn from a document: its sender and its organisation say so."""
    agreed = document.submission.model_improvement and not document.submission.withdrawn_at
    return bool(agreed) and allows(document.organisation_id, Use.IMPROVEMENT)


def write_consent(submission: Submission, *, by: User, processing: bool = True) -> Consent:
    """The next version: what the submission says now."""
    last = submission.consents.aggregate(last=Max("number"))["last"] or 0
    return Consent.objects.create(
        organisation_id=submission.organisation_id,
        submission=submission,
        number=last + 1,
        given_by=by,
        purpose=submission.purpose,
        basis=submission.basis,
        processing=processing,
        manual_review=processing and submission.manual_review,
        model_improvement=processing and submission.model_improvement,
        transcript=processing and submission.transcript,
        keep_days=submission.keep_days,
    )


@transaction.atomic
def narrow(document: Document, *, less: str, by: User) -> Consent:
    """Take back one thing that was allowed, for everything sent together with a document.

    Raises:
        NotPossible: it was not allowed, or consent was withdrawn.
    """
    if less not in ALLOWED:
        raise ValueError(less)
    submission = Submission.objects.select_for_update().get(pk=document.submission_id)
    if submission.withdrawn_at or not getattr(submission, less):
        raise NotPossible("This is not allowed as it is.")
    setattr(submission, less, False)
    submission.save(update_fields=[less])
    consent = write_consent(submission, by=by)
    audit.record(
        Tag.CONSENT_NARROWED,
        actor=by.actor,
        subject=submission.pk,
        organisation=submission.organisation_id,
        document=document.pk,
        less=less,
        version=consent.number,
    )
    return consent


@transaction.atomic
def withdraw(document: Document, *, by: User) -> Consent:
    """Take back the consent for everything that was sent together with a document.

    Raises:
        NotPossible: it was withdrawn before.
    """
    open_terms = Submission.objects.filter(pk=document.submission_id, withdrawn_at=None)
    if not open_terms.update(withdrawn_at=timezone.now()):
        raise NotPossible("Consent for this was withdrawn before.")
    document.submission.refresh_from_db()
    consent = write_consent(document.submission, by=by, processing=False)
    audit.record(
        Tag.CONSENT_WITHDRAWN,
        actor=by.actor,
        subject=document.submission_id,
        organisation=document.organisation_id,
        document=document.pk,
        version=consent.number,
    )
    return consent


@transaction.atomic
def turn(use: Use, *, on: bool, reason: str, by: User) -> Switch:
    """Turn a use on or off for the whole organisation of somebody. Who may is asked above."""
    assert by.organisation_id is not None  # nobody else governs one
    turned = Switch.objects.create(
        organisation_id=by.organisation_id, use=use, on=on, reason=reason, turned_by=by
    )
    audit.record(
        Tag.USE_TURNED,
        actor=by.actor,
        subject=turned.pk,
        organisation=by.organisation_id,
        use=use.value,
        on=on,
    )
    return turned
