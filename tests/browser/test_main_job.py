"""The main job as people do it: send, review by keyboard, look, reveal, delete."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from apps.audit.models import Event
from apps.extraction.synthetic import draw
from apps.review.models import Decision, Task
from tests.browser.conftest import eventually
from tests.browser.test_station import saved
from tests.papers import invoice_png


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    path = tmp_path / "Northmere <b>&amp; 4711.png"
    path.write_bytes(invoice_png())
    return path


def send(page, *files: Path) -> None:
    page.select_option("#id_doctype", "invoice")
    page.set_input_files("#id_files", files)
    expect(page.locator("[data-submit]")).to_have_text(re.compile(r"Send \d+ file"))
    page.click("[data-submit]")


def test_from_upload_to_erasure(portal, sealed, paper, tmp_path):
    clara = portal.open(None, "/sign-in/")
    portal.sign_in(clara, portal.house.clara)
    clara.click("text=Upload")
    send(clara, paper)
    expect(clara.locator("h1")).to_contain_text("Supplier invoice, 1 page")
    expect(clara.locator(".badge").first).to_have_text("Reading")

    portal.work()
    expect(clara.locator(".badge").first).to_contain_text("In review")

    rita = portal.open(portal.house.rita)
    rita.click("text=Start reviewing")
    expect(rita.locator("[data-station]")).to_be_focused()
    while rita.locator("[data-station]").is_visible():
        rita.wait_for_timeout(300)  # an Enter in the first 250 ms is not meant for this slit
        if not rita.input_value("#value"):
            rita.keyboard.press("e")
            rita.keyboard.press("2")
            continue
        rita.keyboard.press("Enter")
        rita.keyboard.press("Enter")
        rita.wait_for_timeout(100)
    expect(rita.locator("[data-over] h2")).to_have_text("Nothing left to review")
    saved(rita)
    rita.click("[data-finish]")
    eventually(lambda: not Task.objects.undecided().exists())

    portal.work()
    expect(clara.locator(".badge").first).to_have_text("Delivered")
    clara.wait_for_load_state()  # it was loaded again, and its modules with it
    row = clara.locator("[data-field=invoice_number]")
    assert "4711" not in clara.content()
    row.locator("[data-reveal]").click()
    clara.click("#reveal input[value=audit]")
    clara.click("#reveal button[data-kind=primary]")
    expect(row.locator("[data-open]")).to_have_text("4711")
    assert Event.objects.filter(tag="field.revealed").count() == 1

    with clara.expect_download() as download:
        clara.click("text=Download result")
    result = json.loads(Path(download.value.path()).read_text())
    assert result["schema"] == "arrowslit.result/1"
    assert "4711" not in json.dumps(result)

    clara.click("text=Delete now")
    reference = clara.locator(".crumbs .mono").inner_text()
    clara.fill("#id_confirmed", reference)
    clara.click("#delete button[data-kind=danger]")
    expect(clara.locator("h1")).to_have_text("Receipt of erasure")
    expect(clara.locator("tbody tr").nth(2)).to_be_attached()
    clara.goto(f"{portal.address}/jobs/{reference}/")
    expect(clara.locator(".badge").first).to_have_text("Erased")


def test_refused_files_stay_and_the_others_go(portal, paper, tmp_path):
    empty, other = tmp_path / "empty.pdf", tmp_path / "page.pdf"
    empty.touch()
    other.write_text("<html>not a document</html>")
    cut = tmp_path / "cut.pdf"
    cut.write_bytes(draw("letter", seed=3).content[:2000])
    clara = portal.open(portal.house.clara, "/upload/")
    send(clara, paper, empty, other, cut)
    expect(clara.locator("[data-summary]")).to_have_text("1 sent, 3 need you")
    files = clara.locator(".file")
    expect(files.nth(0)).to_contain_text("Sent, encrypted. Job")
    expect(files.nth(1)).to_contain_text("Empty.")
    expect(files.nth(2)).to_contain_text("Not a document we read.")
    expect(files.nth(3)).to_contain_text("Damaged or cut short.")


def test_what_is_chosen_before_the_module_runs_is_in_the_list(portal, paper):
    clara = portal.open(portal.house.clara)
    module: list[Route] = []
    clara.route("**/upload*.js", lambda route: module.append(route))  # Playwright marks it
    clara.goto(f"{portal.address}/upload/", wait_until="commit")
    clara.set_input_files("#id_files", paper)
    eventually(lambda: clara.wait_for_timeout(50) or module)
    module[0].continue_()
    expect(clara.locator("[data-submit]")).to_have_text("Send 1 file")


def test_a_file_sent_before_is_noticed_before_it_is_sent(portal, paper):
    portal.house.send(invoice_png())
    clara = portal.open(portal.house.clara, "/upload/")
    clara.set_input_files("#id_files", paper)
    expect(clara.locator(".file")).to_contain_text("Already sent as job")
    clara.click("text=Send it anyway")
    expect(clara.locator("[data-submit]")).to_have_text("Send 1 file")


def test_a_transcript_is_offered_where_the_purpose_allows_one(portal):
    clara = portal.open(portal.house.clara, "/upload/")
    choice, promise = clara.locator("[data-transcript]"), clara.locator("#promise")
    expect(choice).to_be_hidden()
    clara.select_option("#id_purpose", "keep-contract")
    expect(choice).to_be_visible()
    choice.locator("input").check()
    expect(promise).to_contain_text("Transcript deleted 7 days after reading.")
    clara.select_option("#id_purpose", "pay-invoices")
    expect(choice).to_be_hidden()
    expect(choice.locator("input")).not_to_be_checked()
    expect(promise).not_to_contain_text("Transcript")


def test_signed_out_in_mid_upload_keeps_the_list(portal, paper):
    clara = portal.open(portal.house.clara, "/upload/")
    clara.set_input_files("#id_files", paper)
    expect(clara.locator("[data-submit]")).to_have_text("Send 1 file")
    clara.context.clear_cookies()
    clara.click("[data-submit]")
    expect(clara.locator(".file")).to_contain_text("Not sent.")
    expect(clara.locator(".file")).to_contain_text("sign in", ignore_case=True)
    assert not Event.objects.filter(tag="document.received").exists()


def test_everything_works_without_scripts(portal, paper):
    clara = portal.open(portal.house.clara, "/upload/", java_script_enabled=False)
    clara.set_input_files("#id_files", paper)
    clara.select_option("#id_doctype", "invoice")
    clara.click("[data-submit]")
    expect(clara.locator("h1")).to_have_text("Jobs")
    expect(clara.locator("tbody tr")).to_have_count(1)

    portal.work()
    rita = portal.open(portal.house.rita, "/review/", java_script_enabled=False)
    rita.click("text=Take slits")
    seen = rita.locator("h1").inner_text()
    rita.fill("#value", "4711")
    rita.click("text=Accept")
    eventually(lambda: Decision.objects.count() == 1)
    expect(rita.locator("h1")).not_to_have_text(seen)


def test_the_promise_follows_what_is_chosen(portal):
    clara = portal.open(portal.house.clara, "/upload/")
    expect(clara.locator("#promise strong")).to_contain_text("Originals deleted 24 h")
    clara.select_option("#id_purpose", "check-identity")
    expect(clara.locator("#promise strong")).to_contain_text("Originals deleted 4 h")
    expect(clara.locator("[data-class=identity]")).to_be_visible()
    expect(clara.locator("[data-class=invoice]")).to_be_hidden()
