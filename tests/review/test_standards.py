"""What an organisation demands of reading: who may change it, and what it then governs."""

import pytest
from django.db import IntegrityError, transaction

from apps.audit import services as audit
from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.errors import NotAllowed
from apps.base.scope import acting_for
from apps.extraction import standards
from apps.extraction.calibration import ERROR_TARGET, NOBODY_IS_SURE, files
from apps.extraction.models import Standard
from apps.extraction.standards import Demanded
from tests.extraction.test_calibration import bins, known, worth

STRICT = Demanded(0.001, 0.05)


def choose(house, demanded: Demanded = STRICT) -> Standard:
    return standards.choose(demanded, reason="An audit is coming.", user=house.carl)


def test_where_nobody_chose_the_product_demands_something(house, settings):
    settings.AUDITS_PER_MILLE = 20
    assert standards.of_organisation(house.halden.pk) == Demanded(ERROR_TARGET, 0.02)


def test_the_latest_choice_holds(house):
    choose(house, Demanded(0.05, 0.1))
    choose(house)
    assert standards.of_organisation(house.halden.pk) == STRICT
    history = standards.history(house.halden.pk, count=5)
    assert [one.error_target for one in history] == [0.001, 0.05]
    assert history[0].reason == "An audit is coming."


def test_a_choice_is_on_the_trail_in_whole_numbers(house):
    chosen = choose(house)
    event = Event.objects.get(tag=Tag.STANDARD_SET)
    assert (event.actor, event.subject) == (house.carl.actor, str(chosen.pk))
    assert audit.facts_of(event) == {
        "error_target_per_million": 1000,
        "audit_share_per_million": 50_000,
        "error_target_before_per_million": round(ERROR_TARGET * standards.PER_MILLION),
        "audit_share_before_per_million": 0,
    }


@pytest.mark.parametrize("name", ["clara", "rita", "lena", "rosa", "otto", "ida"])
def test_only_the_compliance_officer_chooses(house, name):
    with pytest.raises(NotAllowed):
        standards.choose(STRICT, reason="I wish.", user=getattr(house, name))
    assert not Standard.objects.exists()
    assert not Event.objects.filter(tag=Tag.STANDARD_SET).exists()


@pytest.mark.parametrize("demanded", [Demanded(0.0, 0.1), Demanded(0.3, 0.1), Demanded(0.01, 1.1)])
def test_the_database_refuses_what_cannot_be_demanded(house, demanded):
    with pytest.raises(IntegrityError), transaction.atomic():
        choose(house, demanded)


def test_a_standard_is_invisible_to_others(house):
    choose(house)
    with acting_for(house.northmere.pk):
        assert not Standard.objects.exists()
        assert standards.of_organisation(house.halden.pk).error_target == ERROR_TARGET


# What it governs


def test_a_reading_says_what_governed_it(desk):
    standards.choose(STRICT, reason="An audit is coming.", user=desk.house.carl)
    reading = desk.paper().reading
    assert reading.calibration == files.load_all()["fake/1"].name
    assert (reading.error_target, reading.audit_share) == (0.001, 0.05)


def test_a_stricter_target_sends_more_before_people(desk, monkeypatch):
    counts = {("invoice", "amount", "drawn"): bins(at_0_8=(1000, 30), at_0_98=(4000, 0))}
    made = known({("", "", ""): worth(0.5)}, engine="fake/1", bins=counts)
    monkeypatch.setattr(files, "load_all", lambda: {"fake/1": made})
    before = desk.paper(fields=("grand_total",))
    standards.choose(Demanded(0.0001, 0.0), reason="Never again.", user=desk.house.carl)
    after = desk.paper(fields=("grand_total",))
    assert not before.tasks.exists()
    assert after.tasks.count() == 1
    levels = [one.fields.get().threshold for one in (before, after)]
    assert levels == [0.98, NOBODY_IS_SURE]


def test_what_was_read_stays_as_it_was_judged(desk):
    document = desk.paper(fields=("grand_total",))
    standards.choose(Demanded(0.0001, 0.0), reason="Never again.", user=desk.house.carl)
    assert document.fields.get().threshold < NOBODY_IS_SURE
    assert not document.tasks.exists()
