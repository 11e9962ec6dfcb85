"""The list of jobs: whose, which, in what order, and at what cost."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.delivery import views
from apps.intake import services as intake
from apps.jobs.flow import State
from apps.jobs.models import Job
from apps.retention import services as retention
from tests.delivery.papers import DATE, HIDDEN, clear
from tests.looking import said

PAGE = 3
NOTHING = "No jobs match"
HOSTILE = "<script>alert(1)</script>"
FRAGMENT = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def clara(desk, as_):
    return as_(desk.house.clara)


@pytest.fixture
def short(monkeypatch):
    monkeypatch.setattr(views, "PAGE", PAGE)


def shown(response) -> list[str]:
    """References, in the order of the page."""
    assert response.status_code == 200
    return re.findall(r'class="rowlink mono" href="/jobs/([^/]+)/"', said(response))


def sent(desk, count: int) -> list[str]:
    """References of documents that wait to be read, newest first."""
    return [desk.send().reference for _ in range(count)][::-1]


def put(document, state: State) -> None:
    Job.objects.filter(pk=intake.job_of(document).pk).update(state=state)


# Order and pages


def test_the_newest_job_comes_first(desk, clara):
    expected = sent(desk, 3)
    assert shown(clara.get("/jobs/")) == expected


def test_pages_follow_each_other_without_gap_or_repetition(desk, clara, short):
    expected, found, query = sent(desk, 2 * PAGE + 1), [], "?"
    while query:
        response = clara.get(f"/jobs/{query}")
        found += shown(response)
        query = f"?{response.context['older']}" if response.context["older"] else ""
    assert found == expected


def test_what_arrives_meanwhile_moves_nothing_to_the_next_page(desk, clara, short):
    expected = sent(desk, PAGE + 2)
    older = clara.get("/jobs/").context["older"]
    sent(desk, 2)
    assert shown(clara.get(f"/jobs/?{older}")) == expected[PAGE:]


def test_the_link_to_older_jobs_keeps_the_filter(desk, clara, short):
    sent(desk, PAGE + 1)
    page = said(clara.get("/jobs/?state=working"))
    link = re.search(r'href="\?([^"]+)" rel="next"', page)
    assert "state=working" in link[1]
    assert "before=" in link[1]


def test_the_last_page_leads_nowhere(desk, clara, short):
    sent(desk, PAGE)
    assert clara.get("/jobs/").context["older"] == ""


def test_a_part_of_the_page_holds_the_rows_only(desk, clara):
    expected = sent(desk, 2)
    response = clara.get("/jobs/", **FRAGMENT)
    assert shown(response) == expected
    assert "<html" not in said(response)


# Which


@pytest.mark.parametrize(
    ("state", "listed"),
    [
        ("working", {"queued", "running"}),
        ("review", {"parked"}),
        ("failed", {"failed"}),
        ("done", {"succeeded", "stopped"}),
        ("", {str(state) for state in State}),
    ],
)
def test_jobs_are_filtered_by_their_state(desk, clara, state, listed):
    documents = {str(one): desk.send() for one in State if one is not State.RUNNING}
    for name, document in documents.items():
        put(document, State(name))
    expected = {documents[name].reference for name in listed & set(documents)}
    assert set(shown(clara.get("/jobs/", {"state": state}))) == expected


@pytest.mark.parametrize("write", [str, str.lower, " {} ".format])
def test_a_job_is_found_by_its_number_however_it_is_written(desk, clara, write):
    wanted, _ = sent(desk, 2)
    assert shown(clara.get("/jobs/", {"reference": write(wanted)})) == [wanted]


def test_a_number_that_nobody_knows_finds_nothing(desk, clara):
    sent(desk, 1)
    response = clara.get("/jobs/", {"reference": "7KQ-52F"})
    assert shown(response) == []
    assert NOTHING in said(response)


def test_a_number_of_somebody_else_finds_as_much_as_one_of_nobody(desk, as_):
    reference = desk.send().reference
    cleo = as_(desk.house.cleo)
    theirs, none = (
        cleo.get("/jobs/", {"reference": name}, **FRAGMENT) for name in (reference, "7KQ-52F")
    )
    assert theirs.content == none.content


@pytest.mark.parametrize(
    "query",
    [
        {"state": HOSTILE},
        {"state": "nothing"},
        {"reference": HOSTILE},
        {"reference": "a\x00b"},
        {"reference": "' OR 1=1 --"},
        {"before": HOSTILE},
        {"before": "\x00"},
        {"colour": HOSTILE},
    ],
)
def test_a_question_that_makes_no_sense_is_ignored_and_not_run(desk, clara, query):
    expected = sent(desk, 2)
    response = clara.get("/jobs/", query)
    assert shown(response) == expected
    assert HOSTILE not in said(response)


def test_a_number_that_closes_its_field_stays_in_it(desk, clara):
    response = clara.get("/jobs/", {"reference": '"><b>'})
    assert shown(response) == []
    assert '"><b>' not in said(response)


# Whose


@pytest.mark.parametrize(("name", "count"), [("clara", 1), ("ida", 1), ("cleo", 0), ("mallory", 0)])
def test_jobs_are_those_of_the_person_s_workspaces(desk, as_, name, count):
    sent(desk, 1)
    assert len(shown(as_(getattr(desk.house, name)).get("/jobs/"))) == count


def test_whoever_sends_nothing_has_no_list(desk, as_):
    [reference] = sent(desk, 1)
    for name in ("rita", "remy", "lena", "rosa", "carl", "otto"):
        response = as_(getattr(desk.house, name)).get("/jobs/")
        assert response.status_code == 403, name
        assert reference not in said(response)


# What a row says


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (State.QUEUED, "Reading"),
        (State.SUCCEEDED, "Delivered"),
        (State.FAILED, "Could not be read"),
        (State.STOPPED, "Stopped"),
    ],
)
def test_a_row_says_how_a_job_stands(desk, clara, state, words):
    put(desk.send(), state)
    assert words in said(clara.get("/jobs/", **FRAGMENT))


def test_a_row_says_how_many_fields_wait(desk, clara):
    desk.paper()
    assert "In review, 2 of 4 fields" in said(clara.get("/jobs/"))


def test_an_erased_job_stays_on_the_list_without_its_state(desk, clara):
    document = clear(desk)
    retention.delete(document, user=desk.house.clara)
    page = said(clara.get("/jobs/", **FRAGMENT))
    assert document.reference in page
    assert "Erased" in page
    assert "Delivered" not in page


def test_the_list_holds_no_content(desk, clara):
    clear(desk)
    page = said(clara.get("/jobs/"))
    assert "Supplier invoice, 1 page" in page
    assert not [value for value in (*HIDDEN, DATE, "paper.png") if value in page]


def test_more_jobs_cost_no_more_queries(desk, clara):
    clear(desk)
    clara.get("/jobs/")
    with CaptureQueriesContext(connection) as few:
        clara.get("/jobs/", **FRAGMENT)
    for _ in range(3):
        desk.paper()
        sent(desk, 1)
    with CaptureQueriesContext(connection) as many:
        assert len(shown(clara.get("/jobs/", **FRAGMENT))) == 7
    assert len(many) == len(few) <= 12
