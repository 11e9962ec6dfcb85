"""More of a page than the slit: for a reason, for some seconds, so often, and the page by leave."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.utils import timezone

from apps.accounts.models import User
from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.errors import Gone, NotAllowed, NotFound, NotPossible
from apps.extraction import services as extraction
from apps.review import services as review
from apps.review.ladder import HOUR, RUNGS, SEEN, WORDS, State, Step, Why, bounded
from apps.review.models import Claim, Grant, Look, Task
from apps.review.services.claims import LEASE
from apps.review.tasks import sweep
from tests.conftest import SYSTEM
from tests.intake.browsers import JSON
from tests.intake.looking import facts
from tests.looking import said
from tests.review.desk import IBAN, SIZE
from tests.review.test_looking import expire_claims, visible, words_in

ALONE = [Step.WIDER, Step.LINE]  # as often as that an hour; the page never
WORDS_SEEN = {Step.WIDER: [IBAN], Step.LINE: ["IBAN:", IBAN]}


@pytest.fixture
def task(desk) -> Task:
    """A slit under Rita's claim."""
    desk.paper()
    return desk.take(desk.house.rita)["iban"]


@pytest.fixture
def ask(desk, as_, task) -> Callable[..., HttpResponse]:
    """Ask for more of the task as somebody."""

    def send(step: str = "line", reason: str = "unit", user: User | None = None, **headers: str):
        client = as_(user or desk.house.rita)
        said = {"step": step, "reason": reason}
        return client.post(f"/review/{task.pk}/more/", said, **(headers or JSON))

    return send


@pytest.fixture
def look(desk, as_, task) -> Callable[..., HttpResponse]:
    """Fetch a step's picture as somebody."""

    def fetch(step: str = "line", user: User | None = None) -> HttpResponse:
        return as_(user or desk.house.rita).get(f"/review/{task.pk}/{step}.png")

    return fetch


@pytest.fixture
def asked(desk, task) -> Grant:
    """Rita's question for the page."""
    return take(desk, task, Step.PAGE)


def take(desk: Any, task: Task, step: Step, now: Any = None) -> Grant:
    now = now or timezone.now()
    return review.ask_more(task, step=step, reason=Why.UNIT, user=desk.house.rita, now=now)


def give(desk: Any, grant: Grant, *, yes: bool = True) -> None:
    review.answer(grant, give=yes, user=desk.house.lena, now=timezone.now())


# The terms


def test_each_step_has_terms_of_its_own():
    assert set(RUNGS) == set(Step) - {Step.SLIT}
    assert len({rung.permission for rung in RUNGS.values()}) == len(RUNGS)
    assert len({*SEEN}) == len(Step)
    assert [step for step, rung in RUNGS.items() if not rung.alone] == [Step.PAGE]
    assert set(WORDS) == set(Why)


@pytest.mark.parametrize(
    ("reported", "before", "passed", "counted"),
    [
        (900, 0, 5, 900),
        (900, 800, 5, 1700),
        (9_000_000, 0, 5, 5000),
        (9_000, 4_500, 5, 5000),
        (-40, 100, 5, 100),
        (900, 0, 0, 0),
        (900, 0, -3, 0),
        (900, 1200, -3, 1200),
    ],
)
def test_a_browser_is_believed_as_far_as_the_server_knows(reported, before, passed, counted):
    since = timezone.now()
    until = since + timedelta(seconds=passed)
    assert bounded(reported, before=before, since=since, until=until) == counted


# Asking


@pytest.mark.parametrize("reason", ["", "because", "unit; drop table"])
def test_more_needs_one_of_the_reasons(ask, look, reason):
    response = ask(reason=reason)
    assert (response.status_code, response.json()["message"]) == (400, "Not saved: reason.")
    assert look().status_code == 409
    assert not Grant.objects.exists()


@pytest.mark.parametrize("step", ["", "slit", "file", "pages"])
def test_more_is_one_of_the_steps(ask, step):
    assert ask(step).json()["message"] == "Not saved: step."
    assert not Grant.objects.exists()


