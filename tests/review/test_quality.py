"""How well people read, by known answers they met; and what follows where they read badly."""

import uuid

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.accounts import services as accounts
from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.errors import NotAllowed, NotFound, NotPossible
from apps.review import services as review
from apps.review.models import Claim, Pause, Task
from tests.conftest import SYSTEM as TESTER
from tests.intake.browsers import JSON
from tests.review.desk import NUMBER
from tests.review.known import TRUTH, WRONG, answer, known, take

pytestmark = pytest.mark.usefixtures("all_lots_fall")


@pytest.mark.parametrize(("value", "met"), [(TRUTH, True), (TRUTH.lower(), True), (WRONG, False)])
def test_an_answer_meets_the_known_one_or_misses_it(desk, mixed, value, met):
    assert answer(desk, mixed[1], value).met is met


def test_that_nothing_is_written_there_misses_it(desk, mixed):
    assert answer(desk, mixed[1], "").met is False


def test_real_slits_meet_nothing(desk, mixed):
    assert answer(desk, mixed[0], NUMBER).met is None


def test_a_lead_sees_how_each_reads_each_kind_of_field(desk, mixed):
    real, test = mixed
    answer(desk, real, NUMBER, shown_ms=2000)
    answer(desk, test, WRONG, shown_ms=1000)
    [one] = review.figures_of([desk.house.rita, desk.house.remy], now=timezone.now())
    assert (one.reviewer, one.kind, one.seconds) == (desk.house.rita, real.kind, 1.5)
    assert (one.accuracy.met, one.accuracy.answered) == (0, 1)


def test_what_was_taken_back_does_not_count(desk, mixed):
    answer(desk, mixed[1], WRONG)
    review.undo(desk.house.rita, now=timezone.now())
    assert review.figures_of([desk.house.rita], now=timezone.now()) == []


def quality(desk, **said):
    said = {"known_share": 0.03, "tells_misses": False, "floor": 0.8, **said}
    return review.set_quality(desk.house.lena, **said)


def test_a_miss_is_told_only_where_the_rule_says_so(desk, mixed, as_):
    _, test = mixed
    rita = as_(desk.house.rita)
    said = {"key": uuid.uuid4(), "value": WRONG}
    assert rita.post(f"/review/{test.pk}/decide/", said, **JSON).json() == {"saved": True}


def test_a_miss_that_is_told_cannot_be_taken_back(desk, mixed, as_):
    quality(desk, tells_misses=True)
    real, test = mixed
    rita = as_(desk.house.rita)
    answer(desk, real, NUMBER)
    said = {"key": uuid.uuid4(), "value": WRONG}
    told = rita.post(f"/review/{test.pk}/decide/", said, **JSON).json()
    assert TRUTH in told["feedback"]["text"]
    assert rita.post(f"/review/{test.pk}/decide/", said, **JSON).json() == told  # sent again
    assert review.undo(desk.house.rita, now=timezone.now()).pk == real.pk


def test_a_hit_is_not_told(desk, mixed, as_):
    quality(desk, tells_misses=True)
    said = {"key": uuid.uuid4(), "value": TRUTH}
    answered = as_(desk.house.rita).post(f"/review/{mixed[1].pk}/decide/", said, **JSON)
    assert answered.json() == {"saved": True}


@pytest.mark.parametrize("said", [{"known_share": 0.06}, {"known_share": -0.1}, {"floor": 1.0}])
def test_the_database_keeps_the_rule_within_reason(desk, said):
    with pytest.raises(IntegrityError), transaction.atomic():
        quality(desk, **said)


def test_only_leads_say_how_reviewers_are_made_sure_of(desk):
    with pytest.raises(NotAllowed):
        review.set_quality(desk.house.rita, known_share=0.0, tells_misses=False, floor=0.0)


# Pauses


def miss(desk, times: int) -> None:
    for _ in range(times):
        known(desk)
        desk.bare_tasks(desk.send(), 1)
    Task.objects.real().update(name="invoice_number")
    for task in take(desk)[True]:
        answer(desk, task, WRONG)


@pytest.fixture
def paused(desk):
    desk.paper(fields=("invoice_number",))
    miss(desk, 10)
    return desk.house.rita


def test_too_many_misses_pause_a_person(desk, paused):
    [rest] = Pause.objects.filter(reviewer=paused)
    assert (rest.because, rest.ended_at) == ("known answers", None)
    assert Event.objects.filter(tag=Tag.REVIEWER_PAUSED, subject=str(paused.pk)).count() == 1


def test_a_few_misses_pause_nobody(desk):
    desk.paper(fields=("invoice_number",))
    miss(desk, 5)
    assert not Pause.objects.exists()


def test_who_is_paused_is_told_at_every_door(desk, paused, as_):
    rita = as_(paused)
    task = Task.objects.real().filter(claim__reviewer=paused).first()
    doors = ["claim/", "heartbeat/", f"{task.pk}/decide/", f"{task.pk}/skip/"]
    for door in doors:
        said = {"key": uuid.uuid4(), "value": NUMBER}
        answered = rita.post(f"/review/{door}", said, **JSON)
        assert answered.status_code == 409, door
        assert "paused" in answered.json()["message"]


def test_a_lead_lets_a_person_go_on_and_old_misses_count_no_more(desk, paused):
    house = desk.house
    review.resume(paused, user=house.lena, now=timezone.now())
    assert review.claim(paused, now=timezone.now()) is not None
    known(desk)
    desk.bare_tasks(desk.send(), 1)
    Claim.objects.update(ended_at=timezone.now())
    Task.objects.update(claim=None)
    for task in take(desk)[True]:
        answer(desk, task, WRONG)
    assert not Pause.objects.filter(ended_at=None).exists()


def test_nobody_lets_themselves_go_on(desk):
    house = desk.house
    review.pause(house.lena, user=house.lena)
    with pytest.raises(NotPossible):
        review.resume(house.lena, user=house.lena, now=timezone.now())
    with pytest.raises(IntegrityError, match="somebody_else_ends_a_pause"), transaction.atomic():
        Pause.objects.update(ended_at=timezone.now(), ended_by=house.lena)


def test_only_leads_pause_and_only_whom_they_work_with(desk):
    house = desk.house
    with pytest.raises(NotAllowed):
        review.pause(house.remy, user=house.rita)
    stranger = house.person("stan", Role.REVIEWER, house.people)
    with pytest.raises(NotFound):
        review.pause(stranger, user=house.lena)
    with pytest.raises(NotPossible):
        review.resume(house.remy, user=house.lena, now=timezone.now())
    accounts.set_roles(house.remy, roles=[Role.SENDER], actor=TESTER)
    with pytest.raises(NotFound):
        review.pause(User.objects.get(pk=house.remy.pk), user=house.lena)
