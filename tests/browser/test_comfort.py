"""What makes a long day at the station bearable: own keys, breaks, a voice, room to look."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from apps.review.models import Decision
from apps.review.rules import Verdict
from tests.browser.conftest import Portal
from tests.browser.test_pages import SIZES, look
from tests.browser.test_station import SETTLE, saved
from tests.review.desk import IBAN, Desk

MINUTES = 60_000  # milliseconds


@pytest.fixture
def desk(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Papers of three invoices, an IBAN and a number in doubt in each."""
    desk = Desk(portal.house, monkeypatch)
    for _ in range(3):
        desk.paper(fields=("iban", "invoice_number"))
    return desk


@pytest.fixture
def station(portal: Portal, desk: Desk) -> Page:
    return sit_down(portal)


def sit_down(portal: Portal, **options: Any) -> Page:
    """Rita before her first slit."""
    rita = portal.open(portal.house.rita, "/review/", **options)
    rita.click("text=Take slits")
    expect(rita.locator("[data-station]")).to_be_focused()
    rita.wait_for_timeout(SETTLE)
    return rita


def answered() -> list[str]:
    return list(
        Decision.objects.filter(undone=False).order_by("id").values_list("verdict", flat=True)
    )


def test_letters_can_be_other_letters(station):
    station.keyboard.press("?")
    skip = station.locator("[data-key-of=skip]")
    skip.press("u")
    expect(station.locator("[data-keys-told]")).to_contain_text("U is taken")
    expect(skip).to_have_attribute("aria-invalid", "true")
    skip.press("k")
    expect(station.locator("[data-keys-told]")).to_contain_text("K: Skip")
    station.keyboard.press("Escape")
    expect(station.locator("[data-act=skip] kbd")).to_have_text("K")
    station.locator("[data-station]").focus()
    for key in ("s", "k"):
        station.keyboard.press(key)
    saved(station)
    assert answered() == [Verdict.SKIPPED]


def test_own_keys_are_kept_and_can_be_given_up(station):
    station.keyboard.press("?")
    station.locator("[data-key-of=skip]").press("k")
    station.keyboard.press("Escape")
    station.click("[data-mode=grid]")
    station.click("[data-mode=one]")
    expect(station.locator("[data-act=skip] kbd")).to_have_text("K")
    station.keyboard.press("?")
    station.click("[data-keys-reset]")
    expect(station.locator("[data-key-of=skip]")).to_have_value("S")


def test_keys_that_were_kept_and_make_no_sense_are_not_used(station):
    station.evaluate("""() => {
      const { person } = JSON.parse(document.getElementById("addresses").textContent);
      localStorage.setItem(`keys.${person}`, '{"own": {"skip": "k", "undo": "k", "zoom": 7}}');
    }""")
    station.click("[data-mode=grid]")
    station.click("[data-mode=one]")
    expect(station.locator("[data-station]")).to_be_focused()  # the module runs
    expect(station.locator("[data-act=skip] kbd")).to_have_text("S")


AT_ONCE = """() => { for (let i = 0; i < 2; i++) document.activeElement.dispatchEvent(
  new KeyboardEvent("keydown", { key: "Enter", bubbles: true })); }"""


def test_an_enter_that_comes_too_soon_is_not_meant(station):
    station.evaluate(AT_ONCE)
    saved(station)
    assert answered() == [Verdict.ACCEPTED]


def test_nothing_written_there_is_one_key(station):
    station.keyboard.press("n")
    saved(station)
    assert answered() == [Verdict.BLANK]


def test_a_third_skip_asks_why(station):
    for _ in range(3):
        station.keyboard.press("s")
    expect(station.locator("#skipping")).to_be_visible()
    station.keyboard.press("2")
    expect(station.locator("#skipping")).to_be_hidden()
    expect(station.locator("[data-tape] li")).to_have_count(3)
    saved(station)
    assert answered() == [Verdict.SKIPPED] * 3
    assert Decision.objects.latest("id").trouble == "known"


