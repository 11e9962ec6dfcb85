"""Copies are hashed again; what is not what was received is named, kept back and repaired."""

import hashlib
import stat
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from apps.assurance import oversight
from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.errors import NotAllowed, NotPossible
from apps.preservation import fixity, repairing, standing
from apps.preservation.models import Copy, Fixity, FixityCheck
from apps.vault import services as vault
from apps.vault.copies import Damage, Place
from apps.vault.disposal import disposing
from apps.vault.stores.directory import LOCKED
from tests.papers import invoice_png
from tests.preservation.conftest import recorded

MUCH = 10**9

pytestmark = pytest.mark.django_db


def stored(settings, record, place=Place.FIRST):
    """Where the bytes of a record rest on the disk."""
    root = settings.VAULT_DIR if place is Place.FIRST else settings.SECOND_VAULT_DIR
    return root / record.artifact.store_name


def run(record, *, now=None, most=MUCH):
    return fixity.check_due(record.organisation_id, now=now or timezone.now(), most=most)


def later(days=31):
    return timezone.now() + timedelta(days=days)


def missing(path, _):
    path.unlink()


def truncated(path, _):
    path.write_bytes(path.read_bytes()[:-20])


def truncated_to_nothing(path, _):
    path.write_bytes(b"")


def truncated_in_its_head(path, _):
    path.write_bytes(path.read_bytes()[:40])


def swapped_with_another(path, other):
    path.write_bytes(other.read_bytes())


def swapped_with_anything(path, _):
    path.write_bytes(b"%PDF-1.7 " * 4000)


def changed(path, _):
    raw = bytearray(path.read_bytes())
    raw[-100] ^= 1
    path.write_bytes(raw)


def appended(path, _):
    path.write_bytes(path.read_bytes() + b"more")


DAMAGES = [
    (missing, Damage.MISSING),
    (truncated, Damage.TRUNCATED),
    (truncated_to_nothing, Damage.TRUNCATED),
    (truncated_in_its_head, Damage.TRUNCATED),
    (swapped_with_another, Damage.SWAPPED),
    (swapped_with_anything, Damage.SWAPPED),
    (changed, Damage.CHANGED),
    (appended, Damage.CHANGED),
]


def test_a_copy_that_is_well_is_checked_once_and_then_again_after_its_days(settings, record):
    assert run(record) == fixity.Run(1, record.size, 0)
    assert run(record) == fixity.Run()
    assert run(record, now=later()) == fixity.Run(1, record.size, 0)
    first, again = FixityCheck.objects.order_by("pk")
    assert {first.found, again.found} == {Fixity.SAME}
    assert (first.digest, again.digest) == (record.sha256, "")
    resting = hashlib.sha256(stored(settings, record).read_bytes()).hexdigest()
    assert (first.sealed, again.sealed) == (resting, resting)
    run(record, now=later(400))
    assert FixityCheck.objects.order_by("pk").last().digest == record.sha256


@pytest.mark.parametrize("again", [False, True], ids=["first", "again"])
@pytest.mark.parametrize(("spoil", "damage"), DAMAGES, ids=lambda one: getattr(one, "__name__", ""))
def test_what_happened_to_a_file_on_disk_is_found_by_name(
    settings, house, record, spoil, damage, again
):
    other = recorded(house, invoice_png(9))
    if again:
        run(record)
    spoil(stored(settings, record), stored(settings, other))
    assert run(record, now=later()).damaged == 1
    [check] = FixityCheck.objects.exclude(found=Fixity.SAME)
    assert (check.found, check.copy.record_id) == (damage, record.pk)
    event = Event.objects.get(tag=Tag.COPY_DAMAGED)
    assert (event.subject, event.outcome) == (record.reference, "failed")
    with pytest.raises(NotPossible, match=f"its copy is {damage}"):
        standing.check_readable(record)
    standing.check_readable(other)


def test_damage_is_told_once_and_shown_to_the_officer(settings, record):
    missing(stored(settings, record), None)
    run(record)
    run(record, now=later())
    assert Event.objects.filter(tag=Tag.COPY_DAMAGED).count() == 1
    [alert] = oversight._of_copies(record.organisation_id)
    assert "1 stored copy" in alert.title
    assert record.reference in alert.note
    assert standing.standing(record.organisation_id, now=timezone.now()).damaged == 1


def test_a_run_stops_at_its_bytes_and_the_next_one_goes_on_there(house, record):
    others = [recorded(house, invoice_png(n + 2)) for n in range(4)]
    first = run(record, most=1)
    assert first.copies == 1
    rest = run(record)
    assert rest.copies == len(others)
    assert FixityCheck.objects.values("copy").distinct().count() == 5


def test_a_second_copy_is_made_from_a_first_that_is_well(settings, second, record):
    assert run(record).copies == 2
    first, copied = stored(settings, record), stored(settings, record, Place.SECOND)
    assert copied.read_bytes() == first.read_bytes()
    assert stat.S_IMODE(copied.stat().st_mode) == LOCKED
    assert Event.objects.filter(tag=Tag.COPY_MADE, subject=record.reference).count() == 1
    assert {check.found for check in FixityCheck.objects.all()} == {Fixity.SAME}


