"""What happens to a document that is there: found again, named, erased."""

from collections.abc import Sequence

from django.db import transaction

from apps.accounts.models import User
from apps.base.errors import Gone
from apps.base.types import Actor
from apps.intake.models import Document
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


def erase(document: Document, *, actor: Actor, reason: str) -> None:
    """Destroy the original and the file name; what remains is that there was a document."""
    erase_each([document], actor=actor, reason=reason)


@transaction.atomic
def erase_each(documents: Sequence[Document], *, actor: Actor, reason: str) -> None:
    """`erase` for several documents of one organisation at one go."""
    originals = [document.original for document in documents]
    vault.shred_each(originals, actor=actor, reason=reason)
    Document.objects.filter(pk__in=[document.pk for document in documents]).update(name=None)


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
