"""Choosing the class of a document at the station: by keyboard, by mouse, without JavaScript."""

import pytest
from playwright.sync_api import Page, expect

from apps.audit.models import Event
from apps.extraction.models import Reading
from apps.review.models import Decision, Task
from apps.review.rules import State, Verdict
from tests.browser.conftest import Portal, eventually
from tests.browser.test_pages import SIZES, look
from tests.browser.test_station import SETTLE, saved

QUESTION = "Which kind of document is this?"


@pytest.fixture
def asked(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> Portal:
    """Somebody sent a document of which the machine is not sure what it is."""
    monkeypatch.setattr("apps.extraction.classify.SURE_ENOUGH", 1.1)
    portal.house.send()
    portal.work()
    return portal


@pytest.fixture
def station(asked: Portal) -> Page:
    """Rita at the station, with the header of that document before her."""
    rita = asked.open(asked.house.rita, "/review/")
    rita.click("text=Take slits")
    expect(rita.locator("[data-station]")).to_be_focused()
    rita.wait_for_timeout(SETTLE)
    return rita


def decision() -> Decision:
    return Decision.objects.get()


def test_the_station_asks_for_a_kind_and_for_no_value(station):
    expect(station.locator("[data-name]")).to_have_text(QUESTION)
    expect(station.locator("[data-kinds] button").first).to_have_text("1Supplier invoice")
    expect(station.locator("[data-kinds] button").last).to_have_text("0None of these")
    for hidden in ("#value", "[data-act=accept]", "[data-act=wider]", "[data-act=zoom]"):
        expect(station.locator(hidden)).to_be_hidden()


def test_its_number_chooses_a_kind(station):
    station.keyboard.press("1")
    saved(station)
    assert (decision().verdict, decision().doctype) == (Verdict.ACCEPTED, "invoice")
    expect(station.locator("[data-over] h2")).to_have_text("Nothing left to review")


def test_nought_is_none_of_these(station):
    station.keyboard.press("0")
    saved(station)
    assert (decision().verdict, decision().doctype) == (Verdict.CORRECTED, "other")


def test_tab_leads_to_the_kinds_and_enter_chooses_the_one_it_stands_on(station):
    station.keyboard.press("Tab")
    station.keyboard.press("Tab")
    second = station.locator("[data-kinds] button").nth(1)
    expect(second).to_be_focused()
    name = second.get_attribute("value")
    station.keyboard.press("Enter")
    saved(station)
    assert decision().doctype == name


def test_enter_alone_chooses_nothing(station):
    station.keyboard.press("Enter")
    expect(station.locator("#toast")).to_contain_text("Press the key of a kind")
    station.keyboard.press("w")
    expect(station.locator("#wider")).to_be_hidden()
    assert not Decision.objects.exists()


def test_a_choice_is_taken_back(station):
    station.keyboard.press("1")
    saved(station)
    station.click("[data-over] [data-act=undo]")
    expect(station.locator("[data-kinds] button").first).to_be_visible()
    assert Task.objects.get().state == State.OPEN


def test_what_the_header_does_not_tell_goes_to_the_lead(station):
    station.keyboard.press("e")
    expect(station.locator("#unreadable h2")).to_have_text("Why can't it be told?")
    expect(station.locator("#unreadable button[value=blank]")).to_be_hidden()
    station.keyboard.press("2")
    eventually(lambda: Task.objects.get().escalated)
    assert decision().trouble == "not said"


def test_a_paused_slit_is_not_answered(station):
    station.keyboard.press("p")
    station.keyboard.press("1")
    expect(station.locator("[data-name]")).to_have_text(QUESTION)
    assert not Decision.objects.exists()


def test_after_the_choice_its_fields_come_and_are_typed_again(asked, station):
    station.keyboard.press("1")
    saved(station)
    station.click("[data-finish]")
    eventually(lambda: Task.objects.get().state == State.SEALED)
    asked.work()
    assert Reading.objects.get().doctype == "invoice"
    rita = asked.open(asked.house.rita, "/review/")
    rita.click("text=Take slits")
    expect(rita.locator("#value")).to_be_visible()
    expect(rita.locator("[data-kinds]")).to_be_hidden()
    expect(rita.locator("[data-name]")).not_to_have_text(QUESTION)


def test_a_field_after_a_kind_is_asked_as_a_field(asked):
    """Slits of both sorts under one claim: each shows its own way to answer."""
    asked.house.send(doctype="invoice", again=True)
    asked.work()
    rita = asked.open(asked.house.rita, "/review/")
    rita.click("text=Take slits")
    expect(rita.locator("[data-name]")).to_have_text(QUESTION)
    expect(rita.locator("[data-station]")).to_be_focused()
    rita.wait_for_timeout(SETTLE)
    rita.keyboard.press("1")
    expect(rita.locator("[data-name]")).not_to_have_text(QUESTION)
    expect(rita.locator("#value")).to_be_visible()
    expect(rita.locator("[data-act=accept]")).to_be_visible()
    expect(rita.locator("[data-kinds]")).to_be_hidden()
    saved(rita)
    rita.keyboard.press("u")
    expect(rita.locator("[data-kinds]")).to_be_visible()
    expect(rita.locator("#value")).to_be_hidden()


def test_without_javascript_a_button_chooses(asked):
    rita = asked.open(asked.house.rita, "/review/", java_script_enabled=False)
    rita.click("text=Take slits")
    expect(rita.locator("h1")).to_have_text(QUESTION)
    expect(rita.locator(".slit img")).to_be_visible()
    rita.click("text=Receipt")
    eventually(lambda: Decision.objects.filter(doctype="receipt").exists())


def test_the_picture_is_fetched_once(station):
    delivered = Event.objects.filter(tag="crop.delivered")
    eventually(delivered.exists)
    assert delivered.count() == 1


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_the_question_is_in_order(asked, axe, theme, size):
    width, height = SIZES[size]
    rita = asked.open(
        asked.house.rita,
        "/review/",
        viewport={"width": width, "height": height},
        color_scheme=theme,
        bypass_csp=True,
    )
    rita.click("text=Take slits")
    expect(rita.locator("[data-kinds] button").first).to_be_visible()
    expect(rita.locator("[data-station]")).to_be_focused()
    header = rita.locator("[data-img]").bounding_box()
    assert header["x"] >= 0 and header["x"] + header["width"] <= width  # all of it, on a phone too
    assert look(rita, axe, width) == []
