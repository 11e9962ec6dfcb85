"""What each guard of records and their copies refuses alone, though another one would as well."""

import hashlib
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.base.errors import NotPossible
from apps.base.ids import uuid7
from apps.preservation import services as preservation
from apps.preservation.models import Copy, Fixity, FixityCheck
from apps.preservation.reasons import Why
from apps.vault.copies import Place
from tests.papers import invoice_png
from tests.preservation.conftest import recorded
from tests.preservation.originals import kept
from tests.preservation.test_fixity import later, run, stored

pytestmark = pytest.mark.django_db


def newest(record) -> FixityCheck:
    return FixityCheck.objects.filter(copy__record=record).latest("at", "id")


def test_what_is_in_quarantine_is_not_handed_out_though_it_can_be_read(house):
    record = kept(house)
    Copy.objects.create(
        organisation_id=record.organisation_id, record=record, place=Place.FIRST,
        size=record.size, due_at=timezone.now(), damage=Fixity.CHANGED,
        quarantined_at=timezone.now(),
    )  # fmt: skip
    with pytest.raises(NotPossible, match="quarantine"):
        preservation.download(record, reason=Why.COURT, user=house.clara)


def test_bytes_that_nobody_can_decipher_any_more_are_missing(monkeypatch, record):
    run(record)
    monkeypatch.setattr("apps.preservation.fixity.vault.have_keys", lambda artifacts: set())
    monkeypatch.setattr("apps.preservation.fixity.vault.keys_of", lambda artifacts: {})
    run(record, now=later())
    assert newest(record).found == Fixity.MISSING


def test_well_sealed_bytes_of_something_else_are_swapped(monkeypatch, record):
    monkeypatch.setattr("apps.preservation.fixity.vault.digest", lambda *_, **__: "0" * 64)
    run(record)
    assert newest(record).found == Fixity.SWAPPED


def test_a_check_that_found_damage_is_no_baseline(settings, record):
    run(record)
    copy = Copy.objects.get()
    sealed = hashlib.sha256(stored(settings, record).read_bytes()).hexdigest()
    bad = FixityCheck.objects.create(
        organisation_id=copy.organisation_id, copy=copy, at=timezone.now(),
        found=Fixity.SWAPPED, sealed=sealed, run=uuid7(),
    )  # fmt: skip
    Copy.objects.update(baseline=bad.pk)
    run(record, now=later())
    assert newest(record).digest  # it was deciphered anew


def test_a_check_of_another_copy_is_no_baseline(house, record):
    other = recorded(house, invoice_png(7))
    run(record)
    theirs = newest(other).pk
    Copy.objects.filter(record=record).update(baseline=theirs)
    Copy.objects.filter(record=other).update(baseline=None)
    run(record, now=later())
    assert newest(other).digest


def test_a_baseline_holds_for_a_year(record):
    run(record)
    run(record, now=later())
    assert not newest(record).digest
    run(record, now=timezone.now() + timedelta(days=366))
    assert newest(record).digest
