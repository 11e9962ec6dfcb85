"""A compliance officer finds who saw what, by keyboard, and takes it away."""

import hashlib
import subprocess
import sys
import zipfile
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from apps.assurance.exports import services as exporting
from apps.assurance.exports.services import Why
from apps.assurance.models import Export, Mode
from apps.audit import tallies
from apps.audit.tags import Tag
from apps.jobs import runner
from tests.assurance.conftest import happen
from tests.browser.test_pages import look


@pytest.fixture
def trail(portal, sealing):
    """A job that Rita saw of and Clara revealed, sealed and counted."""
    house = portal.house
    document = house.send(doctype="invoice")
    about = {"document": document.pk, "subject": document.reference}
    happen(house.halden.pk, 60, tag=Tag.CROP_DELIVERED, actor=house.rita.actor, share=900, **about)
    happen(
        house.halden.pk, tag=Tag.FIELD_REVEALED, actor=house.clara.actor, reason="audit", **about
    )
    sealing.drain()
    tallies.catch_up(house.halden.pk, now=timezone.now(), batches=9)
    return document


def test_who_saw_a_job_and_why_is_found_without_a_mouse(portal, trail):
    page = portal.open(portal.house.carl, "/trail/")
    page.focus("#id_who")
    page.keyboard.type("Rita")
    page.focus("#id_document")
    page.keyboard.type(trail.reference)
    page.keyboard.press("Enter")
    page.wait_for_url("**/trail/?*actor=user*")
    assert "Rita" not in page.url
    assert f"Who saw {trail.reference}" in page.inner_text("main")
    assert page.locator("tbody tr", has_text="Clara").locator("td", has_text="audit").count()
    expect(page.locator(".htmx-settling, .htmx-added")).to_have_count(0)  # its links are live
    older = page.locator("a[rel=next]")
    older.focus()
    page.keyboard.press("Enter")
    page.locator("a.rowlink time").nth(55).wait_for()
    page.locator("a.rowlink time").first.locator("..").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("text=From the hash of the body")
    page.go_back()
    page.wait_for_url("**/trail/")


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)], ids=["desk", "phone"])
def test_its_pages_are_in_order(portal, trail, axe, size):
    how = {"mode": Mode.RANGE, "reason": Why.AUDIT, "names": True, "words": True}
    export = exporting.ask({}, user=portal.house.carl, **how)
    runner.run(exporting.job_of(export).pk)
    width, height = size
    page = portal.open(
        portal.house.carl, "/", viewport={"width": width, "height": height}, bypass_csp=True
    )
    found = []
    for address in (
        "/", "/trail/", f"/trail/?document={trail.reference}", "/trail/?document=222-222",
        "/trail/exports/?outcome=refused", f"/trail/exports/{export.reference}/",
        "/trail/searches/?outcome=refused",
    ):  # fmt: skip
        page.goto(portal.address + address)
        found += look(page, axe, width)
    assert found == []


ALONE = """
import runpy, sys
def deny(event, _):
    if event.startswith("socket."):
        raise PermissionError(event)
sys.addaudithook(deny)
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def verified_elsewhere(folder, *words):
    """The verifier out of the bag on a bare Python that reaches no network and no package."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", ALONE, folder / "verify_audit.py", folder, *words],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env={},
    )
    return done.returncode, done.stdout + done.stderr


def test_who_saw_it_is_found_taken_away_and_proven_without_scripts(
    portal, trail, sealing, tmp_path
):
    """The whole way of an officer, and of the colleague who is handed the file and the key."""
    page = portal.open(portal.house.carl, "/", java_script_enabled=False)
    page.click("summary:has-text('The key that signs')")
    key, program = page.locator("details p.hash").all_inner_texts()
    page.goto(f"{portal.address}/trail/")
    page.fill("#id_document", trail.reference)
    page.click("button:has-text('Show')")
    row = page.locator("tbody tr", has_text="Clara")
    expect(row.locator("td", has_text="audit").first).to_be_attached()
    page.goto(f"{portal.address}/trail/exports/")
    today = timezone.now().date()
    page.fill("#id_since", (today - timedelta(days=91)).isoformat())
    page.fill("#id_until", today.isoformat())
    page.select_option("[name=reason]", "supervision")
    page.click("text=Prepare export")
    export = Export.objects.get()
    assert page.url.endswith(f"/trail/exports/{export.reference}/")
    runner.run(exporting.job_of(export).pk)
    page.reload()
    with sealing.at_work(), page.expect_download() as download:
        page.click("a:has-text('Download')")
    with zipfile.ZipFile(download.value.path()) as bag:
        bag.extractall(tmp_path)
    code, said = verified_elsewhere(tmp_path / export.reference, "--key", key)
    assert (code, "none left out" in said) == (0, True), said
    verifier = (tmp_path / export.reference / "verify_audit.py").read_bytes()
    assert program == f"sha-256 {hashlib.sha256(verifier).hexdigest()}"
    events = (tmp_path / export.reference / "data/events.jsonl").read_text()
    assert (portal.house.clara.actor in events, "audit" in events) == (True, True)
