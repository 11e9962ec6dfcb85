"""What a program sends is found nowhere either: bodies, headers, addresses, keys."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.intake.models import Document
from apps.intake.services import receiving
from apps.jobs.flow import State
from tests.api.calls import PROBLEM, Program, issue
from tests.canary import papers
from tests.canary.birds import Birds
from tests.canary.test_canary import Office, birds, office, said

__all__ = ["birds", "office"]

ABOUT = {"class": "invoice", "fields": ["invoice_number"]}


@pytest.fixture
def ledger(office: Office, birds: Birds) -> Program:
    """A program whose key is a bird as well: it is shown once, and then it is nowhere."""
    issued = issue(office.house)
    birds.of["key"] = issued.token.text
    return Program(issued.token.text, key=issued.key)


def paper(birds: Birds) -> dict[str, SimpleUploadedFile]:
    return {"file": SimpleUploadedFile(f"{birds['name']}.pdf", papers.invoice(birds))}


def test_what_a_program_submits_leaves_nothing_of_itself(office, ground, birds, ledger):
    answer = ledger.submit(files=paper(birds), token=birds["said"], **ABOUT)
    assert answer.status_code == 201
    ground.answers.append(said(answer))
    document = Document.objects.get()
    assert office.walk(document) == State.PARKED
    office.decide()
    assert office.walk(document) == State.SUCCEEDED
    for path in ("jobs/", f"jobs/{document.reference}/", f"jobs/{document.reference}/result/"):
        answer = ledger.get(path)
        assert answer.status_code == 200
        ground.answers.append(said(answer))
    office.look_around(document)
    assert ground.look(birds) == {}


WRONG: dict[str, dict[str, Any]] = {
    "purpose": {"purpose": "{}"},
    "basis": {"basis": "{}"},
    "class": {"class": "{}"},
    "fields": {"fields": ["{}"]},
    "pages": {"pages": "{}"},
    "workspace": {"workspace": "{}"},
    "a choice": {"manual_review": "{}"},
    "a part that nobody knows": {"{}": "{}"},
    "text for a file": {"files": {"file": "{}"}},
}


def test_forms_that_make_no_sense_leave_nothing(ground, birds, ledger):
    for what, wrong in WRONG.items():
        answer = ledger.submit(**filled(wrong, birds["said"]))
        assert (answer.status_code, answer.headers["Content-Type"]) == (400, PROBLEM), what
        ground.answers.append(said(answer))
    assert ground.look(birds) == {}


CALLS: list[tuple[str, str, dict[str, Any]]] = [
    ("get", "jobs/{}/", {}),
    ("get", "jobs/?state={}&count={}&after={}", {}),
    ("get", "jobs/222-222/result/?{}", {}),
    ("get", "{}/", {}),
    ("get", "jobs/", {"token": "{}"}),
    ("get", "jobs/", {"token": "arrowslit_{}"}),
    ("delete", "jobs/?{}", {}),
    ("post", "documents/", {"data": '{"{}": "{}"}', "content_type": "application/json"}),
    ("post", "documents/", {"data": "{}", "content_type": "multipart/form-data; boundary={}"}),
    ("post", "documents/", {"headers": {"Idempotency-Key": "{} ü", "X-Note": "{}"}}),
]


def test_calls_that_make_no_sense_leave_nothing(ground, birds, ledger):
    bird = birds["said"]
    for method, path, about in CALLS:
        asked = path.replace("{}", bird)
        answer = ledger.call(method, asked, **filled(about, bird), strict=False)
        assert 400 <= answer.status_code < 500, path
        ground.answers.append(said(answer))
    assert ground.look(birds) == {}


def test_a_call_that_breaks_over_content_tells_nobody_of_it(ground, birds, ledger, monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError(f"cannot keep {birds['name']} of {birds['key']}")

    monkeypatch.setattr(receiving, "inspect", broken)
    form = {"purpose": "pay-invoices", "basis": "contract", **paper(birds)}
    headers = {"Idempotency-Key": birds["said"]}
    answer = ledger.call("post", "documents/", form, headers=headers, strict=False)
    assert answer.status_code == 500
    ground.answers.append(said(answer))
    assert "RuntimeError" in ground.logged.getvalue()
    assert ground.look(birds) == {}


def filled(about: Any, bird: str) -> Any:
    """The same with a bird wherever there is room for one."""
    if isinstance(about, dict):
        return {filled(key, bird): filled(value, bird) for key, value in about.items()}
    if isinstance(about, list):
        return [filled(one, bird) for one in about]
    return about.replace("{}", bird)
