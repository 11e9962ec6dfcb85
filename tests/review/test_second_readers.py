"""Fields that two people must agree on: blind, apart, and a third where they differ."""

import json
import uuid

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.accounts import services as accounts
from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.delivery import overview
from apps.delivery.result import Standing
from apps.delivery.settling import settled_fields
from apps.extraction import doctypes
from apps.extraction.doctypes import FieldRule
from apps.extraction.values import Kind
from apps.intake import services as intake
from apps.jobs.flow import State as JobState
from apps.review import services as review
from apps.review.models import Decision, Lesson, Task
from apps.review.rules import Reason, Stands, State, Turn, Verdict, governing, needs_two
from apps.review.services.quality import pause
from tests.conftest import SYSTEM
from tests.review.desk import IBAN, PAPER

OTHER = "DE02120300000000202051"
SPACED = "de89 3704 0044 0532 0130 00"


@pytest.fixture(autouse=True)
def two_readers(desk):
    desk.two_readers = True


def read(desk, *, first=IBAN, second=IBAN, **about):
    """Rita takes the one reading, Remy the other; both are final."""
    document = desk.paper(fields=("iban",))
    for person, value in ((desk.house.rita, first), (desk.house.remy, second)):
        task = desk.take(person)["iban"]
        if value is Verdict.UNREADABLE:
            desk.decide(task, verdict=value, trouble="blurred")
        else:
            desk.decide(task, value, **about)
        review.release(person, now=timezone.now())
    return document


def readings(document) -> list[Task]:
    return list(document.tasks.filter(field__name="iban").order_by("turn"))


def standing(document) -> Standing:
    return next(one.standing for one in settled_fields(document) if one.name == "iban")


# Which fields


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("invoice", "iban"),
        ("identity", "number"),
        ("identity", "dob"),
        ("medical_form", "dob"),
        ("medical_form", "health_number"),
        ("payslip", "net_pay"),
        ("bank_statement", "account_number"),
    ],
)
def test_accounts_ids_birthdays_and_pay_are_read_twice(name, field):
    assert needs_two(doctypes.get(name).rule(field), "anything")


@pytest.mark.parametrize(
    ("normalised", "two"),
    [
        ("999.99", False),
        ("1000.00", True),
        ("-1000.00", True),
        ("", False),
        ("12,5", True),
        ("0.00", False),
    ],
)
def test_small_amounts_are_read_once(normalised, two):
    rule = FieldRule("due", type=Kind.AMOUNT, readers=2, one_reader_below=1000)
    assert needs_two(rule, normalised) is two


def test_a_field_that_asks_for_one_reader_has_one():
    assert not needs_two(FieldRule("any"), "1000000.00")


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ([], None),
        ([(1, State.OPEN)], 0),
        ([(1, State.SEALED)], 0),
        ([(1, State.SEALED), (2, State.OPEN)], 1),
        ([(1, State.DECIDED), (2, State.SEALED)], 0),
        ([(1, State.SEALED), (2, State.SEALED)], 0),
        ([(1, State.SEALED), (2, State.WITHDRAWN)], 1),
        ([(1, State.SEALED), (2, State.SEALED), (3, State.OPEN)], 2),
        ([(1, State.SEALED), (2, State.SEALED), (3, State.SEALED)], 2),
        ([(1, State.SEALED), (2, State.SEALED), (3, State.WITHDRAWN)], 2),
    ],
)
def test_one_reading_says_how_a_field_stands(said, place):
    assert governing([Stands(Turn(turn), state) for turn, state in said]) == place


def test_both_readings_are_asked_for_at_once_and_share_a_slit(desk):
    document = desk.paper()
    first, second = readings(document)
    assert (first.turn, second.turn) == (Turn.FIRST, Turn.SECOND)
    assert first.crop == second.crop
    assert (first.blind, second.blind) == (False, True)
    assert first.due_at == second.due_at
    assert document.tasks.filter(field__name="invoice_number").count() == 1


