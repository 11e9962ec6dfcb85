"""The page on which an organisation reads its trail."""

import re

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.assurance.views.trail import PAGE
from apps.audit import services as audit
from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.ids import uuid7
from apps.base.types import Actor

SYSTEM = Actor("system:jobs")


def happen(organisation, count=1, *, tag=Tag.DOCUMENT_READ, document=None):
    with transaction.atomic():
        return [
            audit.record(
                tag, actor=SYSTEM, subject="x", organisation=organisation, document=document
            )
            for _ in range(count)
        ]


@pytest.fixture
def carl(house, client):
    client.force_login(house.carl)
    return client


def shown(response) -> list[Event]:
    assert response.status_code == 200
    return response.context["events"]


def test_the_newest_event_comes_first(house, carl):
    happened = happen(house.halden.pk, 3)
    assert shown(carl.get("/trail/"))[:3] == happened[::-1]


def test_pages_follow_each_other_without_gap_or_repetition(house, carl):
    happened = happen(house.halden.pk, 2 * PAGE + 3, tag=Tag.KEY_MADE)
    query, found, pages = "action=tag:key.made", [], 0
    while query:
        response = carl.get(f"/trail/?{query}")
        found, pages = found + shown(response), pages + 1
        query = response.context["older"]
    assert found == happened[::-1]
    assert pages == 3


def test_the_last_page_leads_nowhere(house, carl):
    happen(house.halden.pk, PAGE, tag=Tag.KEY_MADE)
    assert carl.get("/trail/?action=tag:key.made").context["older"] == ""


def test_the_link_to_the_next_page_keeps_the_filter(house, carl):
    happen(house.halden.pk, PAGE + 1, tag=Tag.KEY_MADE)
    page = carl.get("/trail/?action=tag:key.made").text
    [address] = re.findall(r'href="/trail/\?([^"]+)" rel="next"', page)
    assert "action=tag%3Akey.made" in address
    assert "before=" in address


def test_the_trail_is_filtered_by_action_and_by_document(house, carl):
    document = uuid7()
    [made] = happen(house.halden.pk, tag=Tag.KEY_MADE)
    [own] = happen(house.halden.pk, document=document)
    happen(house.halden.pk, document=uuid7())
    assert shown(carl.get("/trail/", {"action": "tag:key.made"})) == [made]
    assert shown(carl.get("/trail/", {"document": str(document)})) == [own]
    assert shown(carl.get("/trail/", {"action": "tag:key.made", "document": str(document)})) == []


def test_a_document_is_found_by_its_reference_in_any_case(house, carl):
    document = uuid7()
    with transaction.atomic():
        received = audit.record(
            Tag.DOCUMENT_RECEIVED,
            actor=SYSTEM,
            subject="7KQ-52F",
            organisation=house.halden.pk,
            document=document,
        )
    [read] = happen(house.halden.pk, document=document)
    assert shown(carl.get("/trail/", {"document": " 7kq-52f "})) == [read, received]


@pytest.mark.parametrize(
    "name", ["7KQ-52F", "<b>'; DROP", str(uuid7())], ids=["reference", "markup", "id"]
)
def test_a_document_that_nobody_knows_has_no_events(house, carl, name):
    happen(house.halden.pk)
    response = carl.get("/trail/", {"document": name})
    assert shown(response) == []
    assert "<b>'" not in response.text


def test_a_reference_of_another_organisation_finds_nothing(house, carl):
    with transaction.atomic():
        audit.record(
            Tag.DOCUMENT_RECEIVED,
            actor=SYSTEM,
            subject="7KQ-52F",
            organisation=house.northmere.pk,
            document=uuid7(),
        )
    assert shown(carl.get("/trail/", {"document": "7KQ-52F"})) == []


@pytest.mark.parametrize(
    "query",
    [
        {"action": "<script>alert(1)</script>"},
        {"action": "tag:no.such"},
        {"document": "<script>alert(1)</script>" * 2},
        {"document": "alert(1)\x00"},
        {"before": "<script>alert(1)</script>"},
        {"before": "\x00"},
        {"colour": "<script>alert(1)</script>"},
    ],
)
def test_a_malformed_question_is_ignored_and_not_echoed(house, carl, query):
    [newest] = happen(house.halden.pk)
    response = carl.get("/trail/", query)
    assert shown(response)[0] == newest
    assert "alert(1)" not in response.text


def test_nobody_reads_the_trail_of_another_organisation(house, carl):
    document = uuid7()
    happen(house.northmere.pk, document=document)
    assert shown(carl.get("/trail/", {"document": str(document)})) == []
    assert {event.organisation_id for event in shown(carl.get("/trail/"))} == {house.halden.pk}


@pytest.mark.parametrize("name", ["clara", "rita", "lena", "rosa", "otto", "ida", "mallory"])
def test_only_a_compliance_officer_reads_the_trail(house, client, name):
    client.force_login(getattr(house, name))
    response = client.get("/trail/")
    assert response.status_code == 403
    assert not Event.objects.filter(tag=Tag.TRAIL_READ).exists()


def test_reading_the_trail_is_on_it(house, carl):
    read = len(shown(carl.get("/trail/")))
    [event] = Event.objects.filter(tag=Tag.TRAIL_READ)
    assert (event.actor, event.organisation_id) == (house.carl.actor, house.halden.pk)
    assert audit.facts_of(event) == {"events": read, "filters": []}


def test_names_and_not_ids_are_shown(house, carl):
    with transaction.atomic():
        audit.record(
            Tag.KEY_MADE, actor=house.rita.actor, subject="x", organisation=house.halden.pk
        )
    page = carl.get("/trail/", {"action": "tag:key.made"}).text
    assert "Rita" in page
    assert str(house.rita.pk) not in page


def test_more_events_cost_no_more_queries(house, carl):
    happen(house.halden.pk, 2, tag=Tag.KEY_MADE)
    carl.get("/trail/?action=tag:key.made")
    with CaptureQueriesContext(connection) as few:
        carl.get("/trail/?action=tag:key.made")
    happen(house.halden.pk, PAGE - 3, tag=Tag.KEY_MADE)
    with CaptureQueriesContext(connection) as many:
        assert len(shown(carl.get("/trail/?action=tag:key.made"))) == PAGE - 1
    assert len(many) == len(few)
