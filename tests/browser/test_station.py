"""The review station by keyboard."""

import pytest
from playwright.sync_api import Page, expect

from apps.audit.models import Event
from apps.extraction import reader
from apps.extraction.models import Content
from apps.review.models import Decision, Task
from apps.review.rules import Reason, State, Verdict
from apps.review.services.looking import cipher_of
from tests.browser.conftest import eventually
from tests.review.desk import IBAN, PAPER, text_of

WRONG = IBAN.replace("04", "84", 1)
SETTLE = 300  # milliseconds; an Enter in the first 250 is not meant for the slit


@pytest.fixture
def station(portal) -> Page:
    """Rita at the station, with the fields of one invoice: one doubtful, others missing."""
    portal.house.send(doctype="invoice")
    portal.work()
    rita = portal.open(portal.house.rita, "/review/")
    rita.click("text=Take slits")
    go_to_number(rita)
    return rita


def go_to_number(page: Page) -> None:
    """Skip to the invoice number, whose 7 is doubtful; keys count once the module runs."""
    expect(page.locator("[data-station]")).to_be_focused()
    for _ in range(12):
        if page.locator("[data-name]").inner_text() == "Invoice number":
            saved(page)
            page.wait_for_timeout(SETTLE)
            return
        page.keyboard.press("s")
        if page.locator("#skipping").is_visible():
            page.keyboard.press("1")
    raise AssertionError("The invoice number is not among the slits.")


def saved(page: Page) -> None:
    expect(page.locator("[data-sync]")).to_have_text("All saved")


def test_the_doubtful_character_is_marked_twice(station):
    assert station.input_value("#value") == "4711"
    expect(station.locator("[data-marks] .tick")).to_have_count(1)
    expect(station.locator("[data-ghost] mark")).to_have_text("7")
    expect(station.locator("[data-doubts]")).to_have_text("Doubtful: character 2, 7")


def test_a_digit_overwrites_the_doubtful_character(station):
    station.keyboard.press("1")
    assert station.input_value("#value") == "4111"
    expect(station.locator("#value")).to_be_focused()


def test_tab_selects_the_doubtful_character_and_then_leaves(station):
    station.keyboard.press("Tab")
    assert station.evaluate("[value.selectionStart, value.selectionEnd]") == [1, 2]
    station.keyboard.press("2")
    station.keyboard.press("Tab")
    expect(station.locator("#value")).not_to_be_focused()


def test_escape_puts_the_suggestion_back(station):
    station.keyboard.press("1")
    station.keyboard.press("Escape")
    assert station.input_value("#value") == "4711"
    expect(station.locator("[data-station]")).to_be_focused()


def test_enter_accepts_and_the_next_slit_is_there(station):
    station.keyboard.press("Enter")
    expect(station.locator("[data-name]")).not_to_have_text("Invoice number")
    saved(station)
    decision = Decision.objects.exclude(verdict=Verdict.SKIPPED).get()
    assert (decision.verdict, decision.shown_ms > 0) == (Verdict.ACCEPTED, True)


def test_a_correction_is_saved_as_one(station):
    station.keyboard.press("1")
    station.keyboard.press("Enter")
    saved(station)
    assert Decision.objects.filter(verdict=Verdict.CORRECTED).count() == 1
    expect(station.locator("[data-tally]")).to_contain_text("1 corrected")


def test_a_decision_is_taken_back_with_its_value(station):
    station.keyboard.press("1")
    station.keyboard.press("Enter")
    saved(station)
    station.keyboard.press("u")
    expect(station.locator("[data-name]")).to_have_text("Invoice number")
    assert station.input_value("#value") == "4111"
    assert Task.objects.get(field__name="invoice_number").state == State.OPEN


def test_what_cannot_be_read_goes_to_the_lead(station):
    station.keyboard.press("e")
    expect(station.locator("#unreadable")).to_be_visible()
    station.keyboard.press("1")
    number = Task.objects.filter(field__name="invoice_number")
    eventually(lambda: number.get().escalated)
    assert number.get().state == State.OPEN


def test_a_failing_check_asks_for_a_second_enter(station):
    station.keyboard.press("r")
    station.keyboard.type("?")
    station.keyboard.press("Enter")
    station.wait_for_timeout(SETTLE)
    expect(station.locator("[data-name]")).to_have_text("Invoice number")
    assert not Decision.objects.exclude(verdict=Verdict.SKIPPED).exists()


