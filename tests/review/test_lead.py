"""The lead's page: how the queues stand, who works on them, and what a lead does from it."""

import re
import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.roles import Role
from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.review import services as review
from apps.review.ladder import State, Step, Why
from apps.review.models import Decision, Grant, Pause, Scope, Task
from apps.review.models.counts import Tally, What
from apps.review.rules import Verdict
from apps.review.services.agreeing import said as spoken
from apps.review.services.asked import cipher_of
from apps.review.services.leading import ENOUGH_SLITS, board
from apps.review.services.quality import pause
from tests.intake.looking import facts
from tests.looking import said
from tests.review.desk import IBAN, NUMBER, OTHER

QUERIES = 26
HOUR = timezone.now().replace(minute=0, second=0, microsecond=0)


@pytest.fixture
def lena(desk, as_) -> Client:
    return as_(desk.house.lena)


@pytest.fixture
def held(desk) -> dict[str, Task]:
    desk.paper()
    return desk.take(desk.house.rita)


@pytest.fixture
def asked(desk, held) -> Grant:
    """Rita's question for the page around an IBAN."""
    how = {"reason": Why.WHICH_FIELD, "user": desk.house.rita, "now": timezone.now()}
    return review.ask_more(held["iban"], step=Step.PAGE, **how)


def happened(desk: Any, kind: str = "iban", **counts: int) -> None:
    """What was counted of a kind of field in this hour."""
    for name, count in counts.items():
        Tally.objects.create(
            organisation_id=desk.house.halden.pk,
            workspace=desk.house.payable,
            hour=HOUR,
            name=What[name],
            kind=kind,
            count=count,
        )


def stands(desk: Any) -> Any:
    return board(desk.house.lena, now=timezone.now())


# What it shows


def test_a_quiet_queue_says_so(lena):
    page = said(lena.get("/review/lead/"))
    assert "Nothing waits, and nothing was asked" in page
    assert "Nobody waits for a page." in page
    assert "Nothing came up to you." in page


def test_the_page_shows_no_content(desk, lena, held, asked):
    desk.decide(held["invoice_number"], NUMBER)
    page = said(lena.get("/review/lead/"))
    for secret in (IBAN, NUMBER, held["iban"].document.reference):
        assert secret not in page


def test_what_waits_is_told_by_kind(desk, lena, held):
    page = said(lena.get("/review/lead/"))
    assert "Bank accounts" in page and "References" in page
    assert [queue.depth.waiting for queue in stands(desk).queues] == [1, 1]


def test_the_share_of_fields_that_people_are_asked_about_is_told(desk):
    happened(desk, READ=200, ASKED=30)
    [queue] = stands(desk).queues
    assert queue.asked == 0.15


def test_much_asking_for_more_is_a_sign_that_crops_are_too_tight(desk, lena):
    happened(desk, SLIT=100, WIDER=4, LINE=3)
    [queue] = stands(desk).queues
    assert (queue.wide, queue.tight, dict(queue.beyond)) == (0.07, True, {"wider": 4, "line": 3})
    assert "crops may be too tight" in said(lena.get("/review/lead/"))


@pytest.mark.parametrize(("slits", "lines"), [(100, 5), (ENOUGH_SLITS - 1, 9), (0, 0)])
def test_a_little_asking_or_few_slits_are_no_sign(desk, slits, lines):
    happened(desk, SLIT=slits, LINE=lines)
    [queue] = stands(desk).queues
    assert not queue.tight


def test_two_readers_agree_where_no_third_was_needed(desk):
    happened(desk, SECOND=50, THIRD=4)
    assert stands(desk).tiles.agreement.share == 0.92


def test_people_stand_by_name_and_nobody_is_ranked(desk, lena):
    house = desk.house
    for person, decided in ((house.rita, 5), (house.remy, 900)):
        for name, count in ((What.DECIDED, decided), (What.CORRECTED, 1), (What.PIXELS, 4000)):
            Tally.objects.create(
                organisation_id=house.halden.pk,
                workspace=house.payable,
                hour=HOUR,
                name=name,
                reviewer=person,
                count=count,
            )
    people = stands(desk).people
    assert [one.person.name for one in people] == ["Lena", "Remy", "Rita"]
    assert [one.decided for one in people] == [0, 900, 5]
    assert people[2].corrected == 0.2
    page = said(lena.get("/review/lead/"))
    assert page.index("Lena") < page.index("Remy") < page.index("Rita")


def test_only_what_the_lead_is_a_member_of_is_shown(desk, held):
    desk.house.lena.memberships.all().delete()
    found = stands(desk)
    assert (found.rooms, found.queues, found.people, found.passed) == ([], [], [], [])


def test_the_open_page_asks_for_its_numbers_again(desk, lena, held):
    page = lena.get("/review/lead/").text
    assert 'hx-get="/review/lead/tiles/" hx-trigger="every 15s"' in " ".join(page.split())
    tiles = said(lena.get("/review/lead/tiles/"))
    assert tiles.startswith("<dl") and "<html" not in tiles
    assert "Waiting" in tiles


