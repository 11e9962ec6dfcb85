"""Many slits at a time: the grid of one field, and alike digits."""

import pytest
from playwright.sync_api import Page, Route, expect

from apps.audit.models import Event
from apps.review.models import Decision, Task
from apps.review.rules import State, Verdict
from tests.browser.conftest import Portal, eventually
from tests.browser.test_comfort import answered, sit_down
from tests.browser.test_station import SETTLE, saved
from tests.review.desk import IBAN, Desk

PAPERS = 4


@pytest.fixture
def desk(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> Desk:
    desk = Desk(portal.house, monkeypatch)
    for _ in range(PAPERS):
        desk.paper(fields=("iban",))
    return desk


def take(portal: Portal, mode: str) -> Page:
    rita = sit_down(portal)
    rita.keyboard.press(mode[0])
    rita.wait_for_url(f"**/review/{mode}/")
    return rita


@pytest.fixture
def grid(portal: Portal, desk: Desk) -> Page:
    """Rita before the IBANs of four invoices."""
    rita = take(portal, "grid")
    expect(rita.locator("[data-cell] input").first).to_be_focused()
    rita.wait_for_timeout(SETTLE)
    return rita


def value(page: Page) -> str:
    return str(page.evaluate("document.activeElement.value"))


def test_cells_are_confirmed_one_by_one_and_the_rest_together(grid):
    """Enter confirms and goes on, a corrected value is saved as one, Ctrl Enter takes the rest."""
    grid.keyboard.press("Enter")
    expect(grid.locator("[data-cell] input").nth(1)).to_be_focused()
    grid.keyboard.press("8")  # it lands on the doubtful character
    assert value(grid) == IBAN.replace("37", "38")
    grid.keyboard.press("Enter")
    expect(grid.locator("[data-note]").nth(1)).to_contain_text("Enter again")
    grid.keyboard.press("Enter")
    expect(grid.locator("[data-note]").nth(1)).to_contain_text("Corrected")
    grid.keyboard.press("Escape")
    expect(grid.locator("[data-note]").nth(2)).to_have_text("Set aside for one by one")
    grid.keyboard.press("Control+Enter")
    expect(grid.locator("[data-confirm-label]")).to_have_text("Take the next")
    saved(grid)
    assert answered() == [Verdict.ACCEPTED, Verdict.CORRECTED, Verdict.ACCEPTED]
    assert all(one.shown_ms >= 250 for one in Decision.objects.all())
    assert Task.objects.open().count() == 1


def test_what_fails_a_check_is_not_confirmed_with_the_rest(grid):
    grid.locator("[data-cell] input").nth(2).fill("DE00")
    for _ in range(2):
        grid.keyboard.press("Control+Enter")
    saved(grid)
    expect(grid.locator("[data-cell] input").nth(2)).to_be_focused()
    assert answered() == [Verdict.ACCEPTED] * (PAPERS - 1)


def test_in_the_grid_a_decision_is_taken_back(grid):
    grid.keyboard.press("Enter")
    saved(grid)
    grid.click("[data-act=undo]")
    expect(grid.locator("[data-confirm-label]")).to_have_text(f"Confirm all {PAPERS}")
    assert answered() == []
    assert Task.objects.open().count() == PAPERS


def test_every_cell_is_fetched_once_and_on_the_trail(grid):
    slits = Event.objects.filter(tag="crop.delivered")
    eventually(lambda: len(set(slits.values_list("subject", flat=True))) == PAPERS)


@pytest.fixture
def digits(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> Page:
    """Rita before the sevens of four invoice numbers, two in each."""
    desk = Desk(portal.house, monkeypatch)
    for _ in range(PAPERS):
        desk.paper(fields=("invoice_number",))
    rita = take(portal, "digits")
    expect(rita.locator(".tile").first).to_be_focused()
    rita.wait_for_timeout(SETTLE)
    return rita


def test_who_picks_an_odd_digit_settles_the_other_fields(digits):
    expect(digits.locator("[data-confirm-label]")).to_have_text("All 8 are 7")
    eventually(lambda: Event.objects.filter(tag="glyph.delivered").count() == 8)
    digits.keyboard.press("ArrowRight")
    digits.keyboard.press("ArrowRight")
    digits.keyboard.press("Space")
    expect(digits.locator("[data-confirm-label]")).to_have_text("The other 7 are 7")
    digits.keyboard.press("Control+Enter")
    expect(digits.locator("[data-over-text]")).to_contain_text("1 with an odd one")
    saved(digits)
    assert answered() == [Verdict.ACCEPTED] * (PAPERS - 1)
    left = Task.objects.get(state=State.OPEN)
    assert Event.objects.filter(tag="digits.doubted", subject=left.pk).exists()
    digits.click("[data-over] [data-mode=one]")
    expect(digits.locator("[data-station]")).to_be_focused()


def test_a_pause_hides_the_digits(digits):
    digits.keyboard.press("p")
    expect(digits.locator(".tile").first).to_be_hidden()
    digits.keyboard.press("Control+Enter")
    assert answered() == []
    digits.click("text=Go on")
    expect(digits.locator(".tile").first).to_be_visible()


def test_what_one_decided_oneself_was_not_withdrawn(grid):
    """The sign of life set out before the decision, and its answer comes after it."""
    late: list[Route] = []
    grid.route("**/heartbeat/", lambda route: late.append(route))  # Playwright marks it
    grid.evaluate("document.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true }))")
    eventually(lambda: grid.wait_for_timeout(50) or late)
    grid.keyboard.press("Enter")
    saved(grid)
    late[0].continue_()
    grid.wait_for_timeout(SETTLE * 3)
    assert "withdrawn" not in grid.inner_text("#toast")  # at once: it would fade by itself
