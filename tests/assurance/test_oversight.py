"""What an officer is told at the door, and sent once a day."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from apps.accounts.models import User
from apps.assurance import posting, tasks
from apps.assurance.exports import services as exporting
from apps.assurance.exports.services import Why
from apps.assurance.models import Mode
from apps.assurance.oversight import oversight
from apps.audit import tree
from apps.audit.models import Event, Tally
from apps.audit.tags import Outcome, Tag
from apps.jobs import runner
from tests.assurance.conftest import happen
from tests.audit.test_forged_trail import rewritten


@pytest.fixture
def halden(real_house):
    return real_house.halden


def told(halden, later=timedelta()):
    return oversight(halden.pk, now=timezone.now() + later)


def titles(seen):
    return [alert.title for alert in seen.alerts]


def test_of_a_trail_that_holds_nothing_is_said(halden, sealed):
    seen = told(halden)
    assert seen.standing == ("Intact", "ok")
    assert titles(seen) == []
    assert seen.root == tree.checkpoint(halden.pk).root.hex()
    assert len(seen.keys) == 1


def test_an_empty_trail_is_neither_whole_nor_broken(halden):
    assert told(halden).standing == ("Empty", "idle")


def test_a_sequencer_that_stalls_is_an_alert(halden, sealed):
    happen(halden.pk, 3)
    assert "The trail is not being sealed" not in titles(told(halden))
    seen = told(halden, timedelta(minutes=2))
    assert seen.standing == ("Not sealed", "bad")
    assert titles(seen)[0] == "The trail is not being sealed"
    assert "3 events wait" in seen.alerts[0].note


def test_an_event_that_somebody_took_away_is_an_alert(halden, sealed):
    [gone] = happen(halden.pk)
    happen(halden.pk)
    sealed()
    rewritten("DELETE FROM audit_event WHERE id = %s", gone.pk)
    seen = told(halden)
    assert seen.standing == ("Not intact", "bad")
    assert "missing or changed" in titles(seen)[0]


def test_far_more_refusals_than_usual_are_an_alert(halden, sealed):
    happen(halden.pk, 30, outcome=Outcome.DENIED)
    sealed()
    seen = told(halden)
    assert "30 refusals in a day" in titles(seen)
    assert (seen.day.denied, seen.day.failed) == (30, 0)
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    Tally.objects.create(
        organisation_id=halden.pk, facet="all", value="", hour=now - timedelta(days=3),
        events=200, denied=200, failed=0,
    )  # fmt: skip
    assert "30 refusals in a day" not in titles(told(halden))


def test_a_trail_that_no_authority_stamped_for_days_is_an_alert(halden, sealed):
    said = "No authority has time-stamped the trail"
    assert said not in titles(told(halden))
    assert said in titles(told(halden, timedelta(days=3)))


def test_an_export_that_was_not_made_is_an_alert(halden, real_house):
    how = {"mode": Mode.RANGE, "reason": Why.AUDIT, "names": False, "words": False}
    export = exporting.ask({}, user=real_house.carl, **how)
    runner.run(exporting.job_of(export).pk)
    assert f"Export {export.reference} could not be made" in titles(told(halden))


def test_tallies_that_lag_are_an_alert(halden, sealed, sealing):
    happen(halden.pk)
    sealing.drain()
    assert "Events are not being counted" in titles(told(halden, timedelta(hours=1)))


def test_the_home_of_an_officer_shows_it(real_house, sealed, client):
    client.force_login(real_house.carl)
    page = client.get("/").text
    assert "Chain of record" in page
    assert tree.checkpoint(real_house.halden.pk).root.hex()[:8] in page
    client.force_login(real_house.clara)
    assert "Chain of record" not in client.get("/").text


# A checkpoint a day


@pytest.fixture
def noon():
    with time_machine.travel(timezone.now().replace(hour=12), tick=True):
        yield


def test_officers_are_sent_the_checkpoint_once_a_day(real_house, sealed, noon):
    signed = tree.checkpoint(real_house.halden.pk)
    tasks.post()
    tasks.post()
    [message] = mail.outbox
    assert message.to == [real_house.carl.email]
    [(name, content, _)] = message.attachments
    assert name == f"checkpoint-{signed.size}.txt"
    assert content.encode() == signed.note
    assert signed.root.hex() in message.body
    event = Event.objects.get(tag=Tag.CHECKPOINT_SENT)
    assert event.subject == str(signed.size)
    sealed()
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        tasks.post()
    assert len(mail.outbox) == 2


def test_before_the_hour_nothing_is_sent(real_house, sealed):
    early = timezone.now().replace(hour=posting.HOUR - 1)
    assert posting.post(real_house.halden, now=early) == 0
    assert mail.outbox == []


def test_who_has_left_is_sent_nothing(real_house, sealed, noon):
    User.objects.filter(pk=real_house.carl.pk).update(is_active=False)
    tasks.post()
    assert mail.outbox == []
    assert not Event.objects.filter(tag=Tag.CHECKPOINT_SENT).exists()


def test_a_mail_that_could_not_be_sent_is_tried_again(real_house, sealed, noon, monkeypatch):
    def away(**_):
        raise OSError

    with monkeypatch.context() as patch:
        patch.setattr(posting, "get_connection", away)
        with pytest.raises(OSError):
            posting.post(real_house.halden, now=timezone.now())
    assert not Event.objects.filter(tag=Tag.CHECKPOINT_SENT).exists()
    assert posting.post(real_house.halden, now=timezone.now()) == 1