# Blind


def test_the_second_reader_gets_neither_suggestion_nor_first_answer(desk):
    desk.paper(fields=("iban",))
    first = desk.take(desk.house.rita)["iban"]
    desk.decide(first, OTHER, overrides=True)
    desk.take(desk.house.remy)
    [item] = review.current_items(desk.house.remy, now=timezone.now())
    assert item["blind"]
    empty = ("value", "alts", "boxes", "passing", "doubts", "differ")
    assert [item[part] for part in empty] == ["", [], [], [], [], []]
    assert not {IBAN, OTHER, IBAN[4:]} & set(json.dumps(item).split('"'))
    assert item["picture"] and item["w"]


def test_who_types_the_same_as_the_machine_accepted_it_without_seeing_it(desk):
    document = read(desk, second=SPACED)
    decisions = [task.decision.verdict for task in readings(document)]
    assert decisions == [Verdict.CORRECTED, Verdict.ACCEPTED]


# Different people


def test_nobody_is_offered_the_second_reading_of_their_own_answer(desk):
    desk.paper(fields=("iban",))
    desk.decide(desk.take(desk.house.rita)["iban"], IBAN)
    review.release(desk.house.rita, now=timezone.now())
    assert desk.take(desk.house.rita) == {}
    assert desk.take(desk.house.remy)["iban"].turn == Turn.SECOND


def test_one_claim_holds_one_reading_of_a_field(desk):
    desk.paper(fields=("iban",))
    assert len(desk.take(desk.house.rita)) == 1
    assert Task.objects.filter(reader=desk.house.rita).count() == 1


def test_whoever_passed_a_reading_on_is_not_offered_the_other(desk):
    desk.paper(fields=("iban",))
    task = desk.take(desk.house.rita)["iban"]
    answer = review.Answer(uuid.uuid4(), Verdict.SKIPPED)
    review.skip(task, answer, user=desk.house.rita, now=timezone.now())
    assert desk.take(desk.house.rita) == {}


def test_the_database_refuses_one_person_for_two_readings(desk):
    first, second = readings(desk.paper(fields=("iban",)))
    desk.take(desk.house.rita)
    with pytest.raises(IntegrityError, match="nobody_reads_a_field_twice"), transaction.atomic():
        Task.objects.filter(pk__in=(first.pk, second.pk)).update(reader=desk.house.rita)


def test_the_database_refuses_a_sender_as_reader(desk):
    document = desk.paper(fields=("iban",))
    with pytest.raises(IntegrityError, match="nobody_reads_what_they_sent"), transaction.atomic():
        Task.objects.filter(document=document).update(reader=desk.house.clara)


def test_the_database_refuses_a_word_of_anybody_but_the_reader(desk):
    desk.paper(fields=("iban",))
    task = desk.take(desk.house.rita)["iban"]
    with pytest.raises(IntegrityError, match="Only its reader"), transaction.atomic():
        Decision.objects.create(
            organisation_id=task.organisation_id,
            task=task,
            reviewer=desk.house.remy,
            claim=task.claim,
            key=uuid.uuid4(),
            verdict=Verdict.BLANK,
            shown_ms=0,
        )


def test_the_database_refuses_a_decided_reading_without_a_reader(desk):
    desk.paper(fields=("iban",))
    task = desk.take(desk.house.rita)["iban"]
    desk.decide(task, IBAN)
    with pytest.raises(IntegrityError, match="decided_by_a_reader"), transaction.atomic():
        Task.objects.filter(pk=task.pk).update(reader=None)


# What comes of it


def test_two_who_mean_the_same_settle_a_field(desk):
    document = read(desk, second=SPACED)
    assert [task.state for task in readings(document)] == [State.SEALED, State.SEALED]
    assert desk.walk(document) == JobState.SUCCEEDED
    assert standing(document) is Standing.DECIDED
    assert readings(document)[0].crop.shredded_at