def test_pausing_hides_the_slit(station):
    station.keyboard.press("p")
    expect(station.locator("#value")).to_be_hidden()
    station.keyboard.press("p")
    expect(station.locator("#value")).to_be_visible()


def test_the_line_is_shown_for_a_reason_that_is_recorded(station):
    station.keyboard.press("w")
    station.click("#wider input[value='line']")
    station.click("#wider input[value='where it ends']")
    station.click("text=Show it")
    expect(station.locator("[data-share]")).to_contain_text("Whole line, 20 s")
    granted = Event.objects.get(tag="line.granted")
    assert b"where it ends" in bytes(granted.body)
    eventually(lambda: Event.objects.filter(tag="line.delivered").count() == 1)


def test_zoom_goes_round(station):
    for word in ("Closer", "Character", "Zoom"):
        station.keyboard.press("z")
        expect(station.locator("[data-zoom-label]")).to_have_text(word)


@pytest.fixture
def second_guess(portal, monkeypatch) -> Page:
    """Rita before an IBAN that fails its check, of which the engine has another reading."""
    monkeypatch.setattr(reader, "read_page", lambda *_: (text_of(PAPER), "fake/1"))
    portal.house.send(doctype="invoice", fields=("iban",))
    portal.work()
    suggest(Task.objects.get(turn=1), WRONG, other=IBAN)
    rita = portal.open(portal.house.rita, "/review/")
    rita.click("text=Take slits")
    expect(rita.locator("#value")).to_have_value(WRONG)  # as the server renders it
    expect(rita.locator("[data-station]")).to_be_focused()  # the module runs, and counts from now
    rita.wait_for_timeout(SETTLE)
    return rita


def suggest(task: Task, value: str, *, other: str) -> None:
    """Let the machine have read a value that fails its check, and have another reading."""
    field = task.field
    field.seal(Content(value, value, others=(other,)), cipher_of(task))
    field.found, field.checks = True, [["iban", False]]
    field.save()
    Task.objects.filter(pk=task.pk).update(reason=Reason.CHECK_FAILED)


def test_a_reading_that_passes_is_one_key_away(second_guess):
    expect(second_guess.locator("[data-alt]")).to_contain_text("Another reading passes the checks")
    second_guess.keyboard.press("ArrowDown")
    assert second_guess.input_value("#value") == IBAN
    expect(second_guess.locator("[data-verdict]")).to_have_text("Checksum matches")
    second_guess.keyboard.press("Enter")
    saved(second_guess)
    assert Decision.objects.get().verdict == Verdict.CORRECTED


def test_a_suggestion_that_fails_its_check_needs_a_second_enter(second_guess):
    second_guess.keyboard.press("Enter")
    expect(second_guess.locator("[data-verdict]")).to_contain_text("Enter again")
    assert not Decision.objects.exists()


def test_letters_can_be_switched_off(station):
    station.keyboard.press("?")
    station.uncheck("[data-letters]")
    station.keyboard.press("Escape")
    station.locator("[data-station]").focus()
    station.keyboard.press("s")
    expect(station.locator("[data-name]")).to_have_text("Invoice number")


def test_each_picture_is_fetched_once(portal, station):
    delivered = Event.objects.filter(tag="crop.delivered").values_list("subject", flat=True)
    eventually(delivered.exists)
    shown = list(delivered)
    assert len(set(shown)) == len(shown)


def test_a_lost_claim_is_said_and_nothing_stays(portal, station):
    Task.objects.update(claim=None)
    station.keyboard.press("Enter")
    expect(station.locator("[data-notice=lost]")).to_contain_text("went back to the queue")
    expect(station.locator("[data-station]")).to_be_hidden()


def test_an_outage_loses_no_decision(portal, station):
    station.context.set_offline(True)
    station.keyboard.press("Enter")
    expect(station.locator("[data-notice=offline]")).to_contain_text("1 decision waits")
    station.context.set_offline(False)
    saved(station)
    expect(station.locator("[data-notice=offline]")).to_have_count(0)
    assert Decision.objects.filter(verdict=Verdict.ACCEPTED).count() == 1


def test_leaving_makes_decisions_final(portal, station):
    station.keyboard.press("Enter")
    saved(station)
    station.click("text=Leave")
    station.wait_for_url(f"{portal.address}/")
    task = Task.objects.get(field__name="invoice_number")
    assert task.state == State.SEALED
    assert task.crop.shredded_at