def test_no_second_copy_is_made_of_what_is_damaged(settings, second, record):
    changed(stored(settings, record), None)
    run(record)
    assert not stored(settings, record, Place.SECOND).exists()


@pytest.mark.parametrize("place", Place)
@pytest.mark.parametrize(("spoil", "damage"), DAMAGES[:2] + DAMAGES[5:6])
def test_a_records_manager_repairs_a_copy_from_the_other(
    settings, house, second, record, place, spoil, damage
):
    run(record)
    well = stored(settings, record).read_bytes()
    spoil(stored(settings, record, place), None)
    run(record, now=later())
    [copy] = Copy.objects.filter(quarantined_at__isnull=False)
    assert (copy.place, copy.damage) == (place, damage)
    repairing.repair(copy, user=house.rosa, now=timezone.now())
    assert stored(settings, record, place).read_bytes() == well
    assert stat.S_IMODE(stored(settings, record, place).stat().st_mode) == LOCKED
    assert not Copy.objects.filter(quarantined_at__isnull=False).exists()
    standing.check_readable(record)
    with vault.open(record.artifact, actor=house.rosa.actor, purpose="test") as content:
        assert len(content.read()) == record.size
    event = Event.objects.get(tag=Tag.COPY_REPAIRED)
    assert (event.actor, event.subject) == (house.rosa.actor, record.reference)
    repairing.repair(copy, user=house.rosa, now=timezone.now())
    assert Event.objects.filter(tag=Tag.COPY_REPAIRED).count() == 1


def test_only_who_may_repairs(settings, house, second, record):
    run(record)
    missing(stored(settings, record), None)
    run(record, now=later())
    copy = Copy.objects.get(place=Place.FIRST)
    for person in (house.carl, house.clara, house.otto):
        with pytest.raises(NotAllowed):
            repairing.repair(copy, user=person, now=timezone.now())


def test_nothing_is_repaired_from_what_is_damaged_too(settings, house, second, record):
    run(record)
    changed(stored(settings, record), None)
    truncated(stored(settings, record, Place.SECOND), None)
    run(record, now=later())
    for copy in Copy.objects.all():
        with pytest.raises(NotPossible, match="not what was received either"):
            repairing.repair(copy, user=house.rosa, now=timezone.now())


def test_without_a_second_store_there_is_nothing_to_repair_from(settings, house, record):
    missing(stored(settings, record), None)
    run(record)
    assert not standing.standing(record.organisation_id, now=timezone.now()).has_second
    with pytest.raises(NotPossible, match="No second store"):
        repairing.repair(Copy.objects.get(), user=house.rosa, now=timezone.now())


def test_what_was_put_back_by_hand_is_let_go_by_a_person(settings, house, record):
    path = stored(settings, record)
    well = path.read_bytes()
    path.unlink()
    run(record)
    path.write_bytes(well)
    run(record, now=later())
    copy = Copy.objects.get()
    assert copy.quarantined_at
    repairing.repair(copy, user=house.rosa, now=timezone.now())
    assert not Copy.objects.get().quarantined_at


def test_what_was_erased_is_neither_checked_nor_missed(at_once, settings, second, house, record):
    run(record)
    with transaction.atomic(), disposing():
        vault.shred(record.artifact, actor=house.rosa.actor, reason="deleted")
    assert run(record, now=later()) == fixity.Run()
    for place in Place:
        assert not stored(settings, record, place).exists()
    assert not Event.objects.filter(tag=Tag.COPY_DAMAGED).exists()


def test_a_store_that_does_not_answer_damages_nothing(monkeypatch, record):
    monkeypatch.setattr("apps.preservation.fixity.vault.digest", unavailable)
    monkeypatch.setattr("apps.preservation.fixity.vault.sealed_digest", unavailable)
    assert run(record).damaged == 0
    assert not FixityCheck.objects.exists()
    copy = Copy.objects.get()
    assert copy.due_at > timezone.now()
    assert copy.quarantined_at is None


def unavailable(*_, **__):
    raise fixity.Unavailable("The document store does not answer.")


def test_one_event_binds_the_rows_of_a_run(record):
    run(record)
    checks = list(FixityCheck.objects.all())
    event = Event.objects.get(tag=Tag.COPIES_CHECKED)
    assert fixity.chained(checks) in bytes(event.body).decode()
    checks[0].found = Fixity.CHANGED
    assert fixity.chained(checks) not in bytes(event.body).decode()


@pytest.mark.parametrize("change", ["UPDATE {} SET found = ''", "DELETE FROM {}", "TRUNCATE {}"])
def test_what_was_found_cannot_be_changed(record, change):
    run(record)
    statement = change.format(FixityCheck._meta.db_table)
    with (
        pytest.raises(DatabaseError, match=r"was refused|permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_a_batch_asks_the_database_a_few_questions(house, record, django_assert_max_num_queries):
    for n in range(8):
        recorded(house, invoice_png(n + 2))
    with django_assert_max_num_queries(24):
        assert run(record).copies == 9


def test_a_run_that_dies_has_checked_nothing(record, monkeypatch):
    monkeypatch.setattr(fixity, "keep", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        run(record)
    monkeypatch.undo()
    assert run(record).copies == 1
