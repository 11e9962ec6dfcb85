"""A record in a real browser: it recomputes the root by itself, and its pages are in order."""

from concurrent.futures import ThreadPoolExecutor

import pypdfium2
import pytest

from apps.preservation.models import Purpose
from apps.preservation.services import trusting
from tests.browser.test_pages import look
from tests.preservation import pki
from tests.preservation.originals import kept, signed

BREAK = """() => {
  const said = document.getElementById("inclusion");
  const proof = JSON.parse(said.textContent);
  proof.path[0] = proof.path[0].replace(/./g, (one) => (one === "0" ? "1" : "0"));
  said.textContent = JSON.stringify(proof);
}"""


@pytest.fixture
def record(portal, sealing):
    """A signed original, whose record is on the trail; the browser's loop lets none sign here."""
    with ThreadPoolExecutor(1) as elsewhere:
        content = elsewhere.submit(signed).result()
    record = kept(portal.house, content)
    sealing.drain()
    return record


def verified(page) -> str:
    page.focus("[data-verify]")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-verdict].tone")
    return page.inner_text("[data-verdict]")


def test_the_browser_recomputes_the_root_and_notices_another_path(portal, record):
    page = portal.open(portal.house.clara, f"/records/{record.reference}/")
    assert "The root matches" in verified(page)
    page.reload()
    page.evaluate(BREAK)
    assert "does not match" in verified(page)


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)], ids=["desk", "phone"])
def test_its_pages_are_in_order(portal, record, axe, size):
    about = {"organisation": portal.house.halden.pk, "actor": portal.house.carl.actor}
    trusting.trust(pki.house().root.der, purpose=Purpose.SIGNATURES, **about)
    own, (width, height) = f"/records/{record.reference}/", size
    page = portal.open(
        portal.house.carl, "/", viewport={"width": width, "height": height}, bypass_csp=True
    )
    found = []
    for address in ("/records/", own, f"{own}evidence/", "/records/copies/", "/records/trust/"):
        page.goto(portal.address + address)
        found += look(page, axe, width)
    assert found == []


def test_a_record_prints_on_two_pages(portal, record):
    page = portal.open(portal.house.clara, f"/records/{record.reference}/")
    assert len(pypdfium2.PdfDocument(page.pdf(format="A4"))) <= 2
