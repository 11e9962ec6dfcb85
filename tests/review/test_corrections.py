"""Words that are only added: taken back later with a reason, and never written over."""

import uuid

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.audit import services as audit
from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.errors import NotAllowed, NotFound, NotPossible
from apps.delivery.settling import settled_fields
from apps.intake import services as intake
from apps.jobs.flow import State as JobState
from apps.review import services as review
from apps.review.models import Decision, Task
from apps.review.rules import CorrectionReason, State, Trouble, Turn, Verdict
from apps.review.services import Answer
from tests.conftest import SYSTEM
from tests.review.desk import IBAN

OTHER = "DE02120300000000202051"
SLIP = CorrectionReason.SLIP


@pytest.fixture
def final(desk) -> Task:
    """Rita's word on the IBAN is final, and the job still waits for the other field."""
    desk.paper()
    held = desk.take(desk.house.rita)
    desk.decide(held["iban"], OTHER)
    review.release(desk.house.rita, now=timezone.now())
    return Task.objects.get(pk=held["iban"].pk)


def correct(task: Task, user, value: str = IBAN, **about) -> Decision:
    verdict = Verdict.CORRECTED if value else Verdict.BLANK
    answer = Answer(about.pop("key", uuid.uuid4()), verdict, value, **about)
    task = Task.objects.select_related("decision", "job").get(pk=task.pk)
    return review.correct(task, answer, because=SLIP, user=user, now=timezone.now())


def value_of(document) -> str:
    return next(one.normalised for one in settled_fields(document) if one.name == "iban")


# Correcting


def test_ones_own_word_is_corrected_while_the_job_waits(desk, final):
    decision = correct(final, desk.house.rita)
    final.refresh_from_db()
    assert (final.decision, decision.corrects.verdict) == (decision, Verdict.CORRECTED)
    assert value_of(final.document) == IBAN
    assert Decision.objects.filter(task=final).count() == 2


def test_the_trail_says_that_and_why(desk, final):
    correct(final, desk.house.rita)
    [event] = Event.objects.filter(tag=Tag.DECISION_CORRECTED)
    assert audit.facts_of(event) == {"field": "iban", "reason": SLIP}


def test_the_same_key_corrects_once(desk, final):
    key = uuid.uuid4()
    assert correct(final, desk.house.rita, key=key) == correct(final, desk.house.rita, key=key)


def test_a_correction_can_itself_be_corrected(desk, final):
    correct(final, desk.house.rita)
    correct(final, desk.house.rita, "")
    final.refresh_from_db()
    assert final.decision.verdict == Verdict.BLANK
    assert Decision.objects.filter(task=final).count() == 3


def test_nobody_corrects_somebody_elses_word(desk, final):
    for person in (desk.house.remy, desk.house.lena):
        with pytest.raises(NotFound):
            correct(final, person)
    with pytest.raises(NotAllowed):
        correct(final, desk.house.clara)


def test_what_can_be_undone_is_undone_and_not_corrected(desk):
    desk.paper()
    task = desk.take(desk.house.rita)["iban"]
    desk.decide(task, OTHER)
    with pytest.raises(NotPossible, match="not final yet"):
        correct(task, desk.house.rita)


def test_what_was_delivered_stands(desk):
    document = desk.paper(fields=("iban",))
    task = desk.take(desk.house.rita)["iban"]
    desk.decide(task, OTHER)
    review.release(desk.house.rita, now=timezone.now())
    assert desk.walk(document) == JobState.SUCCEEDED
    with pytest.raises(NotPossible, match="waits"):
        correct(task, desk.house.rita)


def test_a_job_that_somebody_works_on_is_not_held_up(desk, final):
    job = intake.job_of(final.document)
    type(job).objects.filter(pk=job.pk).update(state=JobState.RUNNING, token=uuid.uuid4())
    with pytest.raises(NotPossible, match="waits"):
        correct(final, desk.house.rita)


def test_the_checks_are_repeated(desk, final):
    with pytest.raises(NotPossible, match="check"):
        correct(final, desk.house.rita, IBAN[:-1] + "1")
    assert value_of(final.document) == OTHER


def test_what_was_withdrawn_is_not_corrected(desk, final):
    review.withdraw(final.document, actor=SYSTEM, reason="test")
    review.erase(final.document, actor=SYSTEM, reason="test")
    job = intake.job_of(final.document)
    type(job).objects.filter(pk=job.pk).update(state=JobState.STOPPED)
    with pytest.raises(NotPossible):
        correct(final, desk.house.rita)


def test_a_correction_that_parts_two_who_agreed_calls_a_third(desk):
    desk.two_readers = True
    document = desk.paper()
    for person in (desk.house.rita, desk.house.remy):
        desk.decide(desk.take(person)["iban"], IBAN)
        review.release(person, now=timezone.now())
    first = document.tasks.get(field__name="iban", turn=Turn.FIRST)
    correct(first, desk.house.rita, OTHER)
    third = document.tasks.get(field__name="iban", turn=Turn.THIRD)
    assert third.crop != first.crop and third.crop.shredded_at is None  # drawn anew
    assert first.crop.shredded_at
    desk.decide(desk.take(desk.house.lena)["iban"], IBAN)
    review.release(desk.house.lena, now=timezone.now())
    with pytest.raises(NotPossible, match="third"):
        correct(first, desk.house.rita, IBAN)


