"""Content planted in a document is found nowhere outside the vault, from sending to erasure.

What an engine would read is said by the test, so that values, and words beside them, are birds as
well; the page, the jail, the vault, the steps, the database and the logs are real.
"""

import base64
import io
import logging
import tempfile
import uuid
import zipfile
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pypdfium2 import PdfDocument

from apps.assurance.exports import services as exporting
from apps.assurance.exports.services import Why
from apps.assurance.models import Mode
from apps.audit import covering
from apps.audit import services as audit
from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.delivery.services import RevealReason
from apps.extraction import again, reader
from apps.intake import services as intake
from apps.intake.models import Document
from apps.intake.services import receiving
from apps.jobs import runner
from apps.jobs import services as jobs
from apps.jobs.flow import State
from apps.jobs.models import Job
from apps.review import ladder
from apps.review import services as review
from apps.review.ladder import RUNGS
from apps.review.models import Grant, Task
from apps.review.rules import Verdict
from apps.review.services import Answer
from tests.canary import papers
from tests.canary.birds import PLACES, Birds
from tests.canary.ground import Ground
from tests.conftest import SYSTEM, House
from tests.intake.browsers import JSON
from tests.review.desk import text_of


@pytest.fixture
def birds(monkeypatch: pytest.MonkeyPatch) -> Birds:
    """What the reader says of every page holds three of them."""
    birds = Birds()
    lines = (
        "INVOICE",
        f"Invoice No: {birds['number']}",
        f"{birds['aside']} Ltd {birds['drawn']}",
        f"{birds['layer']} {birds['form']}",
        "Total EUR 1284.60",
    )
    monkeypatch.setattr(reader, "read_page", lambda _, n: (text_of(lines, n), "fake/1"))
    return birds


class Office:
    """Clara, Rita and Carl at their browsers; what they are shown without content is kept."""

    def __init__(self, house: House, ground: Ground, birds: Birds, as_: Any) -> None:
        self.house, self.ground, self.birds, self.as_ = house, ground, birds, as_

    def send(self, content: bytes, ending: str = "pdf", **terms: str) -> HttpResponse:
        form = {
            "token": str(uuid.uuid4()),
            "workspace": str(self.house.payable.pk),
            "purpose": "pay-invoices",
            "basis": "contract",
            "manual_review": "on",
            "doctype": "invoice",
            "fields_wanted": ["invoice_number"],
            "files": [SimpleUploadedFile(f"{self.birds['name']}.{ending}", content)],
            **terms,
        }
        answer = self.as_(self.house.clara, raise_request_exception=False).post(
            "/upload/", form, **JSON
        )
        self.ground.answers.append(said(answer))
        return answer

    def walk(self, document: Document) -> State:
        job = intake.job_of(document)
        runner.run(job.pk)
        job.refresh_from_db()
        return State(job.state)

    def decide(self) -> None:
        """Rita types what she sees through the slit, and it is a bird."""
        now, rita = timezone.now(), self.house.rita
        review.claim(rita, now=now)
        [task] = Task.objects.open().held_by(rita, now)
        browser = self.as_(rita)
        assert browser.get(f"/review/{task.pk}/crop.png").status_code == 200
        self._look_closer(browser, task)
        answer = Answer(uuid.uuid4(), Verdict.CORRECTED, self.birds["typed"], shown_ms=1800)
        review.decide(task, answer, user=rita, now=now)
        review.release(rita, now=now)

    def _look_closer(self, browser: Any, task: Task) -> None:
        """Every step of the ladder, which Rita's lead gives where she may not take it alone."""
        for step in RUNGS:
            form = {"step": step.value, "reason": "unit"}
            asked = browser.post(f"/review/{task.pk}/more/", form, **JSON)
            if asked.status_code == 202:
                grant = Grant.objects.get(state=ladder.State.ASKED)
                review.answer(grant, give=True, user=self.house.lena, now=timezone.now())
            assert browser.get(f"/review/{task.pk}/{step}.png").status_code == 200
            self.ground.answers.append(said(asked))

    def look_around(self, document: Document) -> None:
        """Every page about the document that shows no content, or shows it masked."""
        house = self.house
        people = (house.clara, house.carl, house.lena, house.rosa, house.otto, house.mallory, None)
        for person in people:
            browser = self.as_(person, raise_request_exception=False)
            for address in (
                "/", "/jobs/", "/trail/", "/retention/", "/status/", "/healthz", "/readyz",
                f"/jobs/{document.reference}/", f"/jobs/{document.reference}/trail/",
                f"/jobs/{document.reference}/seen/", f"/review/seen/{document.reference}/",
            ):  # fmt: skip
                self.ground.answers.append(said(browser.get(address)))

    def reveal(self, document: Document) -> str:
        """What only the asker is shown; it is not among the pages without content."""
        answer = self.as_(self.house.clara).post(
            f"/jobs/{document.reference}/fields/invoice_number/reveal/",
            {"reason": RevealReason.AUDIT.value},
            **JSON,
        )
        return str(answer.json()["value"])

    def erase(self, document: Document) -> None:
        answer = self.as_(self.house.clara).post(
            f"/jobs/{document.reference}/delete/", {"confirmed": document.reference}
        )
        assert answer.status_code in (200, 302)
        document.refresh_from_db()
        assert document.erased_at


