"""Names are typed and stay out of addresses; what an address carries is ids and codes."""

import uuid

import pytest

from apps.accounts import services as accounts
from apps.accounts.roles import Role
from apps.audit.models import Event
from apps.audit.tags import Tag
from tests.assurance.conftest import happen
from tests.conftest import SYSTEM
from tests.intake.looking import facts

EVERY = {
    "who": "",
    "action": "group:seen",
    "document": "7KQ-52F",
    "outcome": "refused",
    "workspace": str(uuid.UUID(int=7)),
    "reason": "audit",
    "since": "2026-11-01",
    "until": "2026-11-14",
}


def found(carl, **said):
    """Where a question leads."""
    response = carl.post("/trail/find/", said)
    assert response.status_code == 302
    return response.headers["Location"]


@pytest.mark.parametrize("name", ["Rita", "rita", " RITA ", "rita@halden.example"])
def test_a_name_becomes_an_id(house, carl, name):
    address = found(carl, who=name)
    assert address == f"/trail/?actor=user%3A{house.rita.pk}"
    assert "rita" not in address.lower()


def test_the_page_says_the_name_again(house, carl):
    happen(house.halden.pk, actor=house.rita.actor)
    page = carl.get(found(carl, who="Rita"))
    assert 'value="Rita"' in page.text
    assert page.context["events"][0].actor == house.rita.actor


def test_everything_else_goes_along(house, carl):
    address = found(carl, **EVERY)
    for part in ("group%3Aseen", "7KQ-52F", "refused", EVERY["workspace"], "audit", "2026-11-01"):
        assert part in address
    assert "who" not in address
    assert "csrf" not in address


def test_of_several_that_fit_one_is_chosen(house, carl):
    page = carl.post("/trail/find/", {"who": "r", "outcome": "refused"})
    assert page.status_code == 200
    names = [one.name for one, _ in page.context["choices"]]
    assert {"Rita", "Remy", "Rosa", "Carl"} <= set(names)
    assert all("outcome=refused" in address for _, address in page.context["choices"])
    assert "Mallory" not in page.text
    part = carl.post("/trail/find/", {"who": "r"}, headers={"HX-Request": "true"})
    assert "<html" not in part.text
    assert part.headers["HX-Push-Url"] == "false"


@pytest.mark.parametrize("name", ["mallory", "<script>alert(1)</script>", "%", "\x00"])
def test_a_name_that_is_not_here_finds_nobody_and_is_not_repeated(house, carl, name):
    page = carl.post("/trail/find/", {"who": name})
    assert page.status_code in (200, 302)
    assert "alert(1)" not in page.text
    assert "allory" not in page.text


def test_what_makes_no_sense_is_left_out_and_said(house, carl):
    page = carl.get("/trail/?since=nonsense&outcome=refused")
    assert "made no sense" in page.text
    assert "nonsense" not in page.text
    assert {event.outcome for event in page.context["events"]} <= {"denied", "failed"}


def test_an_hour_of_a_day_can_be_asked_for(house, carl):
    [event] = happen(house.halden.pk)
    day, hour = event.at.date().isoformat(), event.at.hour
    within = carl.get(f"/trail/?action=tag:key.made&since={day}&until={day}&hour={hour}")
    assert event in within.context["events"]
    other = carl.get(f"/trail/?action=tag:key.made&since={day}&until={day}&hour={(hour + 1) % 24}")
    assert event not in other.context["events"]


def test_a_fragment_is_sent_to_a_page_that_asks_for_one(house, carl):
    happen(house.halden.pk, 60)
    fragment = carl.get("/trail/?action=tag:key.made", headers={"HX-Request": "true"})
    assert "<html" not in fragment.text
    assert 'id="ev"' in fragment.text
    assert 'hx-swap-oob="true"' in fragment.text  # export and searches take the new question
    assert "/trail/exports/?action=tag%3Akey.made" in fragment.text
    more = carl.get(f"/trail/?{fragment.context['older']}", headers={"HX-Request": "true"})
    assert more.text.count("<tr") == 10
    assert 'id="ev"' not in more.text


def test_an_event_is_shown_whole_with_what_proves_it(house, carl):
    [event] = happen(house.halden.pk)
    page = carl.get(f"/trail/events/{event.pk}/")
    assert "&quot;tag&quot;: &quot;key.made&quot;" in page.text
    assert "Waits for its checkpoint." in page.text
    row = carl.get(f"/trail/events/{event.pk}/", headers={"HX-Request": "true"}).text
    assert row.lstrip().startswith("<tr")
    read = Event.objects.filter(tag=Tag.TRAIL_READ, subject=str(event.pk))
    assert read.count() == 2


