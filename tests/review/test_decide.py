"""What people say of slits: saved at once, taken back for a while, then final."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.errors import NotAllowed, NotFound, NotPossible, PortalError
from apps.extraction.models import Content
from apps.intake import services as intake
from apps.jobs.flow import State as JobState
from apps.retention import services as retention
from apps.review import services as review
from apps.review.models import Decision, Task
from apps.review.rules import State, Verdict
from apps.review.services import Answer, final
from apps.review.services.asked import COLUMN
from apps.review.services.claims import LEASE
from apps.review.services.decisions import DEEP, ENOUGH_SKIPS
from apps.review.services.final import TAKE_BACK
from apps.review.services.values import LONGEST
from apps.review.tasks import sweep
from apps.vault import services as vault
from tests.conftest import SYSTEM
from tests.intake.looking import everything_in_the_database, facts
from tests.review.desk import IBAN, NUMBER, Desk

TYPED = "ZX-9090-KESTREL"


@pytest.fixture
def rita(desk):
    return desk.house.rita


@pytest.fixture
def held(desk, rita) -> dict[str, Task]:
    """The slits of one paper, under Rita's claim."""
    desk.paper()
    return desk.take(rita)


def content_of(decision: Decision) -> Content:
    task = decision.task
    cipher = vault.open_values(task.document_id, organisation=task.organisation_id, actor=SYSTEM)
    return Content.from_json(cipher.open(bytes(decision.sealed), column=COLUMN, row=decision.pk))


def skip(task: Task, user, key: uuid.UUID | None = None) -> Decision:
    answer = Answer(key or uuid.uuid4(), Verdict.SKIPPED)
    return review.skip(task, answer, user=user, now=timezone.now())


# What can be said


@pytest.mark.parametrize("verdict", [Verdict.ACCEPTED, Verdict.CORRECTED])
def test_a_value_is_sealed_and_the_task_decided(desk, held, verdict):
    task = held["invoice_number"]
    decision = desk.decide(task, TYPED, verdict=verdict, shown_ms=1234)
    task.refresh_from_db()
    assert (task.state, task.decision) == (State.DECIDED, decision)
    assert (decision.verdict, decision.shown_ms) == (verdict, 1234)
    assert content_of(decision) == Content(TYPED, TYPED)
    assert TYPED not in everything_in_the_database()


def test_a_value_is_normalised_as_its_document_writes(desk, held):
    decision = desk.decide(held["iban"], "DE89 3704 0044 0532 0130 00")
    assert content_of(decision).normalised == IBAN
    assert decision.checks == [["iban", True]]


def test_nothing_written_there_is_an_answer_without_a_value(desk, held):
    decision = desk.decide(held["iban"], verdict=Verdict.BLANK)
    assert (decision.verdict, decision.sealed) == (Verdict.BLANK, None)
    held["iban"].refresh_from_db()
    assert held["iban"].state == State.DECIDED


def test_a_failing_check_stops_a_value_until_it_is_confirmed(desk, held):
    wrong = IBAN.replace("DE89", "DE98")
    with pytest.raises(NotPossible, match="A check fails"):
        desk.decide(held["iban"], wrong)
    assert not Decision.objects.exists()
    decision = desk.decide(held["iban"], wrong, overrides=True)
    assert decision.checks == [["iban", False]]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  KX \t 77 \n 314 ", "KX 77 314"),
        ("KX\x0077\x07314", "KX 77 314"),
        ("KX\u202e314", "KX314"),
        ("x1" * (LONGEST // 2), "x1" * (LONGEST // 2)),
    ],
)
def test_a_value_is_one_line_that_can_be_printed(desk, held, typed, kept):
    assert content_of(desk.decide(held["invoice_number"], typed)).value == kept