@pytest.fixture
def office(real_house: House, ground: Ground, birds: Birds, as_: Any) -> Office:
    return Office(real_house, ground, birds, as_)


def test_a_document_leaves_nothing_of_itself_from_sending_to_erasure(office, ground, birds):
    answer = office.send(papers.invoice(birds))
    assert answer.status_code == 201
    document = Document.objects.get()
    assert ground.look(birds) == {}
    assert office.walk(document) == State.PARKED
    assert ground.look(birds) == {}
    office.decide()
    assert office.walk(document) == State.SUCCEEDED
    assert office.reveal(document) == birds["typed"]
    office.look_around(document)
    assert ground.look(birds) == {}
    office.erase(document)
    office.look_around(document)
    assert ground.look(birds) == {}
    assert list((ground.folder / "bell").iterdir())  # the bell rang, and is looked through
    assert ground.logged.getvalue()


def test_a_transcript_is_all_that_holds_the_text_and_goes_with_the_document(office, ground, birds):
    terms = {"purpose": "handle-letter", "transcript": "on"}
    assert office.send(papers.invoice(birds), **terms).status_code == 201
    document = Document.objects.get()
    office.walk(document)
    office.decide()
    assert office.walk(document) == State.SUCCEEDED
    address = f"/jobs/{document.reference}/transcript.txt"
    taken = office.as_(office.house.clara).get(address)
    found = birds.found_in(taken.content)  # a bird that happens to look like a card is hidden
    assert found
    assert found <= {"number", "aside", "drawn", "layer", "form"}
    office.look_around(document)
    assert ground.look(birds) == {}
    office.erase(document)
    refused = office.as_(office.house.clara, raise_request_exception=False).get(address)
    assert refused.status_code == 410
    ground.answers.append(said(refused))
    assert ground.look(birds) == {}


def printed_on(pdf: bytes) -> bytes:
    """The text of a PDF, which is packed inside it, and what it says of itself."""
    with PdfDocument(pdf) as document:
        texts = [sheet.get_textpage().get_text_range() for sheet in document]
        return "".join([*texts, str(document.get_metadata_dict())]).encode()


def test_an_export_of_the_trail_holds_nothing_of_a_document(
    office, ground, birds, sealing, monkeypatch
):
    """Events, tables, cover sheet and all, with names and with what people wrote."""
    monkeypatch.setattr(covering, "are_leaves", lambda events: True)
    office.send(papers.invoice(birds))
    document = Document.objects.get()
    office.walk(document)
    office.decide()
    assert office.walk(document) == State.SUCCEEDED
    office.reveal(document)
    carl = office.house.carl
    asked = exporting.ask({}, mode=Mode.RANGE, reason=Why.AUDIT, names=True, words=True, user=carl)
    sealing.drain()
    runner.run(exporting.job_of(asked).pk)
    browser = office.as_(carl)
    address = f"/trail/exports/{asked.reference}/"
    content = browser.get(f"{address}bag.zip").getvalue()
    with zipfile.ZipFile(io.BytesIO(content)) as bag:
        ground.answers += [bag.read(name) for name in bag.namelist()]
        printed = printed_on(bag.read(f"{asked.reference}/data/cover.pdf"))
        assert any(document.reference.encode() in one for one in ground.answers)
        assert asked.reference.encode() in printed
        ground.answers.append(printed)
    event = Event.objects.filter(tag=Tag.FIELD_REVEALED).get()
    for page in (address, "/trail/exports/", f"/trail/events/{event.pk}/", "/trail/searches/",
                 f"/trail/?document={document.reference}", "/"):  # fmt: skip
        ground.answers.append(said(browser.get(page)))
    assert ground.look(birds) == {}


def test_a_photo_leaves_nothing_of_what_stands_beside_it(office, ground, birds):
    assert office.send(papers.photo(birds), "jpeg").status_code == 201
    document = Document.objects.get()
    office.walk(document)
    office.look_around(document)
    assert ground.look(birds) == {}