def test_who_is_paused_corrects_nothing(desk, final):
    review.pause(desk.house.rita, user=desk.house.lena)
    with pytest.raises(NotPossible, match="paused"):
        correct(final, desk.house.rita)


def test_a_class_is_not_corrected_where_its_fields_are_being_read(desk, final):
    """Nor is a slit of anything else put in its place: it is of no field at all."""
    task = Task.objects.select_related("decision", "job").get(pk=final.pk)
    task.field = None
    answer = Answer(uuid.uuid4(), Verdict.CORRECTED, IBAN)
    with pytest.raises(NotPossible, match="class"):
        review.correct(task, answer, because=SLIP, user=desk.house.rita, now=timezone.now())


def test_nobody_is_held_up_where_nothing_else_is_undecided(desk, final):
    """The job waits in the queue still, and the last word was said."""
    for task in desk.take(desk.house.rita).values():
        desk.decide(task, "KX-77314-RQ")
    review.release(desk.house.rita, now=timezone.now())
    assert intake.job_of(final.document).state in (JobState.PARKED, JobState.QUEUED)
    with pytest.raises(NotPossible, match="Nobody waits"):
        correct(final, desk.house.rita)


@pytest.mark.parametrize("verdict", [Verdict.UNREADABLE, Verdict.SKIPPED])
def test_a_correction_says_what_is_written(desk, final, verdict):
    task = Task.objects.select_related("decision", "job").get(pk=final.pk)
    answer = Answer(uuid.uuid4(), verdict, trouble=Trouble.BLURRED)
    with pytest.raises(NotPossible, match="says what is written"):
        review.correct(task, answer, because=SLIP, user=desk.house.rita, now=timezone.now())


def test_of_two_tabs_one_corrects(desk, final):
    stale = Task.objects.select_related("decision", "job").get(pk=final.pk)
    correct(final, desk.house.rita)
    answer = Answer(uuid.uuid4(), Verdict.BLANK)
    with pytest.raises(NotPossible, match="another tab"):
        review.correct(stale, answer, because=SLIP, user=desk.house.rita, now=timezone.now())
    assert value_of(final.document) == IBAN


def test_what_went_on_meanwhile_is_not_corrected(desk, final):
    stale = Task.objects.select_related("decision", "job").get(pk=final.pk)
    Task.objects.filter(pk=final.pk).update(state=State.OPEN, decision=None)
    answer = Answer(uuid.uuid4(), Verdict.BLANK)
    with pytest.raises(NotPossible, match="another tab"), transaction.atomic():
        review.correct(stale, answer, because=SLIP, user=desk.house.rita, now=timezone.now())
    assert Decision.objects.filter(task=final).count() == 1


def test_the_browser_corrects_with_a_reason(desk, final, as_):
    rita = as_(desk.house.rita)
    address = f"/review/{final.pk}/correct/"
    headers = {"HTTP_ACCEPT": "application/json"}
    said = {"key": uuid.uuid4(), "value": IBAN, "because": SLIP}
    assert rita.post(address, said, **headers).json() == {"saved": True}
    assert value_of(final.document) == IBAN
    for wrong in ({"because": "mood"}, {"because": ""}, {"blank": "on"}, {"value": ""}):
        answer = rita.post(address, {**said, "key": uuid.uuid4(), **wrong}, **headers)
        assert answer.status_code == 400
        assert IBAN not in answer.content.decode()


# The database


def test_words_are_never_changed(desk, final):
    for change in ({"verdict": "blank"}, {"sealed": b"x"}, {"shown_ms": 1}, {"right": True},
                   {"reviewer": desk.house.remy}, {"checks": [["a", True]]}):  # fmt: skip
        with pytest.raises(IntegrityError, match="only added"), transaction.atomic():
            Decision.objects.filter(task=final).update(**change)


def test_words_are_never_removed(final):
    with pytest.raises(IntegrityError, match="only added"), transaction.atomic():
        Decision.objects.filter(task=final)._raw_delete("default")


def test_what_was_undone_stays_undone(desk):
    desk.paper()
    desk.decide(desk.take(desk.house.rita)["iban"], OTHER)
    review.undo(desk.house.rita, now=timezone.now())
    with pytest.raises(IntegrityError, match="only added"), transaction.atomic():
        Decision.objects.update(undone=False)


def test_values_may_be_erased(desk, final):
    Decision.objects.filter(task=final).update(sealed=None)
    assert Decision.objects.get(task=final).sealed is None


def test_a_correction_without_a_reason_is_refused(desk, final):
    with pytest.raises(IntegrityError, match="corrections_have_a_reason"), transaction.atomic():
        Decision.objects.create(
            organisation_id=final.organisation_id,
            task=final,
            reviewer=desk.house.rita,
            claim=final.decision.claim,
            key=uuid.uuid4(),
            verdict=Verdict.BLANK,
            shown_ms=0,
            corrects=final.decision,
        )
