"""A checkpoint a day, out of our hands: whoever keeps it sees if the trail is ever rewritten.

A database that is set back to last week is consistent in itself. It is not with a checkpoint of
yesterday in somebody's mailbox.
"""

from __future__ import annotations

from datetime import datetime, time

from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.template.loader import render_to_string

from apps.accounts.models import Organisation, User
from apps.audit import services as audit
from apps.audit import tree
from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.audit.tree import Signed
from apps.base.types import Actor
from apps.jobs import services as jobs

SYSTEM = Actor("system:assurance")
HOUR = 6  # of the day, UTC, before which nothing is sent
READ = "read_trail"  # the permission that officers have


def post(organisation: Organisation, *, now: datetime) -> int:
    """Send the newest checkpoint to the officers of an organisation; to how many.

    Once a day, however often it is called: what was sent today is on the trail. A mail server that
    does not answer leaves no event, so that the next call tries again.
    """
    with transaction.atomic(), jobs.alone(f"checkpoint of {organisation.pk}") as we_are:
        signed = tree.checkpoint(organisation.pk)
        officers = _officers(organisation)
        if not we_are or signed is None or not officers or now.hour < HOUR:
            return 0
        if _was_sent(organisation, now):
            return 0
        _send(organisation, signed, officers)
        audit.record(
            Tag.CHECKPOINT_SENT,
            actor=SYSTEM,
            subject=signed.size,
            organisation=organisation.pk,
            people=len(officers),
            root=signed.root.hex(),
        )
    return len(officers)


def _send(organisation: Organisation, signed: Signed, officers: list[str]) -> None:
    """One message each, so that nobody learns who else is an officer."""
    text = render_to_string(
        "audit/checkpoint.txt", {"organisation": organisation, "signed": signed}
    )
    subject = f"Checkpoint of the trail: {signed.size} events"
    name = f"checkpoint-{signed.size}.txt"
    messages = []
    for address in officers:
        message = EmailMessage(subject, text, to=[address])
        message.attach(name, signed.note.decode(), "text/plain")
        messages.append(message)
    get_connection().send_messages(messages)


def _officers(organisation: Organisation) -> list[str]:
    people = User.objects.filter(
        organisation=organisation,
        is_active=True,
        groups__permissions__codename=READ,
        groups__permissions__content_type__app_label="audit",
    )
    return list(people.order_by("pk").distinct().values_list("email", flat=True))


def _was_sent(organisation: Organisation, now: datetime) -> bool:
    today = datetime.combine(now.date(), time(), now.tzinfo)
    sent = Event.objects.filter(organisation_id=organisation.pk, tag=Tag.CHECKPOINT_SENT)
    return sent.between(today, None).exists()
