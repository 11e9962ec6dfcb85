"""Clocks: from birth, set anew after each step, and seen by those who govern them."""

import uuid
from datetime import UTC, datetime, time, timedelta

import pytest
from django.utils import timezone

from apps.accounts.models import User
from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.errors import NotAllowed, NotPossible
from apps.extraction.models import Reading
from apps.retention import clocks
from apps.retention import services as retention
from apps.retention.clocks import next_clocks
from apps.retention.policy import Policy, Rule, Start
from apps.vault import services as vault
from apps.vault.classes import KINDS, ArtifactClass
from apps.vault.models import Artifact
from tests.conftest import SYSTEM
from tests.delivery.papers import clear
from tests.intake.looking import facts

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def rule(kind: str) -> Rule:
    return Rule(kind, Start.RECEIVED, DAY, DAY, "Because.")


def due(document) -> dict[str, object]:
    return dict(Artifact.objects.of_document(document.pk).values_list("kind", "due_at"))


@pytest.mark.parametrize("kind", [kind for kind in ArtifactClass if KINDS[kind].in_store])
def test_everything_that_is_sealed_is_born_with_a_clock(house, kind):
    artifact = vault.seal(
        b"x", kind=kind, organisation=house.halden.pk, document=uuid.uuid4(), actor=SYSTEM
    )
    assert artifact.due_at == artifact.created_at + KINDS[kind].longest


def test_a_document_that_waits_has_the_clocks_of_its_birth(desk):
    document = desk.send()
    for artifact in Artifact.objects.of_document(document.pk):
        assert artifact.due_at == artifact.created_at + artifact.about.longest
        assert artifact.policy == ""


def test_after_reading_the_clock_of_the_original_runs_from_there(desk):
    document = desk.paper()
    clock = due(document)
    assert clock["original"] == document.reading.created_at + DAY
    assert clock["page image"] == document.reading.created_at + 3 * DAY
    assert clock["crop"] == document.created_at + 7 * DAY
    assert clock["fields"] == document.created_at + 104 * DAY  # until it is delivered


def test_after_delivery_the_clock_of_the_fields_runs_from_there(desk):
    document = clear(desk)
    delivered = document.result.created_at
    assert due(document)["fields"] == due(document)["result"] == delivered + 90 * DAY


@pytest.mark.parametrize(
    ("doctype", "original", "fields"),
    [
        ("invoice", DAY, 90 * DAY),
        ("contract", 30 * DAY, 30 * DAY),
        ("identity", 4 * HOUR, 30 * DAY),
    ],
)
def test_a_class_has_its_own_clocks(desk, doctype, original, fields):
    document = clear(desk)
    Reading.objects.filter(document=document).update(doctype=doctype)
    document.refresh_from_db()
    retention.wind(document)
    assert due(document)["original"] == document.reading.created_at + original
    assert due(document)["fields"] == document.result.created_at + fields


def test_winding_twice_is_winding_once(desk):
    document = clear(desk)
    clock, told = due(document), Event.objects.filter(tag=Tag.CLOCK_SET).count()
    retention.wind(document)
    assert due(document) == clock
    assert Event.objects.filter(tag=Tag.CLOCK_SET).count() == told


def test_a_clock_that_was_set_is_on_the_trail_with_its_policy(desk):
    document = desk.paper()
    policy = Policy("strict", 2, [rule(kind) for kind in ("original", "fields", "crop")])
    Artifact.objects.of_document(document.pk).filter(kind="page image").update(
        shredded_at=timezone.now()
    )
    retention.wind(document, policy=policy)
    told = facts(Event.objects.filter(tag=Tag.CLOCK_SET).order_by("-id")[0])
    moment = (document.created_at + DAY).isoformat(timespec="seconds")
    assert told == {"policy": "strict v2", "original": moment, "fields": moment, "crop": moment}
    assert set(Artifact.objects.alive().values_list("policy", flat=True)) == {"strict v2"}


def test_a_clock_of_what_is_erased_is_not_set_any_more(desk):
    document = clear(desk)
    retention.delete(document, user=desk.house.clara)
    clock = due(document)
    retention.wind(document, policy=Policy("strict", 2, []))
    assert due(document) == clock


# Who sees clocks


def test_what_goes_first_stands_first(desk):
    for document in (desk.paper(), clear(desk)):
        assert document.reference in {one.reference for one in next_clocks(desk.house.rosa)}
    times = [one.due_at for one in next_clocks(desk.house.rosa)]
    assert times == sorted(times)
    assert len(times) == Artifact.objects.alive().count()


def test_what_is_erased_has_no_clock(desk):
    retention.delete(clear(desk), user=desk.house.clara)
    assert next_clocks(desk.house.rosa) == []


def test_only_so_many_are_shown(desk, monkeypatch):
    monkeypatch.setattr(clocks, "SHOWN", 2)
    clear(desk)
    assert [one.kind for one in next_clocks(desk.house.rosa)] == ["original", "page image"]


def test_nobody_sees_clocks_of_another_organisation(desk):
    clear(desk)
    assert next_clocks(desk.house.mallory) == []
    assert next_clocks(User.objects.create_user("op@portal.example", name="Op")) == []


@pytest.mark.parametrize("count", [1, 4])
def test_more_documents_cost_no_more_queries(desk, count, django_assert_num_queries):
    for _ in range(count):
        desk.send()
    with django_assert_num_queries(3):
        assert len(next_clocks(desk.house.rosa)) == 2 * count


# What only a person knows


def test_a_clock_that_waits_for_a_person_starts_when_they_say_so(desk):
    house, document = desk.house, clear(desk)
    for kind in ("original", "page image", "fields", "result"):
        assert due(document)[kind]
    rules = [
        Rule(kind, Start.CONTRACT_END, DAY, 400 * DAY, "Because.")
        for kind in ("original", "page image", "fields", "result")
    ]
    policy = Policy("contracts", 1, rules)
    retention.wind(document, policy=policy)
    assert due(document)["original"] == document.created_at + 400 * DAY
    today = timezone.localdate()
    how = {"start": Start.CONTRACT_END, "user": house.rosa}
    assert retention.tell([document.reference, "ZZZ-ZZZ"], on=today + 9 * DAY, **how) == 1
    assert retention.tell([document.reference], on=today + 30 * DAY, **how) == 1
    retention.wind(document, policy=policy)
    began = datetime.combine(today + 30 * DAY, time(), UTC)
    assert due(document)["original"] == began + DAY
    assert Event.objects.filter(tag=Tag.MOMENT_TOLD, document=document.pk).count() == 2


def test_what_the_portal_knows_by_itself_is_not_told(desk):
    document = clear(desk)
    for start in set(Start) - {Start.CONTRACT_END, Start.EVENT}:
        with pytest.raises(NotPossible, match="by itself"):
            retention.tell(
                [document.reference], start=start, on=timezone.localdate(), user=desk.house.rosa
            )
    with pytest.raises(NotPossible):
        retention.tell([], start=Start.EVENT, on=timezone.localdate(), user=desk.house.rosa)
    with pytest.raises(NotAllowed):
        retention.tell(
            [document.reference],
            start=Start.EVENT,
            on=timezone.localdate(),
            user=desk.house.clara,
        )
