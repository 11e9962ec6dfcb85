"""A compliance officer finds who saw what, by keyboard, and takes it away."""

import zipfile

import pytest
from django.utils import timezone

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


def test_an_export_is_asked_for_watched_and_taken_without_scripts(portal, trail, sealing):
    page = portal.open(portal.house.carl, "/trail/exports/", java_script_enabled=False)
    page.select_option("[name=reason]", "incident")
    page.click("text=Prepare export")
    export = Export.objects.get()
    assert page.url.endswith(f"/trail/exports/{export.reference}/")
    runner.run(exporting.job_of(export).pk)
    page.reload()
    with sealing.at_work(), page.expect_download() as download:
        page.click("a:has-text('Download')")
    with zipfile.ZipFile(download.value.path()) as bag:
        assert f"{export.reference}/verify_audit.py" in bag.namelist()
