"""What happens to a document that is there: found again, named, withdrawn, erased."""

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.audit import services as audit
from apps.audit.tags import Tag
from apps.base.errors import Gone, NotPossible
from apps.base.types import Actor
from apps.intake.models import Document, Submission
from apps.jobs.models import Job
from apps.vault import services as vault

FLOW = "process"
NAME = "document.name"  # where a file name is sealed


def known(digests: list[str], *, user: User) -> dict[str, str]:
    """Which of some SHA-256 digests are of documents the person may see: digest to reference."""
    documents = Document.objects.visible_to(user).filter(
        received_digest__in=digests, erased_at=None
    )
    return dict(documents.values_list("received_digest", "reference"))


@transaction.atomic
def withdraw(document: Document, *, actor: Actor) -> None:
    """Take back the consent for everything that was sent together with a document.

    Raises:
        NotPossible: it was withdrawn before.
    """
    now = timezone.now()
    open_terms = Submission.objects.filter(pk=document.submission_id, withdrawn_at=None)
    if not open_terms.update(withdrawn_at=now):
        raise NotPossible("Consent for this was withdrawn before.")
    audit.record(
        Tag.CONSENT_WITHDRAWN,
        actor=actor,
        subject=document.submission_id,
        organisation=document.organisation_id,
        document=document.pk,
    )


@transaction.atomic
def erase(document: Document, *, actor: Actor, reason: str) -> None:
    """Destroy the original and the file name; what remains is that there was a document."""
    vault.shred(document.original, actor=actor, reason=reason)
    Document.objects.filter(pk=document.pk).update(name=None)


def name_of(document: Document) -> str:
    """The file name as the sender knows it.

    Raises:
        Gone: it was erased, with the original or with the document's values.
    """
    if document.name is None:
        raise Gone("The name of this file was erased.")
    cipher = vault.open_values(
        document.pk, organisation=document.organisation_id, actor=Actor("system:intake")
    )
    return cipher.open(bytes(document.name), column=NAME, row=document.pk)


def job_of(document: Document) -> Job:
    return Job.objects.get(flow=FLOW, subject_id=document.pk)