def test_more_of_everything_costs_no_more_queries(desk, lena, django_assert_max_num_queries):
    desk.bare_tasks(desk.send(), 3)
    stands(desk)  # permissions are looked up once a person
    with django_assert_max_num_queries(QUERIES):
        stands(desk)
    for name in ("rhea", "ruth", "ravi"):
        desk.house.person(name, Role.REVIEWER, desk.house.payable)
    Task.objects.filter(pk__in=[one.pk for one in desk.bare_tasks(desk.send(), 30)]).update(
        escalated=True
    )
    happened(desk, READ=3, ASKED=2, SLIT=1)
    with django_assert_max_num_queries(QUERIES):
        stands(desk)


# What is asked of a lead


def test_a_request_says_what_is_asked_and_why(lena, asked):
    page = said(lena.get("/review/lead/"))
    assert "Page around iban" in page
    assert "Rita wants to know: which of two fields this is." in page


@pytest.mark.parametrize(("give", "state"), [("on", State.GIVEN), ("", State.DECLINED)])
def test_a_lead_gives_or_declines(lena, asked, give, state):
    response = lena.post(f"/review/lead/asked/{asked.pk}/", {"give": give})
    assert (response.status_code, response["Location"]) == (302, "/review/lead/")
    asked.refresh_from_db()
    assert asked.state == state


def test_nobody_but_a_lead_leads(desk, as_, asked):
    for person in (desk.house.rita, desk.house.carl, desk.house.clara):
        client = as_(person)
        assert client.get("/review/lead/").status_code == 403
        assert client.get("/review/lead/tiles/").status_code == 403
        assert client.post(f"/review/lead/asked/{asked.pk}/", {"give": "on"}).status_code == 403
    asked.refresh_from_db()
    assert asked.state == State.ASKED


# What came up


@pytest.fixture
def passed(desk, held) -> Task:
    """An IBAN that Rita could not read."""
    desk.decide(held["iban"], verdict=Verdict.UNREADABLE, trouble="script")
    return Task.objects.get(pk=held["iban"].pk)


def test_what_came_up_says_why_and_is_taken_with_one_press(desk, lena, passed):
    page = said(lena.get("/review/lead/"))
    assert "Needs someone who knows the script" in page
    response = lena.post(f"/review/{passed.pk}/take/")
    assert (response.status_code, response["Location"]) == (302, "/review/")
    passed.refresh_from_db()
    assert passed.claim.reviewer == passed.reader == desk.house.lena
    assert "in hand" in said(lena.get("/review/lead/"))


def test_what_somebody_has_in_hand_is_not_taken_from_them(desk, lena, held):
    Task.objects.filter(pk=held["iban"].pk).update(escalated=True)
    assert lena.post(f"/review/{held['iban'].pk}/take/").status_code == 409


def test_what_did_not_come_up_is_not_picked_out(desk, lena):
    [task] = desk.bare_tasks(desk.send(), 1)
    assert lena.post(f"/review/{task.pk}/take/").status_code == 409


# Who may take what


def boxes(desk: Any, **ticked: list[str]) -> dict[str, Any]:
    """The form with a row for each of some people."""
    people = {name: getattr(desk.house, name).pk for name in ticked}
    rows = {f"kind-{people[name]}": kinds for name, kinds in ticked.items()}
    return {"person": list(people.values()), **rows}


def scopes(desk: Any) -> set[str]:
    return set(Scope.objects.filter(reviewer=desk.house.rita).values_list("kind", flat=True))


def test_whoever_is_narrowed_to_nothing_has_every_box_ticked(desk, lena):
    page = lena.get("/review/lead/").text
    boxes_of_rita = re.findall(rf'name="kind-{desk.house.rita.pk}"[^>]*>', page)
    assert len(boxes_of_rita) == len(stands(desk).kinds)
    assert all("checked" in box for box in boxes_of_rita)


def test_ticks_become_scopes_and_all_of_them_none(desk, lena):
    lena.post("/review/lead/scopes/", boxes(desk, rita=["iban", "date"]))
    assert scopes(desk) == {"iban", "date"}
    lena.post("/review/lead/scopes/", boxes(desk, rita=["date"]))
    assert scopes(desk) == {"date"}
    every = [kind for kind, _ in stands(desk).kinds]
    lena.post("/review/lead/scopes/", boxes(desk, rita=every))
    assert scopes(desk) == set()


def test_a_scope_that_says_more_than_a_kind_is_kept(desk, lena):
    review.assign(desk.house.rita, user=desk.house.lena, kind="iban", tier="high")
    lena.post("/review/lead/scopes/", boxes(desk, rita=["date"]))
    assert Scope.objects.filter(reviewer=desk.house.rita).count() == 2
    assert "Bank accounts, high" in said(lena.get("/review/lead/"))


@pytest.mark.parametrize("form", [{}, {"person": "nobody"}])
def test_a_form_that_names_nobody_changes_nothing(desk, lena, form):
    assert lena.post("/review/lead/scopes/", form).status_code == 302
    assert not Scope.objects.exists()


