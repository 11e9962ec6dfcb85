"""The station as a browser talks to it, with and without JavaScript."""

import json
import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.extraction.fields import WORDS, Flag
from apps.extraction.witnesses import Witnesses
from apps.review.models import Claim, Decision, Task
from apps.review.rules import State, Verdict
from tests.intake.browsers import JSON
from tests.review.desk import IBAN, NUMBER

ITEM = {
    "id", "name", "label", "kind", "sens", "reason", "warnings", "value", "alts", "passing",
    "blind", "differ", "checks", "habits", "choices", "picture", "w", "h", "win", "map", "share",
    "boxes", "doubts",
}  # fmt: skip


@pytest.fixture
def rita(desk, as_) -> Client:
    return as_(desk.house.rita)


@pytest.fixture
def held(desk) -> dict[str, Task]:
    desk.paper()
    return desk.take(desk.house.rita)


def answer(client: Client, task: Task, act: str = "decide", **said: Any) -> HttpResponse:
    headers = said.pop("headers", JSON)
    form = {"key": str(uuid.uuid4()), "shown_ms": "900", **said}
    form = {name: value for name, value in form.items() if value is not None}
    return client.post(f"/review/{task.pk}/{act}/", form, **headers)


def in_order(held: dict[str, Task]) -> list[Task]:
    """As they are due, and then as they were made."""
    return sorted(held.values(), key=lambda task: (task.due_at, task.pk))


def items_of(page: str) -> list[dict[str, Any]]:
    found = re.search(r'<script id="items" type="application/json">(.*?)</script>', page)
    assert found
    return json.loads(found[1])


# Taking and leaving


def test_before_taking_slits_the_page_says_how_many_wait(desk, rita):
    desk.paper()
    page = rita.get("/review/").content.decode()
    assert "2 slits wait for you" in page
    assert IBAN not in page


def test_taking_slits_leads_to_the_station(desk, rita):
    desk.paper()
    response = rita.post("/review/claim/")
    assert (response.status_code, response["Location"]) == (302, "/review/")
    items = items_of(rita.get("/review/").content.decode())
    assert {item["value"] for item in items} == {IBAN, NUMBER}


def test_whoever_looks_is_told_why_a_sure_field_is_before_them(desk, rita):
    desk.said = Witnesses(invoices=[{"grand_total": ["7719184.60"]}])
    desk.paper()
    rita.post("/review/claim/")
    page = rita.get("/review/").content.decode()
    [total] = [one for one in items_of(page) if one["reason"] == "flagged"]
    assert total["warnings"] == [WORDS[Flag.EMBEDDED_DIFFERS]]
    assert "7719184" not in page


def test_a_slit_comes_with_its_own_suggestion_and_nothing_else(desk, rita):
    document = desk.paper()
    said = rita.post("/review/claim/", **JSON).json()
    assert set(said) == {"items", "seconds"}
    assert 590 < said["seconds"] <= 600
    for item in said["items"]:
        assert set(item) == ITEM
        assert item["picture"]
        assert len(item["boxes"]) == len(item["value"])
        assert item["doubts"] == [at for at, sign in enumerate(item["value"]) if sign == "7"][:6]
    text = json.dumps(said)
    for hidden in (document.reference, str(document.pk), "9184.60", "2019-03-26", "paper.png"):
        assert hidden not in text


def test_the_station_page_names_no_document(held, rita):
    page = rita.get("/review/").content.decode()
    document = held["iban"].document
    for hidden in (document.reference, str(document.pk), "9184.60", "2019-03-26", "paper.png"):
        assert hidden not in page


def test_where_nothing_waits_the_page_says_so(rita):
    assert "Nothing left to review" in rita.get("/review/").content.decode()
    assert rita.post("/review/claim/", **JSON).json()["items"] == []


def test_a_sign_of_life_is_answered_with_the_time_that_is_left(held, rita):
    response = rita.post("/review/heartbeat/", **JSON)
    said = response.json()
    assert (response.status_code, said["answers"]) == (200, [])
    assert said["held"] == [str(task.pk) for task in in_order(held)]
    assert 590 < said["seconds"] <= 600
    Claim.objects.update(until=timezone.now() - timedelta(seconds=1))
    response = rita.post("/review/heartbeat/", **JSON)
    assert (response.status_code, response.json()) == (
        409,
        {"seconds": 0, "held": [], "answers": []},
    )


@pytest.mark.parametrize("headers", [JSON, {}], ids=["module", "page"])
def test_leaving_gives_back_and_makes_final(held, rita, headers):
    answer(rita, held["iban"], value=IBAN)
    response = rita.post("/review/release/", **headers)
    assert response.status_code == (200 if headers else 302)
    assert {task.state for task in Task.objects.filter(field__name="iban")} == {State.SEALED}
    assert Task.objects.get(field__name="invoice_number").claim is None


# Deciding


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ({"value": IBAN, "suggested": "on"}, Verdict.ACCEPTED),
        ({"value": IBAN}, Verdict.CORRECTED),
    ],
)
def test_a_value_is_saved(held, rita, said, verdict):
    response = answer(rita, held["iban"], **said)
    assert (response.status_code, response.json()) == (200, {"saved": True})
    decision = Decision.objects.get()
    assert (decision.verdict, decision.shown_ms) == (verdict, 900)


def test_without_javascript_saving_leads_to_the_next_slit(held, rita):
    response = answer(rita, held["iban"], value=IBAN, headers={})
    assert (response.status_code, response["Location"]) == (302, "/review/")
    assert [item["value"] for item in items_of(rita.get("/review/").content.decode())] == [NUMBER]


