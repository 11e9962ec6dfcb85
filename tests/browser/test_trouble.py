"""What goes wrong in a browser, and what the station says then."""

import pytest
from playwright.sync_api import Page, Request, expect

from apps.review.models import Claim, Decision, Task
from apps.review.rules import State, Verdict
from tests.browser.conftest import Portal, eventually
from tests.browser.test_comfort import answered, sit_down
from tests.browser.test_station import SETTLE, saved
from tests.review.desk import Desk


@pytest.fixture
def desk(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> Desk:
    desk = Desk(portal.house, monkeypatch)
    for _ in range(2):
        desk.paper(fields=("invoice_number",))
    return desk


@pytest.fixture
def station(portal: Portal, desk: Desk) -> Page:
    return sit_down(portal)


def sit_down_on_time(portal: Portal) -> Page:
    """Rita before her first slit, with a clock that the test moves."""
    rita = portal.open(portal.house.rita, "/review/")
    rita.clock.install()
    rita.click("text=Take slits")
    expect(rita.locator("[data-station]")).to_be_focused()
    rita.clock.run_for(SETTLE)
    return rita


def test_of_two_tabs_the_later_one_shows_slits(portal, station):
    other = station.context.new_page()
    other.goto(f"{portal.address}/review/")
    expect(other.locator("[data-station]")).to_be_focused()
    expect(station.locator("[data-notice=lost]")).to_contain_text("You went on in another tab")
    expect(station.locator("[data-station]")).to_be_hidden()
    station.close()  # which gives nothing back
    other.wait_for_timeout(SETTLE)
    other.keyboard.press("Enter")
    saved(other)
    assert answered() == [Verdict.ACCEPTED]
    assert Claim.objects.filter(ended_at=None).count() == 1


def test_what_was_decided_elsewhere_is_said_and_work_goes_on(portal, desk, station):
    task = Task.objects.order_by("created_at", "id")[0]
    desk.decide(task, "KX-1")
    claimed: list[Request] = []
    station.on("request", lambda one: claimed.append(one) if "/claim/" in one.url else None)
    station.keyboard.press("Enter")
    expect(station.locator("#toast")).to_contain_text("decided or withdrawn before you")
    expect(station.locator("[data-station]")).to_be_visible()
    station.wait_for_timeout(SETTLE)
    eventually(lambda: station.wait_for_timeout(50) or claimed)  # few are left
    station.keyboard.press("Enter")
    saved(station)
    assert answered() == [Verdict.CORRECTED, Verdict.ACCEPTED]


def test_nothing_is_finished_or_taken_before_the_last_answers_are_saved(portal, station):
    claimed: list[Request] = []
    station.route("**/decide/", lambda route: None)  # it is kept waiting
    station.on("request", lambda one: claimed.append(one) if "/claim/" in one.url else None)
    for _ in range(2):
        station.keyboard.press("Enter")
        station.wait_for_timeout(SETTLE)
    station.click("[data-finish]")
    expect(station.locator("#toast")).to_contain_text("Still saving. Finish in a moment.")
    assert claimed == []
    station.unroute("**/decide/")  # which lets go of it
    saved(station)
    eventually(lambda: station.wait_for_timeout(50) or claimed)
    station.click("[data-finish]")
    station.wait_for_url(f"{portal.address}/")
    eventually(lambda: Task.objects.filter(state=State.SEALED).count() == 2)


def test_going_back_shows_no_slit_that_was_left(portal, station):
    station.click("text=Leave")
    station.wait_for_url(f"{portal.address}/")
    station.go_back()
    expect(station.locator("text=Take slits")).to_be_visible()
    expect(station.locator("[data-station]")).to_have_count(0)


def test_a_claim_that_ended_elsewhere_is_said_at_the_next_answer(station):
    Claim.objects.all().update(until="2020-01-01T00:00Z")
    station.keyboard.press("Enter")
    expect(station.locator("[data-notice=lost]")).to_contain_text("Take new ones")
    assert answered() == []


def test_offline_for_a_minute_loses_nothing(portal, desk):
    rita = sit_down_on_time(portal)
    rita.context.set_offline(True)
    rita.keyboard.press("Enter")
    rita.clock.run_for(60_000)
    rita.keyboard.press("Enter")
    expect(rita.locator("[data-notice=offline]")).to_be_visible()
    rita.context.set_offline(False)
    eventually(lambda: rita.clock.run_for(15_000) or Decision.objects.count() == 2)
    saved(rita)
    expect(rita.locator("[data-notice=offline]")).to_have_count(0)


@pytest.mark.parametrize("value", ["a\0b", "x" * 501], ids=["control", "long"])
def test_what_the_server_cannot_take_comes_back_to_be_put_right(station, value):
    name = station.locator("[data-name]").inner_text()
    station.evaluate(
        "text => { const field = document.querySelector('#value'); field.removeAttribute("
        "'maxlength'); field.value = text; field.dispatchEvent(new Event('input')); }",
        value,
    )
    for _ in range(2):
        station.keyboard.press("Enter")
    expect(station.locator("#toast")).to_contain_text("Not saved: value.")
    expect(station.locator("[data-name]")).to_have_text(name)
    assert answered() == []
    station.keyboard.press("Escape")
    station.locator("[data-station]").focus()
    expect(station.locator("[data-sync]")).to_have_text("All saved")


def test_a_server_that_breaks_on_an_answer_gives_it_back(portal, desk):
    rita = sit_down_on_time(portal)
    rita.route("**/decide/", lambda route: route.fulfill(status=500))
    rita.keyboard.press("Enter")
    expect(rita.locator("[data-left]")).to_have_text("1")
    left = rita.locator("[data-left]")
    eventually(lambda: rita.clock.run_for(15_000) or left.inner_text() == "2")
    expect(rita.locator("[data-notice=offline]")).to_have_count(0)