@pytest.mark.parametrize("step", Step)
def test_what_was_not_asked_for_is_not_shown(look, step):
    if step is not Step.SLIT:
        assert look(step).status_code == 409
        assert not Event.objects.filter(tag=RUNGS[step].delivered).exists()


@pytest.mark.parametrize("step", ALONE)
@pytest.mark.parametrize("reason", Why)
def test_a_step_is_shown_for_a_reason_and_both_are_recorded(ask, look, task, step, reason):
    said, rung = ask(step, reason.value).json(), RUNGS[step]
    assert said == {"src": f"/review/{task.pk}/{step}.png", "seconds": rung.seconds}
    response = look(step)
    assert (response.status_code, response["Content-Type"]) == (200, "image/png")
    assert "no-store" in response["Cache-Control"]
    granted = Event.objects.get(tag=rung.given)
    assert facts(granted) == {"field": "iban", "page": 1, "reason": reason.value}
    delivered = facts(Event.objects.get(tag=rung.delivered))
    seen = len(visible(response))
    assert delivered["share"] == pytest.approx(1_000_000 * seen / (SIZE[0] * SIZE[1]), abs=1)
    kept = Look.objects.get()
    assert (kept.step, kept.reason, kept.page) == (step, reason, 1)
    assert kept.pixels == pytest.approx(seen, abs=2)
    told = (delivered["reason"], delivered["page"], delivered["region"], delivered["pixels"])
    assert told == (kept.reason, kept.page, kept.region, kept.pixels)
    assert kept.of_pixels == pytest.approx(SIZE[0] * SIZE[1], rel=0.01)


@pytest.mark.parametrize("step", ALONE)
def test_a_step_shows_its_own_words_and_no_others(ask, look, step):
    ask(step)
    assert words_in(look(step)) == WORDS_SEEN[step]


def test_a_wider_slit_shows_more_than_the_slit_and_less_than_the_line(desk, ask, look, as_, task):
    seen = [len(visible(as_(desk.house.rita).get(f"/review/{task.pk}/crop.png")))]
    for step in ALONE:
        ask(step)
        seen.append(len(visible(look(step))))
    assert seen == sorted(set(seen))


@pytest.mark.parametrize("step", ALONE)
def test_a_step_is_shown_for_its_seconds(ask, look, step):
    ask(step)
    grant = Grant.objects.get()
    assert grant.until - grant.created_at == timedelta(seconds=RUNGS[step].seconds)
    Grant.objects.update(until=timezone.now())
    assert look(step).status_code == 409
    ask(step)
    assert look(step).status_code == 200


@pytest.mark.parametrize("step", ALONE)
def test_without_javascript_asking_leads_to_the_picture(ask, task, step):
    response = ask(step, HTTP_ACCEPT="text/html")
    assert (response.status_code, response["Location"]) == (302, f"/review/{task.pk}/{step}.png")


def test_without_javascript_asking_a_lead_leads_back_to_the_station(ask):
    response = ask("page", HTTP_ACCEPT="text/html")
    assert (response.status_code, response["Location"]) == (302, "/review/")


@pytest.mark.parametrize("step", RUNGS)
def test_what_somebody_else_may_see_is_not_there(desk, ask, look, step):
    ask(step)
    for person in (desk.house.remy, desk.house.lena):
        assert look(step, person).status_code == 404
        assert ask(step, user=person).status_code == 404


@pytest.mark.parametrize("step", ALONE)
def test_leave_for_one_slit_is_none_for_another(desk, as_, ask, task, step):
    ask(step)
    other = task.document.tasks.exclude(pk=task.pk).get()
    assert as_(desk.house.rita).get(f"/review/{other.pk}/{step}.png").status_code == 409


@pytest.mark.parametrize("step", RUNGS)
def test_each_step_is_a_right_of_its_own(desk, ask, look, task, step):
    """Whoever has every other right still does not see this one."""
    most = User.objects.create_user(
        "most@halden.example", name="Most", organisation=desk.house.halden
    )
    without = RUNGS[step].permission.removeprefix("review.")
    rights = ["decide_task", "see_wider", "see_line", "see_page"]
    most.user_permissions.set(Permission.objects.filter(codename__in=set(rights) - {without}))
    Claim.objects.filter(pk=task.claim_id).update(reviewer=most)
    assert ask(step, user=most).status_code == 403
    assert look(step, most).status_code == 403
    other = next(one for one in RUNGS if one is not step)
    assert ask(other, user=most).status_code in (200, 202)