def test_a_broken_file_is_refused_and_leaves_nothing(office, ground, birds):
    whole = papers.invoice(birds)
    answer = office.send(whole[: len(whole) // 2].replace(b"endobj", b"endowl"))
    assert answer.status_code == 422
    assert not Document.objects.exists()
    assert ground.look(birds) == {}


def test_a_step_that_breaks_over_content_tells_nobody_of_it(office, ground, birds, monkeypatch):
    def broken(pages: Any, *_: object, **__: object) -> None:
        raise ValueError(f"cannot understand {' '.join(w.text for w in pages[0].words)}")

    monkeypatch.setattr(again, "understand", broken)
    office.send(papers.invoice(birds))
    document = Document.objects.get()
    for _ in range(3):
        Job.objects.update(due_at=document.created_at)
        state = office.walk(document)
    assert state == State.FAILED
    office.look_around(document)
    assert "ValueError" in ground.logged.getvalue()
    assert ground.look(birds) == {}


def test_a_page_that_breaks_over_content_tells_nobody_of_it(office, ground, birds, monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError(f"cannot keep {birds['name']} with {birds['layer']}")

    monkeypatch.setattr(receiving, "inspect", broken)
    assert office.send(papers.invoice(birds)).status_code == 500
    assert "RuntimeError" in ground.logged.getvalue()
    assert ground.look(birds) == {}


NONSENSE = [
    ("get", "/nothing/{}/"), ("get", "/jobs/{}/"), ("get", "/people/?who={}"),
    ("post", "/jobs/?q={}"), ("post", "/upload/known/"), ("post", "/upload/"),
    ("get", "/review/?{}"), ("get", "/status/?{}"),
    ("get", "/trail/?document={}"), ("post", "/trail/find/"), ("get", "/trail/exports/{}/"),
]  # fmt: skip
PARTS = ("digest", "purpose", "basis", "workspace", "doctype", "fields_wanted")


@pytest.mark.parametrize("forged", [False, True], ids=["", "forged"])
@pytest.mark.parametrize("about", [{}, JSON], ids=["page", "module"])
def test_a_page_of_an_error_repeats_nothing(office, ground, birds, about, forged):
    """Not found, not allowed, not for this method, and what makes no sense."""
    bird = birds["said"]
    strict = {"raise_request_exception": False, "enforce_csrf_checks": forged}
    browser = office.as_(office.house.clara, **strict)
    for method, address in NONSENSE:
        said_wrong = {"data": dict.fromkeys((*PARTS, bird), bird)} if method == "post" else {}
        answer = getattr(browser, method)(address.format(bird), **said_wrong, **about)
        assert answer.status_code >= 400 or address == "/upload/known/", address
        ground.answers.append(said(answer))
    assert ground.look(birds) == {}


# The search itself is proven: whatever is planted in clear is found, in its place.


def _in_the_log(office: Office, bird: str) -> None:
    about = {"step": bird}  # an allowed key, with a value of an allowed shape
    logging.getLogger("apps.jobs.runner").warning("A step said this.", extra=about)


def _in_the_queue(office: Office, bird: str) -> None:
    job = Job(pk=uuid.uuid4(), lane=bird)
    jobs._send(job)


def _in_a_temporary_file(office: Office, bird: str) -> None:
    with tempfile.NamedTemporaryFile(delete=False) as file:
        file.write(bird.encode())


def _in_the_vault(office: Office, bird: str) -> None:
    (office.ground.folder / "vault" / "plain").write_text(bird)


def _in_a_name_in_the_vault(office: Office, bird: str) -> None:
    (office.ground.folder / "vault" / bird).touch()


def _in_the_cache(office: Office, bird: str) -> None:
    cache.set("last-upload", bird)


def _in_an_e_mail(office: Office, bird: str) -> None:
    mail.send_mail("Your document", bird, "a@halden.example", ["b@halden.example"])


def _in_a_page(office: Office, bird: str) -> None:
    answer = Client(raise_request_exception=False).get("/sign-in/", {"next": bird})
    office.ground.answers.append(said(answer) + bird.encode())


def _in_the_trail(office: Office, bird: str) -> None:
    with transaction.atomic():
        audit.record(
            Tag.FILE_REFUSED, actor=SYSTEM, subject="x",
            organisation=office.house.halden.pk, reason=bird,
        )  # fmt: skip


def _in_a_row_that_was_deleted(office: Office, bird: str) -> None:
    organisation = office.house.halden
    row = type(organisation).objects.create(name=bird, slug="gone", region="EU")
    row.delete()


CONTROLS = {
    "logs": _in_the_log,
    "queue": _in_the_queue,
    "temporary files": _in_a_temporary_file,
    "vault": _in_the_vault,
    "vault's names": _in_a_name_in_the_vault,
    "cache": _in_the_cache,
    "e-mail": _in_an_e_mail,
    "pages": _in_a_page,
    "database dump": _in_the_trail,
    "database files": _in_a_row_that_was_deleted,
}


@pytest.mark.parametrize("place", CONTROLS)
def test_a_bird_in_clear_is_found_where_it_sits(office, ground, birds, place):
    assert set(CONTROLS) == set(ground.places)
    CONTROLS[place](office, birds["number"])
    assert place in ground.look(birds)
    cache.clear()


@pytest.mark.parametrize("shift", range(3))
def test_every_spelling_is_found(birds, shift):
    bird = birds["typed"]
    spellings = (
        bird.encode(), bird.lower().encode(), bird.encode("utf-16-le"), bird.encode("utf-16-be"),
        bird.encode().hex().encode(), base64.b64encode(b"-" * shift + bird.encode() + b"---"),
    )  # fmt: skip
    for spelling in spellings:
        assert birds.found_in(b"..." + spelling + b"...") == {"typed"}
    assert birds.found_in(b"nothing of the kind") == set()
    assert set(birds.of) == set(PLACES)


def said(answer: HttpResponse) -> bytes:
    """An answer's head and body."""
    body = answer.getvalue() if hasattr(answer, "getvalue") else answer.content
    return str(answer.headers).encode() + b"\n" + body