def test_nobody_is_left_with_nothing_to_take(desk, lena):
    assert lena.post("/review/lead/scopes/", boxes(desk, rita=[])).status_code == 409


def test_a_lead_divides_only_among_their_own_people(desk, lena):
    stranger = desk.house.person("rhea", Role.REVIEWER, desk.house.people)
    form = {"person": [stranger.pk], f"kind-{stranger.pk}": ["iban"]}
    assert lena.post("/review/lead/scopes/", form).status_code == 404
    assert not Scope.objects.exists()


# Whose reviewing rests


def test_a_lead_lets_somebody_go_on(desk, as_, lena):
    pause(desk.house.rita, user=desk.house.lena)
    assert "paused by a lead" in said(lena.get("/review/lead/"))
    response = lena.post(f"/review/lead/people/{desk.house.rita.pk}/resume/")
    assert (response.status_code, response["Location"]) == (302, "/review/lead/")
    assert not Pause.objects.filter(ended_at=None).exists()
    assert "Let go on" not in said(lena.get("/review/lead/"))


@pytest.mark.parametrize("name", ["mallory", "cleo"])
def test_nobody_of_other_rooms_is_let_go_on(desk, lena, name):
    person = getattr(desk.house, name)
    assert lena.post(f"/review/lead/people/{person.pk}/resume/").status_code == 404


# Two who disagree


@pytest.fixture
def differing(desk) -> Task:
    return desk.differ()


@pytest.fixture
def settling(desk, lena, differing) -> str:
    """The address of the page where Lena settles it."""
    lena.post(f"/review/{differing.pk}/take/")
    return f"/review/{differing.pk}/differ/"


def test_a_difference_comes_up_and_is_taken_to_a_page_of_its_own(desk, lena, differing):
    assert "Two readers disagree" in said(lena.get("/review/lead/"))
    response = lena.post(f"/review/{differing.pk}/take/")
    assert response["Location"] == f"/review/{differing.pk}/differ/"


def test_both_answers_stand_there_and_neither_reader_does(lena, settling, differing):
    page = said(lena.get(settling))
    assert IBAN in page and OTHER in page
    assert "Rita" not in page and "Remy" not in page
    assert f"/review/{differing.pk}/crop.png" in page
    [shown] = Event.objects.filter(tag=Tag.READINGS_SHOWN)
    assert facts(shown)["field"] == "iban"


def test_who_does_not_hold_it_is_shown_nothing(desk, as_, lena, differing):
    assert lena.get(f"/review/{differing.pk}/differ/").status_code == 404
    assert as_(desk.house.rita).get(f"/review/{differing.pk}/differ/").status_code == 403
    assert not Event.objects.filter(tag=Tag.READINGS_SHOWN).exists()


def settle(client: Client, task: Task, choice: str, **form: str) -> Any:
    form = {"key": str(uuid.uuid4()), "choice": choice, **form}
    return client.post(f"/review/{task.pk}/settle/", form)


@pytest.mark.parametrize("place", [0, 1])
def test_one_of_two_answers_becomes_the_decision(lena, settling, differing, place):
    page = lena.get(settling).text
    answers = re.findall(r'name="choice" value="\d".*?class="mono">([^<]*)<', page, re.DOTALL)
    chosen = answers[place]
    assert settle(lena, differing, str(place)).status_code == 302
    decision = Decision.objects.get(task=differing)
    assert decision.verdict == Verdict.CORRECTED
    assert decision.reviewer.name == "Lena"
    assert values_of(decision) == chosen


def values_of(decision: Decision) -> str:
    return spoken(decision, cipher_of(decision.task)).value


def test_a_third_answer_may_be_typed(lena, settling, differing):
    assert settle(lena, differing, "typed", typed=IBAN).status_code == 302
    assert values_of(Decision.objects.get(task=differing)) == IBAN


@pytest.mark.parametrize("form", [{"choice": "typed"}, {"choice": ""}])
def test_what_makes_no_sense_decides_nothing(lena, settling, differing, form):
    choice = form["choice"]
    assert settle(lena, differing, choice)["Location"] == settling
    assert not Decision.objects.filter(task=differing).exists()


@pytest.mark.parametrize("choice", ["2", "-1", "x"])
def test_an_answer_that_is_not_there_decides_nothing(lena, settling, differing, choice):
    assert settle(lena, differing, choice).status_code == 409
    assert not Decision.objects.filter(task=differing).exists()


def test_a_value_that_fails_its_check_needs_a_second_word(lena, settling, differing):
    wrong = IBAN[:-1] + "9"
    assert settle(lena, differing, "typed", typed=wrong).status_code == 409
    assert settle(lena, differing, "typed", typed=wrong, overrides="on").status_code == 302


def test_settled_twice_is_settled_once(lena, settling, differing):
    key = str(uuid.uuid4())
    for _ in range(2):
        form = {"key": key, "choice": "0"}
        assert lena.post(f"/review/{differing.pk}/settle/", form).status_code == 302
    assert Decision.objects.filter(task=differing).count() == 1