@pytest.mark.parametrize("step", ALONE)
def test_when_the_page_image_is_gone_there_is_no_more_to_see(desk, ask, look, as_, task, step):
    ask(step)
    extraction.erase_pages(task.document, actor=SYSTEM, reason="test")
    assert look(step).status_code == ask(step).status_code == 410
    offered = said(as_(desk.house.rita).get(f"/review/{task.pk}/more/"))
    assert "The page image no longer exists" in offered and 'name="step"' not in offered
    assert not Event.objects.filter(tag=RUNGS[step].delivered).exists()
    assert not Look.objects.exists()


@pytest.mark.parametrize("step", ALONE)
def test_a_decision_that_is_final_closes_it_with_the_slit(desk, ask, look, task, step):
    """The page image lives on; through it one would see more than the slit ever showed."""
    ask(step)
    desk.decide(task, IBAN)
    assert look(step).status_code == 200
    review.seal_late(now=timezone.now() + LEASE, actor=SYSTEM)
    assert look(step).status_code == 410
    assert ask(step).status_code == 410


@pytest.mark.parametrize("step", RUNGS)
def test_after_the_claim_everything_is_closed(ask, look, step):
    ask(step)
    expire_claims()
    assert look(step).status_code == 409
    assert ask(step).status_code == 409


# An hour's measure


@pytest.mark.parametrize("step", ALONE)
def test_beyond_the_measure_of_an_hour_a_lead_is_asked(desk, task, step):
    now = timezone.now()
    for _ in range(RUNGS[step].alone):
        assert take(desk, task, step, now).state == State.GIVEN
    waits = take(desk, task, step, now)
    assert (waits.state, waits.until) == (State.ASKED, None)
    later = now + HOUR
    Claim.objects.update(until=later + LEASE)
    Grant.objects.filter(pk=waits.pk).delete()
    task = Task.objects.get(pk=task.pk)
    assert take(desk, task, step, later).state == State.GIVEN


def test_one_measure_is_not_another_s(desk, task, monkeypatch):
    for _ in range(RUNGS[Step.LINE].alone):
        take(desk, task, Step.LINE)
    assert take(desk, task, Step.WIDER).state == State.GIVEN


def test_the_measure_is_told_before_it_is_used_up(desk, as_, task):
    for _ in range(RUNGS[Step.LINE].alone - 2):
        take(desk, task, Step.LINE)
    page = said(as_(desk.house.rita).get(f"/review/{task.pk}/more/"))
    assert "2 more this hour without your lead" in page


# A lead's leave


def test_a_page_is_asked_of_a_lead_and_is_not_there_before(ask, look):
    response = ask("page")
    assert response.status_code == 202
    assert response.json()["message"].startswith("Your lead is asked.")
    assert look("page").status_code == 409
    assert facts(Event.objects.get(tag=Tag.MORE_ASKED)) == {
        "field": "iban",
        "page": 1,
        "reason": "unit",
        "step": "page",
    }


def test_asking_twice_is_asking_once(desk, task, asked):
    assert take(desk, task, Step.PAGE) == asked
    assert Grant.objects.count() == Event.objects.filter(tag=Tag.MORE_ASKED).count() == 1


def test_a_lead_reads_what_is_asked_and_nothing_of_what_it_says(desk, asked):
    [request] = review.requests_for(desk.house.lena, count=10)
    assert request == asked
    for person in (desk.house.rita, desk.house.remy, desk.house.carl, desk.house.mallory):
        assert review.requests_for(person, count=10) == []


def test_a_page_that_a_lead_gave_is_shown_once_for_its_seconds(desk, ask, look, task, asked):
    give(desk, asked)
    assert ask("page").json() == {"src": f"/review/{task.pk}/page.png", "seconds": 30}
    response = look("page")
    assert response.status_code == 200
    assert len(visible(response)) == SIZE[0] * SIZE[1]
    [kept] = Look.objects.all()
    assert kept.ended_at - kept.created_at == timedelta(seconds=30)
    assert look("page").status_code == 409
    assert Event.objects.filter(tag=Tag.PAGE_DELIVERED).count() == 1
    given = Event.objects.get(tag=Tag.PAGE_GRANTED)
    assert given.actor == desk.house.lena.actor
    assert facts(given)["to"] == str(desk.house.rita.pk)


