"""The page of one job: its state, its masked fields, what exists, what happened."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.errors import Unreadable
from apps.delivery import kept, overview, timeline
from apps.extraction import reader
from apps.extraction.fields import WORDS, Flag
from apps.extraction.services import NOTHING_READ
from apps.extraction.witnesses import Witnesses
from apps.intake import services as intake
from apps.intake.models import Document
from apps.jobs import services as jobs
from apps.retention import services as retention
from apps.review import services as review
from tests.conftest import SYSTEM
from tests.delivery.papers import DATE, HIDDEN, clear, decided
from tests.intake.looking import facts
from tests.looking import said
from tests.review import desk as desks

POLLS = "hx-trigger"
TOKEN = re.compile(r"\b[A-Za-z0-9]{64}\b")  # of a form; another one each time
HEAD = ["Authenticated", "Policy checked", "Consent recorded", "Encrypted"]
READ = [*HEAD, "Read", "Classified", "Fields typed"]
BARRED = {
    "rita": 403, "remy": 403, "lena": 403, "rosa": 403, "carl": 403, "otto": 403,
    "cleo": 404, "mallory": 404,
}  # fmt: skip


@pytest.fixture
def clara(desk, as_):
    return as_(desk.house.clara)


def page_of(client, document) -> str:
    response = client.get(f"/jobs/{document.reference}/")
    assert response.status_code == 200
    return said(response)


def row(page: str, name: str) -> str:
    return re.search(rf'<tr data-field="{name}">.*?</tr>', page, re.DOTALL)[0]


def status(client, document, seen: str):
    return client.get(f"/jobs/{document.reference}/status/", {"seen": seen})


def seen(document) -> str:
    return overview.fingerprint(Document.objects.get(pk=document.pk), intake.job_of(document))


def test_what_speaks_against_a_field_is_said_in_words_and_aloud(desk, clara):
    desk.said = Witnesses(invoices=[{"iban": ["GB33BUKB20201555555555"]}])
    page = page_of(clara, desk.paper())
    assert WORDS[Flag.EMBEDDED_DIFFERS].replace("'", "&#x27;") in row(page, "iban")
    assert "Something speaks against 1 field." in " ".join(page.split())
    assert "GB33BUKB20201555555555" not in page


def test_a_page_without_flags_speaks_against_nothing(desk, clara):
    assert "speaks against" not in page_of(clara, desk.paper())


# States


def test_while_it_is_read_the_page_asks_again_by_itself(desk, clara):
    page = page_of(clara, desk.send())
    assert "Reading" in page
    assert "Being read" in page
    assert POLLS in page


def test_while_fields_wait_the_page_says_how_many(desk, clara):
    page = page_of(clara, desk.paper())
    assert "In review, 2 of 4 fields" in page
    assert "waiting for review" in row(page, "iban")
    assert POLLS in page


def test_what_was_delivered_can_be_downloaded(desk, clara):
    document = clear(desk)
    page = page_of(clara, document)
    assert "Delivered" in page
    assert f"/jobs/{document.reference}/result.json" in page
    assert POLLS not in page


def test_what_failed_says_why_and_what_to_do(desk, clara, monkeypatch):
    def fail(*_: object) -> None:
        raise Unreadable(NOTHING_READ)

    monkeypatch.setattr(reader, "read_page", fail)
    page = page_of(clara, desk.paper())
    assert "Could not be read" in page
    assert NOTHING_READ in page
    assert "Download result" not in page


def test_what_was_stopped_says_so(desk, clara):
    document = desk.send()
    jobs.stop(intake.FLOW, subject_id=document.pk, actor=SYSTEM, reason="test")
    page = page_of(clara, document)
    assert "Stopped" in page
    assert POLLS not in page


@pytest.mark.parametrize(
    ("erase", "words"),
    [(retention.delete, "Erased"), (retention.withdraw, "Consent withdrawn")],
)
def test_what_was_erased_shows_a_receipt_and_no_way_to_delete(desk, clara, erase, words):
    document = clear(desk)
    erase(document, user=desk.house.clara)
    page = page_of(clara, document)
    assert words in page
    assert "The fields no longer exist" in page
    assert f"/jobs/{document.reference}/receipt/" in page
    assert "Delete now" not in page
    assert "Download result" not in page


# Fields


def test_every_value_is_masked(desk, clara):
    page = page_of(clara, clear(desk))
    for value in (*HIDDEN, "paper.png"):
        assert value not in page
    for name, shown in (("grand_total", ".60"), ("iban", "FR"), ("issue_date", DATE)):
        assert shown in row(page, name)


def test_what_is_not_settled_shows_no_part_of_what_was_read(desk, clara):
    for document in (desk.paper(), desk.delivered()):
        for name in desks.DOUBTFUL:
            assert "data-mask" not in row(page_of(clara, document), name)
            assert desks.IBAN[:2] not in row(page_of(clara, document), name)


def test_a_page_says_who_decided(desk, clara):
    page = page_of(clara, decided(desk, invoice_number=desks.NUMBER))
    assert "A person" in row(page, "invoice_number")
    assert "not on the document" in row(page, "iban")
    assert "Machine, checks pass" in row(page, "grand_total")
    assert "Rita" not in page


def test_showing_fields_is_recorded(desk, clara):
    document = clear(desk)
    page_of(clara, document)
    [event] = Event.objects.filter(tag=Tag.FIELDS_SHOWN)
    assert (event.actor, event.subject) == (desk.house.clara.actor, document.reference)
    assert facts(event) == {"fields": 4, "masked": True}


def test_only_what_is_hidden_and_has_a_value_can_be_revealed(desk, clara):
    page = page_of(clara, clear(desk, fields=(*desks.WANTED, "due_date")))
    assert set(re.findall(r'data-reveal="(\w+)"', page)) == {
        "invoice_number",
        "iban",
        "grand_total",
    }


def test_whoever_may_not_reveal_or_delete_is_not_offered_it(desk, as_):
    page = page_of(as_(desk.house.ida), clear(desk))
    assert 'data-field="iban"' in page
    for offered in ("data-reveal=", "Delete now", "Withdraw consent"):
        assert offered not in page


# What happened, and what exists


def test_the_timeline_holds_what_was_done_and_what_comes(desk):
    queued, parked, done = desk.send(), desk.paper(), clear(desk)
    for document, taken, ahead in (
        (queued, HEAD, ["Read", "Classified", "Fields typed", "In review", "Delivered"]),
        (parked, [*READ, "In review"], ["Delivered"]),
        (done, [*READ, "In review", "Delivered"], []),
    ):
        job = intake.job_of(document)
        steps = timeline.taken(job)
        assert [step.title for step in steps] == taken
        assert timeline.ahead(job, steps) == ahead


def test_work_that_ended_has_nothing_ahead(desk):
    document = desk.send()
    jobs.stop(intake.FLOW, subject_id=document.pk, actor=SYSTEM, reason="test")
    job = intake.job_of(document)
    assert timeline.ahead(job, timeline.taken(job)) == []


def test_a_step_that_the_end_of_the_work_broke_off_is_not_said_to_go_on(desk, as_):
    document = desk.paper()
    [at_it] = [one for one in timeline.taken(intake.job_of(document)) if one.before_people]
    assert not at_it.broken_off
    jobs.stop(intake.FLOW, subject_id=document.pk, actor=SYSTEM, reason="test")
    last = timeline.taken(intake.job_of(document))[-1]
    assert (last.name, last.broken_off, last.before_people) == ("review", True, False)
    page = as_(desk.house.clara).get(f"/jobs/{document.reference}/").content.decode()
    assert "Not finished: a person stopped the work." in page


def test_every_class_of_artifacts_is_listed_once_with_its_number(desk):
    desk.pages = 2
    there = {part.kind: part.count for part in kept.kept(desk.paper())}
    assert there == {"original": 1, "fields": 1, "page image": 2, "crop": 2}


def test_what_was_erased_stays_on_the_list_with_its_time(desk):
    document = clear(desk)
    intake.erase(document, actor=SYSTEM, reason="test")
    parts = {part.kind: part for part in kept.kept(document)}
    assert (parts["original"].count, bool(parts["original"].gone_at)) == (0, True)
    assert (parts["fields"].count, parts["fields"].gone_at) == (1, None)


def test_the_time_that_is_left_runs_from_whole_to_nothing(desk):
    part = kept.kept(clear(desk))[0]
    assert part.share == 100
    assert 0 < part.left <= (part.due_at - part.since).total_seconds()
    late = kept.Kept("crop", 1, part.since, part.since, None, "")
    assert (late.left, late.share) == (0, 0)


def test_an_open_page_loads_itself_anew_when_something_changed(desk, clara):
    document = desk.paper()
    now = seen(document)
    assert "HX-Refresh" not in status(clara, document, now).headers
    review.withdraw(document, actor=SYSTEM, reason="test")
    changed = status(clara, document, now)
    assert (changed.status_code, changed["HX-Refresh"], changed.content) == (204, "true", b"")


@pytest.mark.parametrize("said", ["", "\x00", "<script>alert(1)</script>"])
def test_a_page_that_saw_nothing_we_know_is_loaded_anew(desk, clara, said):
    response = status(clara, desk.send(), said)
    assert (response.status_code, response["HX-Refresh"]) == (204, "true")


def test_the_trail_of_a_job_is_read_and_on_itself(desk, clara):
    document = clear(desk)
    page = said(clara.get(f"/jobs/{document.reference}/trail/"))
    [event] = Event.objects.filter(tag=Tag.TRAIL_READ)
    assert event.document == document.pk
    assert event.actor == desk.house.clara.actor
    assert page.count("<tr>") - 1 == Event.objects.filter(document=document.pk).count() - 1
    assert not [value for value in (*HIDDEN, DATE, "paper.png") if value in page]


# Who


@pytest.mark.parametrize("part", ["", "status/", "trail/", "result.json", "fields/iban/"])
def test_nothing_of_a_job_is_there_for_anybody_else(desk, as_, part):
    address = f"/jobs/{desk.send().reference}/{part}"
    browsers = {name: as_(getattr(desk.house, name)) for name in BARRED}
    assert {name: one.get(address).status_code for name, one in browsers.items()} == BARRED
    assert not Event.objects.filter(tag__in=(Tag.FIELDS_SHOWN, Tag.TRAIL_READ)).exists()


@pytest.mark.parametrize("part", ["", "trail/", "result.json"])
def test_not_yours_and_not_there_are_the_same_answer(desk, as_, part):
    cleo, reference = as_(desk.house.cleo), desk.send().reference
    theirs, none = (cleo.get(f"/jobs/{one}/{part}") for one in (reference, "7KQ-52F"))
    assert theirs.status_code == none.status_code == 404
    assert TOKEN.sub("", said(theirs)) == TOKEN.sub("", said(none))


# At what cost


def queries(client, document) -> int:
    page_of(client, document)
    with CaptureQueriesContext(connection) as made:
        page_of(client, document)
    return len(made)


def test_more_fields_and_decisions_cost_no_more_queries(desk, clara):
    one = decided(desk, iban=desks.IBAN)
    one.fields.exclude(name="iban").update(sealed=None)
    all_of_them = decided(desk, iban=desks.IBAN, invoice_number=desks.NUMBER)
    assert queries(clara, one) == queries(clara, all_of_them) <= 26


def test_more_pages_and_slits_cost_no_more_queries(desk, clara):
    small = desk.paper(fields=("iban",))
    desk.pages = 3
    large = desk.paper()
    assert len(kept.kept(large)) == len(kept.kept(small))
    assert queries(clara, small) == queries(clara, large)


def test_other_jobs_cost_no_more_queries(desk, clara):
    document = clear(desk)
    before = queries(clara, document)
    for _ in range(3):
        desk.paper()
    assert queries(clara, document) == before


def test_who_may_only_look_is_offered_no_more(desk, as_):
    document = decided(desk)
    clara, cleo = desk.house.clara, desk.house.cleo
    intake.grant(document, to=cleo, reason="handover", until=timedelta(days=1), user=clara)
    assert "Delete now" in page_of(as_(desk.house.clara), document)
    looked = page_of(as_(desk.house.cleo), document)
    assert "Delete now" not in looked
    assert "Withdraw consent" not in looked
