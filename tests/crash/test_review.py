"""Kill -9 in the middle of a reviewer's session: no decision is lost, and none is made twice."""

import os
import signal
import uuid
from collections.abc import Callable
from contextlib import suppress

import pytest
import requests

from tests.crash.installation import Installation, Person, until
from tests.crash.test_kill import STARTED_AGAIN, accepted, multipart, post, state_of
from tests.papers import invoice_png

WEB, DATABASE = "gunicorn", "bin/postgres -D"
LONG = 90.0  # seconds; a worker that was killed starts anew first
seeds = iter(range(300, 400))


@pytest.fixture
def reference(arrowslit: Installation, clara: Person) -> str:
    """A document of which one field waits for one person."""
    form = {**clara.form(), "manual_review": "on", "fields_wanted": "invoice_number"}
    reference = accepted(clara.send(invoice_png(next(seeds)), form))
    until(lambda: state_of(arrowslit, reference) == "parked", "Nobody was asked.")
    return reference


def taken(rita: Person) -> list[dict[str, str]]:
    """What she holds; first what the machine has a value for."""
    items = rita.post("/review/claim/").json()["items"]
    return sorted(items, key=lambda item: not item["value"])


def said_of(item: dict[str, str]) -> dict[str, str]:
    return {"key": str(uuid.uuid4()), "value": item["value"], "suggested": "on"}


def address_of(item: dict[str, str]) -> str:
    return f"/review/{item['id']}/decide/"


def again(ask: Callable[[], requests.Response]) -> requests.Response:
    """As the station does it: until there is an answer, however often a connection breaks."""
    answers: list[requests.Response] = []

    def send() -> bool:
        with suppress(requests.RequestException):
            answers.append(ask())
        return bool(answers)

    until(send, "Nobody answered.")
    return answers[0]


def counted(arrowslit: Installation, item: dict[str, str]) -> tuple[int, int]:
    """Decisions on a task, and events that tell of one."""
    [[decisions, told]] = arrowslit.ask(
        "SELECT (SELECT count(*) FROM review_decision WHERE task_id = %s::uuid), "
        "(SELECT count(*) FROM audit_event WHERE subject = %s AND tag = 'task.decided')",
        item["id"],
        item["id"],
    )
    return decisions, told


def decide(rita: Person, items: list[dict[str, str]]) -> None:
    for item in items:
        act, more = ("decide", {}) if item["value"] else ("unreadable", {"trouble": "blank"})
        answer = rita.post(f"/review/{item['id']}/{act}/", data={**said_of(item), **more})
        assert answer.ok, answer.text


def finish(rita: Person, items: list[dict[str, str]]) -> None:
    decide(rita, items)
    assert rita.post("/review/release/").ok


def delivered(arrowslit: Installation, reference: str) -> None:
    until(lambda: state_of(arrowslit, reference) == "succeeded", "It was never delivered.", LONG)
    [[results]] = arrowslit.ask(
        "SELECT count(*) FROM audit_event e JOIN intake_document d ON d.id = e.document "
        "WHERE d.reference = %s AND e.tag = 'result.delivered'",
        reference,
    )
    assert results == 1


@pytest.mark.parametrize("victim", [WEB, DATABASE])
@pytest.mark.parametrize("gate", ["a decision is committed", "a decision is kept"])
def test_a_decision_that_is_sent_again_is_made_once(arrowslit, rita, reference, gate, victim):
    """Whether it was saved before the crash the browser cannot know, so it sends it again."""
    item, *others = taken(rita)
    said, times = said_of(item), arrowslit.said.count(STARTED_AGAIN)
    with arrowslit.held_at(gate) as whoever_comes:
        line = post(rita, address_of(item), multipart(said))
        whoever_comes()
        arrowslit.kill_process(victim)
        if victim == DATABASE:
            until(lambda: arrowslit.said.count(STARTED_AGAIN) > times)
    with suppress(OSError):
        line.getresponse()
    line.close()
    arrowslit.until_it_answers()
    for _ in range(2):
        answer = again(lambda: rita.post(address_of(item), data=said))
        assert answer.json() == {"saved": True}
        assert counted(arrowslit, item) == (1, 1)
    finish(rita, others)
    delivered(arrowslit, reference)


@pytest.mark.parametrize("victim", [WEB, DATABASE])
def test_the_claim_of_a_station_outlives_what_it_is_kept_by(arrowslit, rita, reference, victim):
    items, times = taken(rita), arrowslit.said.count(STARTED_AGAIN)
    arrowslit.kill_process(victim)
    if victim == DATABASE:
        until(lambda: arrowslit.said.count(STARTED_AGAIN) > times)
    arrowslit.until_it_answers()
    beat = again(lambda: rita.post("/review/heartbeat/")).json()
    assert set(beat["held"]) == {item["id"] for item in items}
    assert rita.get(f"/review/{items[0]['id']}/crop.png").ok
    finish(rita, items)
    delivered(arrowslit, reference)


def test_a_worker_dies_while_it_delivers_what_was_decided(arrowslit, rita, reference):
    with arrowslit.held_at("a result is sealed") as whoever_comes:
        finish(rita, taken(rita))
        os.kill(whoever_comes(), signal.SIGKILL)
    delivered(arrowslit, reference)


def test_a_worker_dies_while_it_makes_a_decision_final(arrowslit, rita, reference):
    """Nobody leaves the station: a sweep settles what was decided, and another one ends it."""
    items = taken(rita)
    with arrowslit.held_at("a decision is made final") as whoever_comes:
        decide(rita, items)
        os.kill(whoever_comes(), signal.SIGKILL)
    delivered(arrowslit, reference)
    assert [counted(arrowslit, item) for item in items if item["value"]] == [(1, 1)]