def test_a_page_that_was_declined_is_not_shown_and_may_be_asked_for_again(desk, look, task, asked):
    give(desk, asked, yes=False)
    assert look("page").status_code == 409
    assert take(desk, task, Step.PAGE) != asked


def test_a_lead_s_leave_waits_an_hour_and_no_longer(desk, look, asked):
    give(desk, asked)
    Grant.objects.update(answered_at=timezone.now() - HOUR)
    assert look("page").status_code == 409


def test_a_lead_gives_nothing_to_themselves(desk, task):
    Claim.objects.filter(pk=task.claim_id).update(reviewer=desk.house.lena)
    task.refresh_from_db()
    how = {"reason": Why.UNIT, "user": desk.house.lena, "now": timezone.now()}
    own = review.ask_more(task, step=Step.PAGE, **how)
    with pytest.raises(NotFound):
        give(desk, own)
    with pytest.raises(IntegrityError, match="nobody_grants_themselves"), transaction.atomic():
        Grant.objects.update(answered_by=desk.house.lena)


def test_the_database_gives_no_page_without_a_lead(asked):
    with pytest.raises(IntegrityError, match="a_page_takes_a_lead"), transaction.atomic():
        Grant.objects.update(state=State.GIVEN)


def test_only_a_lead_of_the_workspace_answers(desk, asked):
    desk.house.lena.memberships.all().delete()
    with pytest.raises(NotFound):
        give(desk, asked)
    with pytest.raises(NotAllowed):
        review.answer(asked, give=True, user=desk.house.remy, now=timezone.now())


def test_of_two_leads_one_answers(desk, asked):
    stale = Grant.objects.get(pk=asked.pk)
    give(desk, asked)
    with pytest.raises(NotFound):
        give(desk, stale, yes=False)
    asked.refresh_from_db()
    assert asked.state == State.GIVEN


def test_what_the_lead_answered_reaches_the_station_with_its_next_sign_of_life(desk, as_, asked):
    give(desk, asked)
    [answer] = as_(desk.house.rita).post("/review/heartbeat/", **JSON).json()["answers"]
    assert answer == {
        "key": str(asked.pk),
        "id": str(asked.task_id),
        "step": "page",
        "state": "given",
    }


@pytest.mark.parametrize("goes_on", ["decided", "given back"])
def test_a_question_lapses_when_its_task_goes_on_without_it(desk, task, asked, goes_on):
    if goes_on == "decided":
        desk.decide(task, IBAN)
    else:
        review.release(desk.house.rita, now=timezone.now())
    assert review.requests_for(desk.house.lena, count=10) == []
    with pytest.raises(NotFound):
        give(desk, asked)
    sweep()
    asked.refresh_from_db()
    assert asked.state == State.LAPSED
    assert facts(Event.objects.get(tag=Tag.MORE_DECLINED))["reason"] == "lapsed"
    assert review.lapse(now=timezone.now()) == 0


def test_a_live_question_does_not_lapse(asked):
    assert review.lapse(now=timezone.now()) == 0


def test_what_is_final_is_given_to_nobody(desk, task, asked):
    give(desk, asked)
    desk.decide(task, IBAN)
    review.seal_late(now=timezone.now() + LEASE, actor=SYSTEM)
    task.refresh_from_db()
    with pytest.raises(Gone):
        review.more(task, step=Step.PAGE, user=desk.house.rita, now=timezone.now())


def test_who_holds_nothing_is_offered_nothing(desk, task):
    with pytest.raises(NotFound):
        review.offers(task, user=desk.house.remy, now=timezone.now())
    expire_claims()
    task.refresh_from_db()
    with pytest.raises(NotPossible):
        review.offers(Task.objects.get(pk=task.pk), user=desk.house.rita, now=timezone.now())
