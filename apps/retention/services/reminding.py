"""Tell senders before the fields of their documents go, once, by mail and without any content."""

import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Exists, OuterRef

from apps.accounts.models import User
from apps.audit import services as audit
from apps.audit.tags import Tag
from apps.intake.models import Document, DocumentQuerySet
from apps.retention.models import Reminder
from apps.retention.services.holds import held
from apps.retention.services.versions import SYSTEM
from apps.vault.classes import ArtifactClass
from apps.vault.models import Artifact

logger = logging.getLogger(__name__)

AHEAD = timedelta(days=3)  # before fields go
MOST = 500  # documents of one round
SUBJECT = "Fields of your documents will be erased"


def going_soon(now: datetime) -> DocumentQuerySet:
    """Documents of the organisation in scope whose fields go within days, and are not held."""
    soon = Artifact.objects.alive().filter(
        document=OuterRef("pk"),
        kind=ArtifactClass.FIELDS,
        due_at__gt=now,
        due_at__lte=now + AHEAD,
    )
    return Document.objects.filter(Exists(soon), erased_at=None).exclude(held("pk"))


def remind(organisation: UUID, *, now: datetime) -> int:
    """Send one mail to each sender of what goes soon; of how many documents.

    Doing it twice is doing it once: what was told is remembered before the mail leaves. A mail
    server that is down loses a reminder and nothing else; the first page tells it too.
    """
    told = Reminder.objects.values("document")
    new = going_soon(now).filter(organisation_id=organisation).exclude(pk__in=told)
    lately = new.filter(created_at__lt=now - 2 * AHEAD)  # who has just sent it knows
    by_sender: dict[User, list[Document]] = defaultdict(list)
    for document in lately.select_related("sender").order_by("pk")[:MOST]:
        by_sender[document.sender].append(document)
    return sum(_tell(sender, documents) for sender, documents in by_sender.items())


def _tell(sender: User, documents: Sequence[Document]) -> int:
    with transaction.atomic():
        _remember(sender, documents)
    if sender.is_active and sender.has_usable_password():
        try:
            EmailMessage(SUBJECT, _text(documents), to=[sender.email]).send()
        except OSError:
            logger.warning("A reminder could not be sent; the mail server does not answer.")
    return len(documents)


def _remember(sender: User, documents: Sequence[Document]) -> None:
    due = dict(
        Artifact.objects.alive()
        .filter(document__in=[one.pk for one in documents], kind=ArtifactClass.FIELDS)
        .values_list("document", "due_at")
    )
    for document in documents:
        Reminder.objects.create(
            organisation_id=document.organisation_id, document=document, due_at=due[document.pk]
        )
    audit.record(
        Tag.REMINDER_SENT,
        actor=SYSTEM,
        subject=sender.pk,
        organisation=documents[0].organisation_id,
        documents=len(documents),
    )


def _text(documents: Sequence[Document]) -> str:
    """References and nothing else."""
    listed = "\n".join(f"  {document.reference}" for document in documents)
    return (
        f"The fields of these jobs are erased within {AHEAD.days} days, as promised when you "
        f"sent them:\n\n{listed}\n\nDownload the results before, or ask your records manager "
        "for an exception. The portal shows the exact times on the page of each job.\n"
    )