def test_after_twenty_minutes_a_break_is_suggested(portal, desk):
    rita = portal.open(portal.house.rita, "/review/")
    rita.clock.install()
    rita.click("text=Take slits")
    expect(rita.locator("[data-station]")).to_be_focused()
    for _ in range(5):
        rita.clock.run_for(4 * MINUTES + 15_000)
        rita.keyboard.press("z")  # any key keeps the slits
        rita.wait_for_timeout(50)
    expect(rita.locator("[data-notice=break]")).to_contain_text("You have looked for 2")
    rita.click("text=Pause now")
    expect(rita.locator("#value")).to_be_hidden()
    expect(rita.locator("[data-notice=break]")).to_have_count(0)
    expect(rita.locator("[data-notice=lost]")).to_have_count(0)


def test_a_slit_is_told_with_its_doubts_and_codes_are_spelled(station):
    spoken = station.locator("[data-spoken]")
    expect(spoken).to_have_text(re.compile(r"^(IBAN|Invoice number)\. [DK] \w.* 7.*Doubtful: char"))
    before = spoken.inner_text()
    station.keyboard.press("1")
    expect(spoken).not_to_have_text(before)
    live = station.evaluate("[...document.querySelectorAll('[role=status]')].map(e => e.id)")
    assert sorted(live) == ["keys-told", "spoken", "toast"]  # nothing else speaks by itself


def test_a_doubtful_character_stands_under_its_image(station):
    while station.input_value("#value") != IBAN:
        station.keyboard.press("Enter")
        saved(station)
        station.wait_for_timeout(SETTLE)
    tick, mark = (
        station.locator(place).bounding_box()
        for place in ("[data-marks] .tick", "[data-ghost] mark")
    )
    apart = abs(tick["x"] + tick["width"] / 2 - mark["x"] - mark["width"] / 2)
    assert apart < tick["width"] / 2


def test_a_pointer_selects_the_character_it_points_at(station):
    box = station.locator("[data-marks] .tick").first.bounding_box()
    station.mouse.click(box["x"] + box["width"] / 2, box["y"] - 4)
    start, end = station.evaluate("[value.selectionStart, value.selectionEnd]")
    assert station.input_value("#value")[start:end] == "7"


def test_pausing_and_going_on_has_a_button(station):
    station.click("[data-act=pause]")
    expect(station.locator("#value")).to_be_hidden()
    station.keyboard.press("Enter")
    station.click("text=Go on")
    expect(station.locator("#value")).to_be_visible()
    assert answered() == []


def test_fifty_percent_of_the_screen_is_enough_for_every_key(portal, desk):
    """400 % zoom of a common screen leaves 320 by 256 CSS pixels."""
    rita = sit_down(portal, viewport={"width": 320, "height": 256})
    assert rita.evaluate("document.documentElement.scrollWidth") <= 320
    rita.keyboard.press("Tab")
    rita.keyboard.press("1")
    rita.keyboard.press("Enter")
    saved(rita)
    assert answered() == [Verdict.CORRECTED]


@pytest.mark.parametrize(("theme", "size"), [("light", "desk"), ("dark", "phone")])
def test_every_mode_is_in_order(portal, desk, axe, theme, size):
    width, height = SIZES[size]
    how = {"viewport": {"width": width, "height": height}, "color_scheme": theme}
    rita = sit_down(portal, bypass_csp=True, **how)
    found = look(rita, axe, width)
    for mode in ("grid", "digits"):
        rita.click(f"[data-mode={mode}]")
        expect(rita.locator("[data-confirm]")).to_be_visible()
        found += axe(rita)
        if rita.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"{mode} scrolls sideways")
    assert found == []


def test_doubt_is_seen_where_the_person_chose_the_colours(portal, desk):
    rita = sit_down(portal, forced_colors="active")
    line = "getComputedStyle(document.querySelector('[data-ghost] mark')).borderBlockEndWidth"
    assert rita.evaluate(line) == "4px"
