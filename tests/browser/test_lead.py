"""The lead's page in a browser, and the page of a document that a lead gives a reviewer."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from apps.audit.models import Event
from apps.base.scope import acting_for
from apps.review import services as review
from apps.review.models import Decision, Look, Task
from apps.review.rules import Turn
from tests.browser.conftest import eventually
from tests.browser.test_station import go_to_number
from tests.review.desk import IBAN, Desk

OTHER = "DE02120300000000202051"


def ask(page, step: str, reason: str) -> None:
    page.keyboard.press("w")
    page.click(f"#wider input[value='{step}']")
    page.click(f"#wider input[value='{reason}']")
    page.click("text=Show it")


def test_a_page_is_asked_for_given_and_seen_once(portal, sealed):
    portal.house.send(doctype="invoice")
    portal.work()
    rita = portal.open(portal.house.rita, "/review/")
    rita.click("text=Take slits")
    go_to_number(rita)
    ask(rita, "page", "which field")
    expect(rita.locator("#toast")).to_contain_text("Your lead is asked")
    lena = portal.open(portal.house.lena, "/review/lead/")
    expect(lena.locator("main")).to_contain_text("Page around invoice number")
    lena.get_by_role("button", name="Give page to Rita").click()
    expect(lena.locator("main")).to_contain_text("Given. It is shown once.")
    ask(rita, "page", "which field")
    expect(rita.locator("[data-share]")).to_have_text("Whole page, 30 s. Recorded.")
    eventually(lambda: Event.objects.filter(tag="page.delivered").count() == 1)
    rita.locator("[data-station]").focus()
    rita.keyboard.press("s")  # going on ends the look, and the browser tells how long it was
    eventually(lambda: Look.objects.filter(step="page", shown_ms__gt=0).exists())


@pytest.fixture
def differing(portal, monkeypatch) -> Task:
    """A third reading of an IBAN, of which Rita and Remy said different things."""
    desk = Desk(portal.house, monkeypatch)
    desk.two_readers = True
    with acting_for(portal.house.halden.pk):
        document = desk.paper(fields=("iban",))
        for person, value in ((portal.house.rita, IBAN), (portal.house.remy, OTHER)):
            desk.decide(desk.take(person)["iban"], value, overrides=True)
            review.release(person, now=timezone.now())
        return document.tasks.get(turn=Turn.THIRD)


def test_a_difference_is_settled_in_a_dialog(portal, axe, differing):
    lena = portal.open(portal.house.lena, "/review/lead/", bypass_csp=True)
    lena.click("[data-dialog=differ]")
    dialog = lena.locator("#differ")
    expect(dialog).to_contain_text(IBAN)
    expect(dialog).to_contain_text(OTHER)
    assert axe(lena) == []
    dialog.get_by_text(IBAN).click()
    dialog.get_by_text("Decide").click()
    expect(lena.locator("main")).to_contain_text("Decided.")
    with acting_for(portal.house.halden.pk):
        assert Decision.objects.get(task=differing).reviewer == portal.house.lena