def test_the_job_waits_for_the_second_reading(desk):
    document = desk.paper(fields=("iban",))
    desk.decide(desk.take(desk.house.rita)["iban"], IBAN)
    review.release(desk.house.rita, now=timezone.now())
    assert intake.job_of(document).state == JobState.PARKED
    assert standing(document) is Standing.WAITING
    assert readings(document)[0].crop.shredded_at is None


def test_a_field_that_two_must_read_is_one_field_that_waits(desk):
    desk.paper()
    [row] = overview.listed(desk.house.clara, reference="", count=1)
    assert (row.waiting, row.status.text) == (2, "In review, 2 of 4 fields")


def test_where_two_differ_a_third_person_is_asked(desk):
    document = read(desk, second=OTHER)
    *_, third = readings(document)
    assert (third.turn, third.escalated, third.state) == (Turn.THIRD, True, State.OPEN)
    assert standing(document) is Standing.WAITING
    for person in (desk.house.rita, desk.house.remy):
        assert desk.take(person) == {}
    assert desk.take(desk.house.lena)["iban"].pk == third.pk


def test_the_third_sees_both_answers_and_neither_name(desk):
    read(desk, second=OTHER)
    desk.take(desk.house.lena)
    [item] = review.current_items(desk.house.lena, now=timezone.now())
    assert {one["value"] for one in item["differ"]} == set(item["alts"]) == {IBAN, OTHER}
    assert item["value"] == "" and not item["blind"]
    text = json.dumps(item)
    for person in (desk.house.rita, desk.house.remy):
        assert person.name not in text and str(person.pk) not in text


def test_the_third_word_stands(desk):
    document = read(desk, second=OTHER)
    desk.decide(desk.take(desk.house.lena)["iban"], OTHER)
    review.release(desk.house.lena, now=timezone.now())
    assert desk.walk(document) == JobState.SUCCEEDED
    [iban] = [one for one in settled_fields(document) if one.name == "iban"]
    assert (iban.normalised, iban.by) == (OTHER, desk.house.lena.actor)


@pytest.mark.parametrize(
    ("first", "second", "third"),
    [
        ("", "", False),
        (IBAN, "", True),
        ("", IBAN, True),
        (Verdict.UNREADABLE, IBAN, True),
        (Verdict.UNREADABLE, Verdict.UNREADABLE, True),
    ],
)
def test_blanks_agree_and_what_cannot_be_read_calls_for_a_third(desk, first, second, third):
    document = read(desk, first=first, second=second)
    assert len(readings(document)) == (3 if third else 2)


def test_what_the_third_is_told_of_an_answer_without_a_value(desk):
    read(desk, first="", second=Verdict.UNREADABLE)
    desk.take(desk.house.lena)
    [item] = review.current_items(desk.house.lena, now=timezone.now())
    said = {one["said"] for one in item["differ"]}
    assert said == {"Nothing is written there", "It cannot be read"}


def test_one_lesson_is_learned_of_a_field_however_many_read_it(desk):
    read(desk)
    assert Lesson.objects.count() == 1


def test_the_trail_says_which_reading_it_was(desk):
    document = read(desk)
    sealed = Event.objects.filter(tag=Tag.DECISION_SEALED, document=document.pk)
    assert sealed.count() == 2
    opened = Event.objects.filter(tag=Tag.TASK_OPENED, document=document.pk)
    assert sum(b'"turn":2' in bytes(event.body) for event in opened) == 1


# What calls for a second reading later


@pytest.mark.parametrize(("typed", "turns"), [("970.10", [1]), ("9700.10", [1, 2])])
def test_a_first_reader_who_reads_a_large_amount_calls_for_a_second(desk, typed, turns):
    desk.lines = [*PAPER, "Amount due EUR 970.10"]
    document = desk.paper(fields=("due_payable",))
    desk.decide(desk.take(desk.house.rita)["due_payable"], typed)
    review.release(desk.house.rita, now=timezone.now())
    made = list(document.tasks.order_by("turn"))
    assert [task.turn for task in made] == turns
    assert len({task.crop_id for task in made}) == 1
    assert (made[0].crop.shredded_at is None) == (len(turns) == 2)


