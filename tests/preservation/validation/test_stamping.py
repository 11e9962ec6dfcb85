"""A record's hash is time-stamped outside by each authority; the silent are asked again."""

from datetime import timedelta
from hashlib import sha256

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.preservation.models import RecordTimestamp, TimestampDue
from apps.preservation.services import stamping
from apps.vault.disposal import disposing
from apps.vault.models import Artifact
from portal.demo import stamping as demo
from tests.preservation import pki
from tests.preservation.signed import record_of

FIRST, SECOND = "local:first", "local:second"
answers = {}  # address to what it does


def answer(address, query):
    return answers.get(address, demo.answer)(address, query)


def silent(address, query):
    raise OSError


def of_something_else(address, query):
    other, _ = stamping.authorities.query_of(b"x" * 32)
    return demo.answer(address, other)


def unsound(address, query):
    """The right time and hash, but the signature's last bit is another."""
    made = bytearray(demo.answer(address, query))
    made[-1] ^= 1
    return bytes(made)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return tmp_path_factory.mktemp("authority")


@pytest.fixture
def record(house, settings, monkeypatch, authority):
    settings.TIMESTAMP_AUTHORITIES = [FIRST, SECOND]
    settings.TIMESTAMPERS = {"local": "tests.preservation.validation.test_stamping.answer"}
    monkeypatch.setattr(demo, "folder", lambda: authority)
    answers.clear()
    record = record_of(house, pki.papers()["unsigned"])
    stamping.await_stamps(record, now=timezone.now())
    return record


def go(record, *, later=None):
    return stamping.stamp_due(record.organisation_id, now=later or timezone.now())


def test_each_authority_stamps_the_hash_once(record):
    assert go(record) == 2
    assert go(record) == 0
    stamping.await_stamps(record, now=timezone.now())
    first, second = stamping.stamps(record)
    assert {first.authority, second.authority} == {FIRST, SECOND}
    assert first.imprint == second.imprint == record.sha256
    assert Event.objects.filter(tag=Tag.RECORD_STAMPED).count() == 2


@pytest.mark.parametrize(
    ("bad", "problem"),
    [(silent, "no answer"), (of_something_else, "of something else"), (unsound, "unsound")],
)
def test_an_authority_that_gives_no_good_stamp_is_asked_again(record, bad, problem):
    answers[FIRST] = bad
    now = timezone.now()
    assert go(record, later=now) == 1
    due = TimestampDue.objects.get()
    assert (due.authority, due.problem, due.tries) == (FIRST, problem, 1)
    assert go(record, later=now) == 0
    answers.clear()
    assert go(record, later=now + stamping.FIRST_PAUSE) == 1
    assert not TimestampDue.objects.exists()


def test_a_certificate_that_may_not_stamp_the_time_is_refused(record, monkeypatch):
    real = stamping.validating.look_at_stamp

    def for_something_else(*given, **about):
        return {**real(*given, **about), "for_time": False}

    monkeypatch.setattr(stamping.validating, "look_at_stamp", for_something_else)
    assert go(record) == 0
    assert {one.problem for one in TimestampDue.objects.all()} == {"not for time stamps"}


def test_the_pause_grows_to_its_limit(record):
    answers.update({FIRST: silent, SECOND: silent})
    now = timezone.now()
    for _ in range(12):
        now += stamping.LONGEST_PAUSE
        go(record, later=now)
    assert {one.not_before for one in TimestampDue.objects.all()} == {now + stamping.LONGEST_PAUSE}


def before_the_end():
    return min(one.until for one in RecordTimestamp.objects.all()) - timedelta(days=30)


def test_a_stamp_is_renewed_before_its_certificate_ends_and_once(record):
    go(record)
    assert stamping.renew(record.organisation_id, now=timezone.now()) == 0
    for _ in range(2):
        stamping.renew(record.organisation_id, now=before_the_end())
    assert go(record, later=before_the_end()) == 2
    stamping.renew(record.organisation_id, now=before_the_end())
    assert set(TimestampDue.objects.values_list("over__over", flat=True)) == set(
        RecordTimestamp.objects.filter(over=None).values_list("pk", flat=True)
    )  # a renewal ends too, and an old stamp is renewed no second time
    for later in RecordTimestamp.objects.exclude(over=None):
        assert later.imprint == sha256(later.shown.encode()).hexdigest()
        assert later.authority == later.over.authority
        for told in (record.sha256, record.sha512, sha256(later.over.token).hexdigest()):
            assert told in later.shown


def test_another_authority_renews_what_one_stamped_that_is_asked_no_more(record, settings):
    go(record)
    settings.TIMESTAMP_AUTHORITIES = []
    assert stamping.renew(record.organisation_id, now=before_the_end()) == 0
    settings.TIMESTAMP_AUTHORITIES = [SECOND]
    stamping.renew(record.organisation_id, now=before_the_end())
    assert set(TimestampDue.objects.values_list("authority", flat=True)) == {SECOND}


def test_what_was_erased_is_renewed_no_more(record):
    go(record)
    with transaction.atomic(), disposing():
        Artifact.objects.filter(pk=record.artifact_id).update(shredded_at=timezone.now())
    assert stamping.renew(record.organisation_id, now=before_the_end()) == 0


def test_a_stamp_is_written_once(record):
    go(record)
    assert RecordTimestamp.objects.count() == 2
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE preservation_recordtimestamp SET at = now()")
