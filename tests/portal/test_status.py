"""The status page: which walls stand, for the two who answer for them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.extraction import reader
from apps.extraction.reader import Health
from apps.intake import jail
from apps.intake.jail import Standing, Wall
from apps.jobs import pulses
from apps.jobs.models import Job
from portal import celery, vitals
from portal.celery import app


@pytest.fixture
def page(house, client):
    client.force_login(house.otto)
    return lambda: {row.title: row for row in client.get("/status/").context["vitals"]}


@pytest.mark.parametrize("name", ["otto", "carl"])
def test_admin_and_officer_see_it(house, client, name):
    client.force_login(getattr(house, name))
    answer = client.get("/status/")
    assert answer.status_code == 200
    assert "Jail wall" in answer.text
    assert 'href="/status/"' in client.get("/").text


@pytest.mark.parametrize("name", ["clara", "rita", "lena", "rosa", "ida", "mallory"])
def test_for_everybody_else_it_does_not_exist(house, client, name):
    client.force_login(getattr(house, name))
    assert client.get("/status/").status_code == 404
    assert 'href="/status/"' not in client.get("/").text


def test_it_shows_no_secret(house, client, settings):
    settings.CELERY_BROKER_URL = "redis://person:hunter2@127.0.0.1:1/0"
    client.force_login(house.otto)
    text = client.get("/status/").text
    password = settings.DATABASES["default"]["PASSWORD"]
    for secret in (settings.SECRET_KEY, settings.ROOT_KEYS, "hunter2", password, "portal_app"):
        assert secret not in text


def test_it_says_which_wall_stands_and_what_a_trial_reached(page, monkeypatch):
    assert page()["Jail wall"].said == vitals.WALLS[jail.wall()]
    assert page()["Behind the wall"].tone == "ok"
    holed = Standing(Wall.LIMITS, network=True, files=False, children=True)
    monkeypatch.setattr(jail, "standing", lambda: holed)
    assert page()["Jail wall"].tone == "warn"
    assert page()["Behind the wall"].said == "Reached the network, processes of its own"
    assert page()["Behind the wall"].tone == "bad"


def test_a_jail_that_cannot_be_built_is_told(page, monkeypatch):
    def broken():
        raise jail.Broken("no")

    monkeypatch.setattr(jail, "standing", broken)
    assert page()["Jail wall"].tone == "bad"


def test_it_says_what_the_database_role_may(page, monkeypatch):
    assert page()["Database role"].said == "Nobody special"
    monkeypatch.setattr(vitals, "RIGHTS", "SELECT true, false, false, true")
    assert page()["Database role"].said == "The role is superuser, owns tables"
    assert page()["Database role"].tone == "bad"


def test_a_queue_that_does_not_answer_is_told(page, monkeypatch):
    assert page()["Queue"].tone == "ok"

    def broken(**_):
        raise OSError

    monkeypatch.setattr(vitals.current_app, "connection_for_read", broken)
    assert page()["Queue"].tone == "bad"


def test_workers_are_alive_while_they_say_so(page):
    now = timezone.now()
    assert page()["Readers"].tone == "bad"
    pulses.beat(pulses.READERS, "1@host", now=now)
    pulses.beat(pulses.READERS, "1@host", now=now)
    pulses.beat(pulses.READERS, "2@host", now=now - timedelta(minutes=5))
    assert page()["Readers"].said == "1 alive"
    assert page()["Readers"].note == ""  # it has not read yet


def test_readers_say_what_they_are_and_how_heavy(page):
    now = timezone.now()
    for name, engines, megabytes in (("1@host", ["rapidocr/3.10.0"], 700), ("2@host", [], 0)):
        said = {"engines": engines, "megabytes": megabytes, "replaced": 2}
        pulses.beat(pulses.READERS, name, now=now, said=said)
    expected = "rapidocr/3.10.0; up to 700 MB, 4 replaced since they started."
    assert page()["Readers"].note == expected


def test_a_worker_s_sign_of_life_tells_how_its_readers_are(page, monkeypatch):
    monkeypatch.setattr(reader, "health", lambda: Health(("owl/1",), 12, 3))
    celery._beat(pulses.READERS, "1@host", said=celery._health())
    assert page()["Readers"].note == "owl/1; up to 12 MB, 3 replaced since they started."


def test_a_clock_that_stopped_is_told(page):
    now = timezone.now()
    assert page()["Clock retention"].said == "Has not struck yet"
    pulses.beat(pulses.CLOCKS, "retention.sweep", now=now)
    assert page()["Clock retention"].tone == "ok"
    pulses.beat(pulses.CLOCKS, "retention.sweep", now=now - timedelta(hours=1))
    assert page()["Clock retention"].tone == "bad"


def test_every_clock_is_watched():
    assert set(vitals.CLOCKS) == {entry["task"] for entry in app.conf.beat_schedule.values()}


def test_jobs_of_others_are_not_counted(house, page):
    house.send()
    assert "oldest" in page()["Waiting jobs"].said
    Job.objects.update(organisation_id=house.northmere.pk)
    assert page()["Waiting jobs"].said == "None"


def test_a_job_that_waits_long_is_a_worry(house, page):
    house.send()
    Job.objects.update(due_at=timezone.now() - timedelta(hours=1))
    assert page()["Waiting jobs"].tone == "warn"


def test_a_clock_that_strikes_seldom_need_not_have_struck(house, client):
    client.force_login(house.otto)
    context = client.get("/status/").context
    seldom = next(row for row in context["vitals"] if row.title == "Clock vault")
    assert seldom.tone == "idle"
    assert seldom not in context["worried"]
