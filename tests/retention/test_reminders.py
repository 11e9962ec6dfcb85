"""Senders are told before fields go: once, in time, and without a word of content."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.retention import services as retention
from apps.retention.models import Reminder
from apps.retention.services import reminding
from apps.vault.models import Artifact
from tests.delivery.papers import HIDDEN, clear
from tests.looking import said
from tests.retention.test_holds import place

DAY = timedelta(days=1)


def soon(document):
    """Just before the fields of a document go."""
    return Artifact.objects.get(document=document.pk, kind="fields").due_at - DAY


def test_a_sender_is_told_once_and_of_references_only(desk):
    document, other = clear(desk), clear(desk)
    assert retention.remind(desk.house.halden.pk, now=soon(document)) == 2
    assert retention.remind(desk.house.halden.pk, now=soon(document)) == 0
    [message] = mail.outbox
    assert message.to == [desk.house.clara.email]
    assert document.reference in message.body and other.reference in message.body
    assert not [value for value in HIDDEN if value in message.body]
    assert Event.objects.get(tag=Tag.REMINDER_SENT).subject == str(desk.house.clara.pk)


@pytest.mark.parametrize("ahead", [reminding.AHEAD + DAY, timedelta()])
def test_nobody_is_told_too_early_or_too_late(desk, ahead):
    due = soon(clear(desk)) + DAY
    assert retention.remind(desk.house.halden.pk, now=due - ahead) == 0
    assert mail.outbox == []


def test_nobody_is_told_of_what_a_hold_keeps(desk):
    document = clear(desk)
    place(desk.house, "document", document)
    assert retention.remind(desk.house.halden.pk, now=soon(document)) == 0


def test_a_mail_server_that_is_down_stops_nothing(desk, monkeypatch):
    document = clear(desk)

    def down(self):
        raise OSError

    monkeypatch.setattr(reminding.EmailMessage, "send", down)
    assert retention.remind(desk.house.halden.pk, now=soon(document)) == 1
    assert Reminder.objects.count() == 1


def test_the_clock_reminds_by_itself(desk):
    document = clear(desk)
    retention.go_round(desk.house.halden.pk, now=soon(document))
    assert len(mail.outbox) == 1


def test_the_first_page_tells_it_to_whose_documents_they_are(desk, as_):
    document = clear(desk)
    Artifact.objects.filter(document=document.pk, kind="fields").update(due_at=timezone.now() + DAY)
    words = "Fields of 1 job go within 3 days"
    assert words in said(as_(desk.house.clara).get("/"))
    assert words not in said(as_(desk.house.cleo).get("/"))