def test_an_event_of_another_organisation_is_not_there(house, carl):
    [event] = happen(house.northmere.pk)
    assert carl.get(f"/trail/events/{event.pk}/").status_code == 404
    assert carl.get(f"/trail/events/{uuid.uuid4()}/").status_code == 404


def test_a_sealed_event_shows_its_path(real_house, sealed, client):
    client.force_login(real_house.carl)
    [event] = happen(real_house.halden.pk)
    sealed()
    page = client.get(f"/trail/events/{event.pk}/")
    evidence = page.context["evidence"]
    assert f"Leaf {evidence.proof.index} of" in page.text
    assert evidence.root in page.text
    assert "portal.test" in page.text


# Who saw a document


def test_who_saw_a_document_is_told_person_by_person(house, carl):
    document = uuid.uuid4()
    about = {"document": document, "subject": "7KQ-52F"}
    happen(house.halden.pk, tag=Tag.DOCUMENT_RECEIVED, **about)
    happen(house.halden.pk, 2, tag=Tag.CROP_DELIVERED, actor=house.rita.actor, share=3000, **about)
    happen(house.halden.pk, tag=Tag.ARTIFACT_OPENED, actor=house.rita.actor, kind="crop", **about)
    happen(
        house.halden.pk, tag=Tag.FIELD_REVEALED, actor=house.clara.actor, reason="audit",
        seconds=30, **about,
    )  # fmt: skip
    happen(house.halden.pk, tag=Tag.ARTIFACT_OPENED, kind="original", **about)
    page = carl.get("/trail/?document=7KQ-52F")
    seen = page.context["seen"]
    assert (seen.people, seen.parts, seen.complete) == (2, 1, True)
    clara, rita, reader = sorted(seen.sights, key=lambda one: one.actor != house.clara.actor)
    rita, reader = sorted((rita, reader), key=lambda one: not one.is_person)
    assert [column.number for column in rita.columns] == [2, 0, 0, 0, 0, 0, 0]
    assert round(rita.share, 4) == 0.006
    assert [column.number for column in clara.columns] == [0, 0, 0, 1, 0, 0, 0]
    assert (clara.seconds, clara.reasons) == (30, ["audit"])
    assert [column.number for column in reader.columns] == [0, 0, 0, 0, 0, 0, 1]
    assert "Who saw 7KQ-52F" in page.text
    assert "2 people saw of it" in " ".join(page.text.split())


def test_a_look_that_was_refused_is_none(house, carl):
    document = uuid.uuid4()
    happen(
        house.halden.pk, tag=Tag.FIELD_REVEALED, document=document, outcome="denied",
        actor=house.rita.actor,
    )  # fmt: skip
    assert carl.get(f"/trail/?document={document}").context["seen"].sights == []


# Saved searches


def test_a_search_is_kept_under_a_name_that_rests_sealed(house, carl):
    carl.post("/trail/searches/?outcome=refused", {"name": "Fjord case"})
    page = carl.get("/trail/searches/")
    assert "Fjord case" in page.text
    assert 'href="/trail/?outcome=refused"' in page.text
    [kept] = page.context["searches"]
    saved = Event.objects.get(tag=Tag.SEARCH_SAVED)
    assert facts(saved) == {"filters": ["outcome"]}
    assert b"Fjord" not in bytes(saved.body)
    carl.post(f"/trail/searches/{kept.id}/delete/")
    assert "Fjord" not in carl.get("/trail/searches/").text
    assert carl.post(f"/trail/searches/{kept.id}/delete/").status_code == 404


def test_a_search_is_its_owners_alone(house, carl, client):
    carl.post("/trail/searches/?outcome=refused", {"name": "Fjord case"})
    [kept] = carl.get("/trail/searches/").context["searches"]
    accounts.set_roles(house.rosa, roles=[Role.COMPLIANCE_OFFICER], actor=SYSTEM)
    client.force_login(house.rosa)
    assert "Fjord" not in client.get("/trail/searches/").text
    assert client.post(f"/trail/searches/{kept.id}/delete/").status_code == 404


@pytest.mark.parametrize(
    ("query", "name", "status"), [("", "x", 409), ("outcome=refused", "", 422)]
)
def test_a_search_needs_a_question_and_a_name(house, carl, query, name, status):
    assert carl.post(f"/trail/searches/?{query}", {"name": name}).status_code == status
    assert not Event.objects.filter(tag=Tag.SEARCH_SAVED).exists()