def test_without_javascript_a_failing_check_is_asked_again_as_it_was_typed(held, rita):
    typed = IBAN[:-1] + "1"
    response = answer(rita, held["iban"], value=typed, headers={})
    page = response.content.decode()
    assert (response.status_code, "A check fails" in page) == (409, True)
    assert f'value="{typed}"' in page
    assert items_of(page)[0]["id"] == str(held["iban"].pk)
    assert not Decision.objects.exists()
    sent = answer(rita, held["iban"], value=typed, overrides="on", headers={})
    assert (sent.status_code, Decision.objects.count()) == (302, 1)


def test_without_javascript_it_can_be_said_that_nothing_is_written_there(held, rita):
    page = rita.get("/review/").content.decode()
    assert 'value="blank"' in page[page.index("<noscript>") : page.index("</noscript>")]


@pytest.mark.parametrize("headers", [JSON, {}], ids=["module", "page"])
@pytest.mark.parametrize(
    ("said", "named"),
    [
        ({"value": "x" * 501}, "value"),
        ({"value": ""}, "value"),
        ({"value": None}, "value"),
        ({"value": "a\x00b"}, "value"),
        ({"value": "a", "key": "no key"}, "key"),
        ({"value": "a", "key": None}, "key"),
        ({"value": "a", "shown_ms": "-1"}, "shown_ms"),
        ({"value": "a", "shown_ms": "99999999"}, "shown_ms"),
        ({"value": "a", "shown_ms": "long"}, "shown_ms"),
    ],
)
def test_what_makes_no_sense_is_not_saved_and_not_echoed(held, rita, said, named, headers):
    response = answer(rita, held["iban"], headers=headers, **said)
    assert not Decision.objects.exists()
    if headers:
        assert response.status_code == 400
        assert response.json() == {"error": "Malformed", "message": f"Not saved: {named}."}
    else:
        assert response.status_code == 302
        assert f"Not saved: {named}." in rita.get("/review/").content.decode()


@pytest.mark.parametrize(
    ("trouble", "verdict"),
    [
        ("blurred", Verdict.UNREADABLE),
        ("other field", Verdict.UNREADABLE),
        ("script", Verdict.UNREADABLE),
        ("blank", Verdict.BLANK),
    ],
)
def test_what_cannot_be_read_is_saved_with_its_reason(held, rita, trouble, verdict):
    assert answer(rita, held["iban"], "unreadable", trouble=trouble).status_code == 200
    decision = Decision.objects.get()
    assert (decision.verdict, decision.trouble) == (verdict, trouble)


def test_another_reason_is_not_saved(held, rita):
    response = answer(rita, held["iban"], "unreadable", trouble="tired")
    assert response.status_code == 400
    assert not Decision.objects.exists()


def test_skipping_and_taking_back(held, rita):
    assert answer(rita, held["iban"], "skip").json() == {"saved": True}
    assert rita.post("/review/undo/", **JSON).json() == {"id": str(held["iban"].pk)}
    assert rita.post("/review/undo/", **JSON).status_code == 409
    assert rita.post("/review/undo/").status_code == 409


def test_a_check_that_fails_is_told_and_can_be_confirmed(held, rita):
    wrong = IBAN.replace("DE89", "DE98")
    response = answer(rita, held["iban"], value=wrong)
    assert response.status_code == 409
    assert wrong not in response.content.decode()
    assert answer(rita, held["iban"], value=wrong, overrides="on").status_code == 200


def test_a_slit_of_somebody_else_is_as_good_as_none(desk, held, as_):
    remy, nothing = as_(desk.house.remy), Task(pk=uuid.uuid4())
    for act, said in (
        ("decide", {"value": IBAN}),
        ("unreadable", {"trouble": "blank"}),
        ("skip", {}),
    ):
        theirs, none = (answer(remy, task, act, **said) for task in (held["iban"], nothing))
        assert theirs.status_code == none.status_code == 404
        assert theirs.json() == none.json()
    assert not Decision.objects.exists()


def test_after_the_claim_an_answer_is_refused_and_told_why(held, rita):
    Claim.objects.update(until=timezone.now() - timedelta(seconds=1))
    response = answer(rita, held["iban"], value=IBAN)
    assert response.status_code == 409
    assert "ran out" in response.json()["message"]


def test_a_second_answer_in_another_tab_is_refused_and_told_why(held, rita):
    answer(rita, held["iban"], value=IBAN)
    response = answer(rita, held["iban"], value=IBAN)
    assert response.status_code == 409
    assert "before you" in response.json()["message"]


def test_the_same_answer_sent_again_is_saved_once(held, rita):
    key = str(uuid.uuid4())
    for _ in range(2):
        assert answer(rita, held["iban"], value=IBAN, key=key).status_code == 200
    assert Decision.objects.count() == 1


@pytest.mark.parametrize("act", ["claim", "heartbeat", "release", "undo"])
def test_acting_needs_a_form_of_ours(desk, as_, held, act):
    client = as_(desk.house.rita, enforce_csrf_checks=True)
    assert client.post(f"/review/{act}/").status_code == 403
    assert client.post(f"/review/{held['iban'].pk}/skip/").status_code == 403


def test_looking_at_the_station_shows_no_picture_and_records_none(held, rita):
    rita.get("/review/")
    assert not Event.objects.filter(tag=Tag.CROP_DELIVERED).exists()