@pytest.mark.parametrize(("typed", "turns"), [(OTHER, [1]), (IBAN, [1, 2])])
def test_an_audit_calls_for_a_second_only_if_it_denies_the_machine(desk, settings, typed, turns):
    settings.AUDITS_PER_MILLE = 1000
    desk.lines = [line.replace(IBAN, OTHER) for line in PAPER]  # of which the engine is sure
    document = desk.paper(fields=("iban",))
    assert [task.reason for task in document.tasks.all()] == [Reason.AUDIT]
    desk.decide(desk.take(desk.house.rita)["iban"], typed)
    review.release(desk.house.rita, now=timezone.now())
    assert [task.turn for task in document.tasks.order_by("turn")] == turns
    assert standing(document) is Standing.ACCEPTED or turns == [1]


# Erasure, and workspaces that are too small


def test_erasure_takes_the_values_of_every_reading(desk):
    document = read(desk, second=OTHER)
    assert Decision.objects.filter(task__document=document, sealed__isnull=False).count() == 2
    review.erase(document, actor=SYSTEM, reason="test")
    assert not Decision.objects.filter(task__document=document, sealed__isnull=False).exists()
    assert readings(document)[2].state == State.WITHDRAWN


def test_a_slit_whose_clock_ran_out_leaves_a_field_undecided(desk):
    document = desk.paper(fields=("iban",))
    desk.decide(desk.take(desk.house.rita)["iban"], IBAN)
    review.release(desk.house.rita, now=timezone.now())
    review.withdraw(document, actor=SYSTEM, reason="policy")
    assert standing(document) is Standing.UNDECIDED


def test_a_second_reading_that_nobody_can_take_is_told(desk):
    house = desk.house
    desk.paper(fields=("iban",))
    assert review.stuck(house.payable).tasks == 0
    for person in (house.remy, house.lena):
        User.objects.filter(pk=person.pk).update(is_active=False)
    desk.decide(desk.take(house.rita)["iban"], IBAN)
    review.release(house.rita, now=timezone.now())
    found = review.stuck(house.payable)
    assert (found.second, found.third, found.others) == (1, 0, 0)
    [sentence] = found.sentences
    assert "1 slits wait for a second reader" in sentence


def test_a_difference_that_no_lead_can_settle_is_told(desk):
    accounts.set_roles(desk.house.lena, roles=[Role.REVIEWER], actor=SYSTEM)
    read(desk, second=OTHER)
    assert review.stuck(desk.house.payable).third == 1


def test_the_lead_who_read_it_first_cannot_settle_the_difference(desk):
    desk.paper(fields=("iban",))
    for person, value in ((desk.house.lena, IBAN), (desk.house.rita, OTHER)):
        desk.decide(desk.take(person)["iban"], value)
        review.release(person, now=timezone.now())
    assert desk.take(desk.house.lena) == {}
    assert review.stuck(desk.house.payable).third == 1


# Without any machine's value in sight


def test_a_practice_hides_the_value_from_first_readers_too(desk):
    desk.two_readers = False
    house = desk.house
    review.set_practice(house.lena, workspace=house.payable, promise_minutes=None, hides_value=True)
    desk.paper(fields=("iban",))
    desk.take(house.rita)
    [item] = review.current_items(house.rita, now=timezone.now())
    assert item["blind"]
    assert [item[part] for part in ("value", "alts", "boxes")] == ["", [], []]
    assert IBAN not in json.dumps(item)


def test_a_pause_is_no_way_around_a_second_reader(desk):
    desk.paper(fields=("iban",))
    pause(desk.house.remy, user=desk.house.lena)
    desk.decide(desk.take(desk.house.rita)["iban"], IBAN)
    review.release(desk.house.rita, now=timezone.now())
    assert desk.take(desk.house.rita) == {}