@pytest.mark.parametrize("typed", [" ", "\x00\x07", "x1" * (LONGEST // 2) + "x"])
def test_a_value_that_is_empty_or_too_long_is_refused(desk, held, typed):
    with pytest.raises(NotPossible, match=f"1 to {LONGEST}"):
        desk.decide(held["invoice_number"], typed)
    assert not Decision.objects.exists()


def test_deciding_is_recorded_without_the_value(desk, held):
    desk.decide(held["invoice_number"], TYPED)
    event = Event.objects.get(tag=Tag.TASK_DECIDED)
    assert facts(event) == {"field": "invoice_number", "verdict": "corrected"}
    assert (event.actor, event.subject) == (
        desk.house.rita.actor,
        str(held["invoice_number"].pk),
    )


# Who may say it


def test_a_slit_that_somebody_else_holds_is_not_there(desk, held):
    for person in (desk.house.remy, desk.house.lena):
        with pytest.raises(NotFound):
            desk.decide(held["iban"], IBAN, user=person)
    with pytest.raises(NotAllowed):
        desk.decide(held["iban"], IBAN, user=desk.house.clara)


def test_a_slit_that_nobody_holds_is_not_there(desk, rita):
    document = desk.paper()
    with pytest.raises(NotFound):
        desk.decide(document.tasks.first(), IBAN, user=rita)


def test_a_claim_that_ran_out_decides_nothing(desk, held, rita):
    with pytest.raises(NotPossible, match="Your claim ran out"):
        desk.decide(held["iban"], IBAN, now=timezone.now() + LEASE)


def test_what_a_sender_took_back_decides_nothing(desk, held):
    document = held["iban"].document
    retention.withdraw(document, user=desk.house.clara)
    with pytest.raises(PortalError):
        desk.decide(Task.objects.get(pk=held["iban"].pk), IBAN, user=desk.house.rita)
    with pytest.raises(PortalError):
        desk.decide(held["iban"], IBAN)  # a page that was loaded before
    assert not Decision.objects.exists()


# Once


def test_the_same_key_again_is_the_same_decision(desk, held):
    key = uuid.uuid4()
    first, second = (desk.decide(held["iban"], IBAN, key=key) for _ in range(2))
    assert first == second
    assert Decision.objects.count() == 1
    assert Event.objects.filter(tag=Tag.TASK_DECIDED).count() == 1


def test_the_key_of_another_slit_is_refused(desk, held):
    key = uuid.uuid4()
    desk.decide(held["iban"], IBAN, key=key)
    with pytest.raises(NotPossible, match="saved for another slit"):
        desk.decide(held["invoice_number"], NUMBER, key=key)
    held["invoice_number"].refresh_from_db()
    assert held["invoice_number"].state == State.OPEN


@pytest.mark.parametrize("loaded", ["before", "after"])
def test_only_the_first_decision_counts(desk, held, loaded):
    """Another tab has the slit open; it was loaded before or after the first decision."""
    before = Task.objects.select_related("claim", "document", "field").get(pk=held["iban"].pk)
    desk.decide(held["iban"], IBAN)
    task = before if loaded == "before" else Task.objects.get(pk=before.pk)
    with pytest.raises(NotPossible, match="decided or withdrawn before"):
        desk.decide(task, IBAN)
    assert Decision.objects.count() == 1


# What cannot be read


def test_what_a_reviewer_cannot_read_goes_to_a_lead(desk, held, rita):
    desk.decide(held["iban"], verdict=Verdict.UNREADABLE, trouble="blurred")
    review.release(rita, now=timezone.now())
    for reviewer in (rita, desk.house.remy):
        assert "iban" not in desk.take(reviewer)
        review.release(reviewer, now=timezone.now())
    assert desk.take(desk.house.lena)["iban"].escalated
    assert facts(Event.objects.get(tag=Tag.TASK_ESCALATED))["reason"] == "blurred"


def test_what_a_lead_cannot_read_is_settled(desk, held, rita):
    desk.decide(held["iban"], verdict=Verdict.UNREADABLE, trouble="script")
    review.release(rita, now=timezone.now())
    task = desk.take(desk.house.lena)["iban"]
    desk.decide(task, verdict=Verdict.UNREADABLE, trouble="script")
    task.refresh_from_db()
    assert task.state == State.DECIDED


def test_what_two_reviewers_skip_goes_to_a_lead(desk, held, rita):
    skip(held["iban"], rita)
    assert "iban" not in desk.take(rita)
    review.release(rita, now=timezone.now())
    task = desk.take(desk.house.remy)["iban"]
    assert (task.skips, task.escalated) == (1, False)
    skip(task, desk.house.remy)
    task.refresh_from_db()
    assert (task.skips, task.escalated, task.claim) == (ENOUGH_SKIPS, True, None)
    assert "iban" in desk.take(desk.house.lena)


def test_skipping_with_the_same_key_twice_is_skipping_once(desk, held, rita):
    key = uuid.uuid4()
    assert skip(held["iban"], rita, key) == skip(held["iban"], rita, key)
    held["iban"].refresh_from_db()
    assert held["iban"].skips == 1


# Taken back


def test_the_last_decision_is_taken_back(desk, held, rita):
    desk.decide(held["iban"], IBAN)
    desk.decide(held["invoice_number"], NUMBER)
    task = review.undo(rita, now=timezone.now())
    assert task.field.name == "invoice_number"
    assert (task.state, task.decision, task.claim) == (State.OPEN, None, held["iban"].claim)
    assert review.undo(rita, now=timezone.now()).field.name == "iban"
    with pytest.raises(NotPossible, match="nothing left"):
        review.undo(rita, now=timezone.now())
    assert Event.objects.filter(tag=Tag.DECISION_UNDONE).count() == 2


def test_what_was_taken_back_can_be_decided_anew(desk, held, rita):
    desk.decide(held["iban"], verdict=Verdict.BLANK)
    task = review.undo(rita, now=timezone.now())
    desk.decide(task, IBAN)
    task.refresh_from_db()
    assert (task.state, content_of(task.decision).value) == (State.DECIDED, IBAN)


@pytest.mark.parametrize("passed_on", ["skipped", "unreadable"])
def test_what_was_passed_on_comes_back_as_it_was(desk, held, rita, passed_on):
    if passed_on == "skipped":
        skip(held["iban"], rita)
    else:
        desk.decide(held["iban"], verdict=Verdict.UNREADABLE, trouble="blurred")
    task = review.undo(rita, now=timezone.now())
    assert (task.escalated, task.skips, task.claim) == (False, 0, held["iban"].claim)
    assert "iban" in desk.take(rita)


def test_a_lead_s_skip_that_is_taken_back_leaves_the_slit_with_leads(desk, held, rita):
    desk.decide(held["iban"], verdict=Verdict.UNREADABLE, trouble="blurred")
    review.release(rita, now=timezone.now())
    task = desk.take(desk.house.lena)["iban"]
    skip(task, desk.house.lena)
    assert review.undo(desk.house.lena, now=timezone.now()).escalated


def test_skipping_taking_back_and_skipping_again_counts_once(desk, held, rita):
    skip(held["iban"], rita)
    task = review.undo(rita, now=timezone.now())
    skip(task, rita)
    task.refresh_from_db()
    assert (task.skips, task.escalated) == (1, False)


def test_what_somebody_else_has_by_now_is_not_taken_back(desk, held, rita):
    skip(held["iban"], rita)
    assert "iban" in desk.take(desk.house.remy)
    with pytest.raises(NotPossible, match="nothing left"):
        review.undo(rita, now=timezone.now())


def test_what_is_final_is_not_taken_back(desk, held, rita):
    now = timezone.now()
    desk.decide(held["iban"], IBAN, now=now)
    review.seal_late(now=now + TAKE_BACK, actor=SYSTEM)
    with pytest.raises(NotPossible, match="nothing left"):
        review.undo(rita, now=now + TAKE_BACK)


def test_nobody_takes_back_what_another_one_decided(desk, held):
    desk.decide(held["iban"], IBAN)
    with pytest.raises(NotPossible):
        review.undo(desk.house.remy, now=timezone.now())


def test_after_the_claim_ended_nothing_is_taken_back(desk, held, rita):
    desk.decide(held["iban"], IBAN)
    with pytest.raises(NotPossible):
        review.undo(rita, now=timezone.now() + LEASE)


# Final


def test_a_decision_becomes_final_after_a_while_and_not_before(desk, held):
    now = timezone.now()
    task = held["iban"]
    desk.decide(task, IBAN, now=now)
    assert review.seal_late(now=now + TAKE_BACK - timedelta(seconds=1), actor=SYSTEM) == 0
    assert review.seal_late(now=now + TAKE_BACK, actor=SYSTEM) == 1
    assert review.seal_late(now=now + TAKE_BACK, actor=SYSTEM) == 0
    task.refresh_from_db()
    assert task.state == State.SEALED


def test_only_so_many_decisions_can_be_taken_back(desk, rita):
    tasks = _decided(desk, rita, DEEP + 2)
    back = [review.undo(rita, now=timezone.now()).pk for _ in range(DEEP)]
    assert back == [task.pk for task in reversed(tasks[2:])]
    with pytest.raises(NotPossible, match="nothing left"):
        review.undo(rita, now=timezone.now())


def test_what_is_taken_back_and_decided_again_makes_nothing_deeper(desk, rita):
    tasks = _decided(desk, rita, DEEP)
    for _ in range(3):
        last = review.undo(rita, now=timezone.now())
        desk.decide(last, verdict=Verdict.BLANK, user=rita)
    back = [review.undo(rita, now=timezone.now()).pk for _ in range(DEEP)]
    assert back == [task.pk for task in reversed(tasks)]


def test_however_many_were_decided_a_decision_makes_none_final(desk, rita):
    tasks = _decided(desk, rita, DEEP + 2)
    states = {Task.objects.get(pk=task.pk).state for task in tasks}
    assert states == {State.DECIDED}


def test_a_sweep_goes_on_until_nothing_is_late(desk, rita, monkeypatch):
    monkeypatch.setattr(final, "LATE", 2)
    monkeypatch.setattr(final, "TAKE_BACK", timedelta(0))
    tasks = _decided(desk, rita, 5)
    sweep()
    states = {Task.objects.get(pk=task.pk).state for task in tasks}
    assert states == {State.SEALED}


def _decided(desk: Desk, rita, count: int) -> list[Task]:
    """Tasks of several papers, in the order in which they were decided."""
    for _ in range(3):
        desk.lines = ["INVOICE", *(f"{label} 7{at}.70" for at, label in enumerate(LABELS))]
        desk.paper(fields=("net_total", "tax_total", "grand_total", "due_payable"))
    held = Task.objects.open().filter(pk__in=[task.pk for task in _all_held(desk, rita)])
    tasks = list(held.order_by("created_at"))[:count]
    assert len(tasks) == count
    for task in tasks:
        desk.decide(task, verdict=Verdict.BLANK, user=rita)
    return tasks


LABELS = ("Net total", "Total VAT", "Grand total", "Amount due")


def _all_held(desk: Desk, user) -> list[Task]:
    now = timezone.now()
    review.claim(user, now=now)
    return list(Task.objects.open().held_by(user, now))


def test_with_the_decision_the_slit_is_gone(desk, held, rita, stored):
    task = held["iban"]
    desk.decide(task, IBAN)
    files = len(stored())
    review.release(rita, now=timezone.now())
    assert len(stored()) == files - 1
    with pytest.raises(vault.Gone):
        vault.open(task.crop, actor=SYSTEM, purpose="test")


def test_the_job_waits_for_the_last_decision_to_be_final(desk, held, rita):
    job = intake.job_of(held["iban"].document)
    desk.decide(held["iban"], IBAN)
    desk.decide(held["invoice_number"], NUMBER)
    job.refresh_from_db()
    assert job.state == JobState.PARKED  # both can still be taken back
    review.release(rita, now=timezone.now())
    job.refresh_from_db()
    assert job.state == JobState.QUEUED
    assert desk.walk(held["iban"].document) == JobState.SUCCEEDED


def test_a_job_that_is_woken_too_early_waits_again(desk, held, rita):
    document = held["iban"].document
    desk.decide(held["iban"], IBAN)
    review.release(rita, now=timezone.now())
    assert desk.walk(document) == JobState.PARKED


def test_a_decision_opens_in_its_own_row_only(desk, held):
    one = desk.decide(held["iban"], IBAN)
    other = desk.decide(held["invoice_number"], NUMBER)
    other.sealed = one.sealed
    with pytest.raises(vault.Unreadable):
        content_of(other)


def test_erasing_takes_typed_values_and_leaves_who_decided(desk, held):
    decision = desk.decide(held["iban"], IBAN)
    review.erase(held["iban"].document, actor=SYSTEM, reason="test")
    decision.refresh_from_db()
    assert decision.sealed is None
    assert (decision.reviewer, decision.verdict) == (desk.house.rita, Verdict.CORRECTED)
