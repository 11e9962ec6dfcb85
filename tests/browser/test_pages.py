"""Every page, for every role: axe-core finds nothing, nothing scrolls sideways."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from apps.intake.models import Document
from apps.retention import services as retention
from apps.retention.models import Disposal
from apps.vault.models import Artifact

SIZES = {"desk": (1440, 900), "phone": (390, 844)}

PAGES = {
    "nobody": ["/sign-in/", "/nothing-here/"],
    "clara": [
        "/", "/upload/", "/jobs/", "/jobs/?state=failed", "/jobs/{open}/", "/jobs/{open}/trail/",
        "/jobs/{open}/delete/", "/jobs/{open}/withdraw/", "/jobs/{open}/fields/grand_total/",
        "/jobs/{gone}/", "/jobs/{gone}/receipt/", "/jobs/{open}/seen/", "/password/",
        "/jobs/ZZZ-ZZZ/", "/jobs/{open}/consent/",
    ],
    "rita": ["/", "/review/"],
    "lena": ["/", "/review/", "/review/lead/", "/assurance/reading/"],
    "carl": [
        "/review/seen/{open}/", "/", "/trail/", "/trail/?action=tag:key.made&document=none",
        "/retention/", "/retention/subjects/", "/retention/subjects/{wish}/",
        "/assurance/reading/", "/assurance/reading/?engine=rapidocr/3.10.0",
    ],
    "rosa": [
        "/", "/retention/", "/retention/disposals/", "/retention/uses/",
        "/retention/policies/cell/", "/assurance/reading/",
    ],
    "otto": ["/", "/people/", "/people/keys/"],
    "ida": ["/"],
    "mallory": ["/", "/jobs/"],
}  # fmt: skip


@pytest.fixture
def named(portal) -> dict[str, str]:
    """A document in review and one that was erased."""
    house = portal.house
    gone = house.send()
    retention.delete(gone, user=house.clara)
    document = house.send(doctype="invoice", again=True)
    portal.work()
    wish = retention.open_request([document.reference], case="DSR-17", user=house.carl)
    _wait_for_a_look(document)
    names = {"open": document.reference, "gone": Document.objects.get(pk=gone.pk).reference}
    return {**names, "wish": str(wish.pk)}


def _wait_for_a_look(document: Document) -> None:
    """Let its original have run out under a rule that wants two people to look."""
    now = timezone.now()
    Artifact.objects.filter(document=document.pk, kind="original").update(due_at=now)
    Disposal.objects.create(
        organisation_id=document.organisation_id,
        document=document,
        kind="original",
        due_at=now,
        policy="default v5",
        signatures=2,
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_pages_are_in_order(portal, axe, named, theme, size):
    width, height = SIZES[size]
    found: list[str] = []
    for who, addresses in PAGES.items():
        person = None if who == "nobody" else getattr(portal.house, who)
        page = portal.open(
            person,
            "/sign-in/" if person is None else "/",
            viewport={"width": width, "height": height},
            color_scheme=theme,
            bypass_csp=True,
        )
        for address in addresses:
            page.goto(portal.address + address.format(**named))
            found += look(page, axe, width)
        if who == "rita":
            found += look_at_station(page, axe, width)
        page.context.close()
    assert found == []


def look(page, axe, width: int) -> list[str]:
    """What is wrong with a page and with each of its dialogs."""
    found = axe(page)
    if page.evaluate("document.documentElement.scrollWidth") > width:
        found.append(f"{page.url} scrolls sideways")
    for dialog in page.evaluate("[...document.querySelectorAll('dialog')].map(d => d.id)"):
        page.evaluate("id => document.getElementById(id).showModal()", dialog)
        found += [f"{line} in #{dialog}" for line in axe(page)]
        page.evaluate("id => document.getElementById(id).close('cancel')", dialog)
    return found


def look_at_station(page, axe, width: int) -> list[str]:
    page.click("text=Take slits")
    expect(page.locator("[data-station]")).to_be_focused()
    found = look(page, axe, width)
    page.locator("[data-station]").focus()
    page.keyboard.press("p")
    return [*found, *axe(page)]


@pytest.mark.parametrize("width", [320, 768, 1024])
def test_nothing_scrolls_sideways(portal, named, width):
    clara = portal.open(portal.house.clara, viewport={"width": width, "height": 800})
    wide = []
    for address in PAGES["clara"]:
        clara.goto(portal.address + address.format(**named))
        if clara.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(clara.url)
    assert wide == []


def test_pages_can_be_used_with_large_text(portal, named):
    clara = portal.open(portal.house.clara, viewport={"width": 720, "height": 900})
    for address in ("/", "/upload/", "/jobs/{open}/"):
        clara.goto(portal.address + address.format(**named))
        clara.evaluate("document.documentElement.style.fontSize = '200%'")
        assert clara.evaluate("document.documentElement.scrollWidth") <= 720, address
