"""What an organisation turned off stops, each by itself, in every place that does it."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.errors import NotAllowed, NotPossible
from apps.base.scope import acting_for
from apps.intake import services as intake
from apps.intake.models import Document, Switch, Use
from apps.jobs.flow import State
from apps.retention import services as retention
from apps.review import services as review
from apps.review.models import Confusion, Lesson
from apps.review.models.counts import Tally
from apps.review.services import counting
from portal.evaluation import examples
from tests.api.calls import ledger, program
from tests.looking import said
from tests.review.desk import NUMBER

__all__ = ["ledger", "program"]

WHY = "The works council asked for it."
ENGINE = "fake/1"


def turn(desk, use: Use, *, on: bool = False) -> None:
    retention.turn(use, on=on, reason=WHY, user=desk.house.rosa)


def corrected(desk, *, improve: bool = True, **terms) -> None:
    """A number that a reviewer corrected by one character that looks alike."""
    desk.paper(fields=("invoice_number",), model_improvement=improve, **terms)
    desk.decide(desk.take(desk.house.rita)["invoice_number"], NUMBER.replace("3", "8"))
    review.release(desk.house.rita, now=timezone.now())


# Processing


def test_without_processing_nothing_is_taken_by_page_or_program(desk, ledger):
    turn(desk, Use.PROCESSING)
    with pytest.raises(NotPossible, match="paused"):
        desk.send()
    assert ledger.submit().status_code == 409
    assert not Document.objects.exists()


def test_without_processing_queued_work_waits_and_goes_on_afterwards(desk):
    document = desk.send(manual_review=False)
    turn(desk, Use.PROCESSING)
    assert desk.walk(document) == State.PARKED
    assert not hasattr(document, "reading")
    turn(desk, Use.PROCESSING, on=True)
    assert intake.job_of(document).state == State.QUEUED
    assert desk.walk(document) == State.SUCCEEDED


# Analytics


def test_without_analytics_decisions_are_not_counted_and_never_will_be(desk):
    turn(desk, Use.ANALYTICS)
    corrected(desk)
    assert not Lesson.objects.exists()
    later = timezone.now() + 2 * counting.LAG
    review.count_up(desk.house.halden.pk, now=later)
    turn(desk, Use.ANALYTICS, on=True)
    review.count_up(desk.house.halden.pk, now=later + counting.LAG)
    assert not Tally.objects.exists()
    assert Confusion.objects.exists()  # learning is another use


def test_with_analytics_the_same_is_counted(desk):
    corrected(desk)
    assert Lesson.objects.exists()
    review.count_up(desk.house.halden.pk, now=timezone.now() + 2 * counting.LAG)
    assert Tally.objects.exists()


def test_what_is_counted_names_no_document_and_holds_no_value(desk):
    corrected(desk)
    review.count_up(desk.house.halden.pk, now=timezone.now() + 2 * counting.LAG)
    known = {str(pk) for pk in Document.objects.values_list("pk", flat=True)}
    for model in (Lesson, Tally):
        for row in model.objects.values():
            assert NUMBER not in str(row)
            assert not known & {str(value) for value in row.values()}


# Improvement


def test_without_improvement_no_character_is_learned_and_no_lesson_is_used(desk):
    corrected(desk)
    assert (Confusion.objects.count(), len(list(examples.from_lessons(ENGINE)))) == (1, 1)
    turn(desk, Use.IMPROVEMENT)
    corrected(desk)
    assert Confusion.objects.count() == 1
    assert list(examples.from_lessons(ENGINE)) == []
    assert examples.confusions(ENGINE) == {}
    assert Lesson.objects.count() == 2  # counting is another use


def test_nothing_is_learned_from_whose_sender_does_not_allow_it(desk):
    corrected(desk, improve=False)
    assert not Confusion.objects.exists()


# Turning


def test_each_is_on_until_it_is_turned_off_and_off_for_one_organisation_only(desk):
    organisation = desk.house.halden.pk
    assert all(intake.allows(organisation, use) for use in Use)
    turn(desk, Use.ANALYTICS)
    assert [intake.allows(organisation, use) for use in Use] == [True, False, True]
    with acting_for(desk.house.northmere.pk):
        assert intake.allows(desk.house.northmere.pk, Use.ANALYTICS)
    with pytest.raises(NotPossible):
        turn(desk, Use.ANALYTICS)
    assert Event.objects.get(tag=Tag.USE_TURNED).actor == desk.house.rosa.actor


@pytest.mark.parametrize("name", ["clara", "rita", "lena", "otto", "ida", "mallory"])
def test_nobody_else_turns_anything(desk, name):
    with pytest.raises(NotAllowed):
        retention.turn(Use.ANALYTICS, on=False, reason=WHY, user=getattr(desk.house, name))
    assert not Switch.objects.exists()


@pytest.mark.parametrize(
    "statement", ["UPDATE intake_switch SET reason = 'x'", "DELETE FROM intake_switch"]
)
def test_no_turn_is_rewritten(desk, statement):
    turn(desk, Use.ANALYTICS)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_page_turns_one_and_says_who_did(desk, as_):
    rosa = as_(desk.house.rosa)
    form = {"use": "improvement", "on": "no", "reason": WHY}
    assert rosa.post("/retention/uses/", form | {"use": "everything"}).status_code == 422
    assert rosa.post("/retention/uses/", form).status_code == 302
    page = said(rosa.get("/retention/uses/"))
    assert WHY in page
    assert "Turn improvement on" in page
    assert "Turn analytics off" in page
