"""Submitting twice, submitting nonsense, and what is left of it."""

import io
import logging
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from apps.accounts.scopes import Scope
from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.errors import Unavailable
from apps.base.scope import acting_for
from apps.intake.models import Document, Submission
from apps.intake.services import receiving
from apps.vault import services as vault
from tests.api.calls import PROBLEM
from tests.intake.conftest import stored
from tests.intake.looking import everything_in_the_database, everything_on_disk

__all__ = ["stored"]

PNG = b"\x89PNG\r\n\x1a\n"
PROGRAM = b"MZ" + b"\x90" * 100
MARKER = b"KESTREL-7731"

pytestmark = pytest.mark.usefixtures("desk")


def file(content: bytes = PNG + b"paper", name: str = "paper.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def parts(response) -> list[str]:
    return [error["part"] for error in response.json()["errors"]]


# Twice


def test_the_same_submission_twice_is_one_job(ledger):
    first, second = (ledger.submit(PNG + b"one", token="march-17") for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert Document.objects.count() == Submission.objects.count() == 1


def test_a_token_holds_for_the_account_whatever_key_it_uses(program):
    first, second = (program().submit(PNG + b"one", token='"quoted"') for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert program().submit(PNG + b"one", token="quoted").status_code == 200


@pytest.mark.parametrize(
    "change", [{"content": PNG + b"two"}, {"manual_review": "false"}, {"pages": "1"}]
)
def test_a_token_that_meant_something_else_is_told(ledger, stored, change):
    first = {"content": PNG + b"one", "token": "march-17"}
    ledger.submit(**first)
    response = ledger.submit(**{**first, **change})
    assert (response.status_code, response.headers["Content-Type"]) == (409, PROBLEM)
    assert "used to send something else" in response.json()["detail"]
    assert Document.objects.count() == len(stored()) == 1


def test_a_token_that_meant_something_else_is_found_at_the_last_moment(ledger, monkeypatch):
    """Two at once: the other one was registered after this one was checked."""
    ledger.submit(PNG + b"one", token="march-17")
    check, calls = receiving._check_alone, []

    def late(*args):
        calls.append(args)
        if len(calls) > 1:
            check(*args)

    monkeypatch.setattr(receiving, "_check_alone", late)
    assert ledger.submit(PNG + b"two", token="march-17").status_code == 409
    assert Document.objects.count() == 1


def test_the_same_file_again_is_told_unless_it_is_meant(ledger):
    reference = ledger.submit(PNG + b"one").json()["reference"]
    response = ledger.submit(PNG + b"one")
    assert (response.status_code, response.json()["code"]) == (422, "Refused.duplicate")
    assert reference in response.json()["detail"]
    assert ledger.submit(PNG + b"one", again="true").status_code == 201


def test_a_duplicate_tells_nothing_of_what_others_sent(house, ledger):
    house.send(PNG + b"one")
    assert ledger.submit(PNG + b"one").status_code == 201


@pytest.mark.parametrize("token", [" ", '""', "x" * 129, "a\tb", "schlüssel"])
def test_a_token_that_is_none_is_told(ledger, stored, token):
    response = ledger.submit(token=token)
    assert response.status_code == 400
    assert parts(response) == ["Idempotency-Key"]
    assert stored() == []


# Nonsense


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"basis": "consent"}, "basis"),  # the purpose cannot rest on it
        ({"basis": "because"}, "basis"),
        ({"transcript": "true"}, "transcript"),  # the purpose allows none
        ({"purpose": "keep-contract", "transcript": "perhaps"}, "transcript"),
        ({"purpose": None}, "purpose"),
        ({"purpose": "because\x00"}, "purpose"),
        ({"class": "poem"}, "class"),
        ({"fields": ["iban", "everything"]}, "fields"),
        ({"pages": "one to three"}, "pages"),
        ({"pages": "1," * 200}, "pages"),
        ({"pages": "1\x00"}, "pages"),
        ({"workspace": "not-a-workspace"}, "workspace"),
        ({"manual_review": "perhaps"}, "manual_review"),
        ({"manual_reviw": "true"}, ""),  # misspelt consent is no consent
        ({"files": {}}, "file"),
        ({"files": {"file": [file(), file()]}}, "file"),
        ({"files": {"file": "%PDF-1.7 text"}}, "file"),
    ],
)
def test_a_form_that_is_not_understood_is_refused_whole(ledger, stored, change, part):
    response = ledger.submit(**change)
    assert (response.status_code, response.headers["Content-Type"]) == (400, PROBLEM)
    assert parts(response) == [part]
    assert not Submission.objects.exists()
    assert stored() == []


def test_a_problem_repeats_nothing_that_was_sent(ledger):
    kestrel = MARKER.decode()
    said = {"purpose": kestrel, "pages": kestrel, "class": kestrel, "fields": [kestrel]}
    response = ledger.submit(workspace=kestrel, **{kestrel: kestrel}, **said)
    assert response.status_code == 400
    assert kestrel not in response.text


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [(PROGRAM, 422, "Refused.type"), (b"", 422, "Refused.empty")],
)
def test_a_file_that_is_none_is_refused_and_recorded(ledger, stored, content, status, code):
    response = ledger.submit(content)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert stored() == []
    [event] = Event.objects.filter(tag=Tag.FILE_REFUSED)
    assert event.actor == ledger.key.actor


def test_a_file_that_is_too_large_is_refused_on_its_way(ledger, stored, settings):
    settings.LARGEST_FILE = 5_000
    response = ledger.submit(PNG + bytes(300_000))
    assert (response.status_code, response.json()["code"]) == (413, "Refused.too_large")
    assert stored() == []


def test_a_request_that_says_it_is_too_large_is_not_read(ledger, settings, monkeypatch):
    settings.LARGEST_FILE = 5_000
    monkeypatch.setattr("portal.api.documents.SealingHandler", None)
    assert ledger.submit(PNG + bytes(3 << 20)).status_code == 413
    assert Event.objects.filter(tag=Tag.FILE_REFUSED).count() == 1


def test_too_many_parts_are_refused_whole(ledger, stored):
    response = ledger.submit(fields=["iban"] * 500)
    assert (response.status_code, response.headers["Content-Type"]) == (413, PROBLEM)
    assert stored() == []


def test_too_much_text_is_refused_whole(ledger, stored):
    response = ledger.submit(pages="1" * (2 << 20))
    assert (response.status_code, response.headers["Content-Type"]) == (413, PROBLEM)
    assert stored() == []


@pytest.mark.parametrize(
    "kind", ["application/json", "application/x-www-form-urlencoded", "text/plain", "nonsense"]
)
def test_what_is_no_form_is_told(ledger, kind):
    headers = {"Idempotency-Key": "x"}
    response = ledger.call("post", "documents/", b"{}", content_type=kind, headers=headers)
    assert (response.status_code, response.headers["Content-Type"]) == (415, PROBLEM)


def test_a_form_without_a_boundary_is_told(ledger):
    response = ledger.call(
        "post",
        "documents/",
        b"nothing",
        content_type="multipart/form-data",
        headers={"Idempotency-Key": "x"},
    )
    assert (response.status_code, response.headers["Content-Type"]) == (400, PROBLEM)


def test_an_upload_that_breaks_off_leaves_nothing(ledger, stored):
    form = {"purpose": "pay-invoices", "basis": "contract", "file": file(PNG + bytes(900_000))}
    body = encode_multipart(BOUNDARY, form)
    with acting_for(None):
        response = Client().request(
            REQUEST_METHOD="POST",
            PATH_INFO="/api/v1/documents/",
            CONTENT_TYPE=MULTIPART_CONTENT,
            CONTENT_LENGTH=str(len(body)),
            HTTP_AUTHORIZATION=f"Bearer {ledger.token}",
            HTTP_IDEMPOTENCY_KEY="x",
            **{"wsgi.input": BreaksOff(body[: len(body) // 2])},
        )
    assert (response.status_code, response.headers["Content-Type"]) == (400, PROBLEM)
    assert stored() == []


def test_a_full_disk_is_told_as_our_trouble(ledger, stored, monkeypatch):
    def full(*_: object, **__: object) -> None:
        raise Unavailable("There is no room to store this now.")

    monkeypatch.setattr(vault, "begin", full)
    response = ledger.submit()
    assert (response.status_code, response.headers["Content-Type"]) == (503, PROBLEM)
    assert stored() == []


def test_a_failure_of_our_own_leaves_nothing_and_says_nothing(ledger, stored, monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError(MARKER.decode())

    monkeypatch.setattr(receiving.jobs, "enqueue", broken)
    form = {"purpose": "pay-invoices", "basis": "contract", "file": file()}
    headers = {"Idempotency-Key": "x"}
    response = ledger.call("post", "documents/", form, headers=headers, strict=False)
    assert (response.status_code, response.headers["Content-Type"]) == (500, PROBLEM)
    assert MARKER.decode() not in response.text
    assert stored() == []


# Nothing is read for whoever may not send


@pytest.mark.parametrize("scope", [Scope.STATE, Scope.RESULT])
def test_a_key_without_the_scope_sends_nothing(program, stored, scope):
    assert program(scope).submit().status_code == 403
    assert stored() == []


def test_a_file_without_a_key_is_not_read(ledger, stored, monkeypatch):
    monkeypatch.setattr("portal.api.documents.SealingHandler", None)
    form = {"purpose": "pay-invoices", "basis": "contract", "file": file()}
    response = ledger.call("post", "documents/", form, token="", headers={"Idempotency-Key": "x"})
    assert response.status_code == 401
    assert stored() == []


# Content stays where it is sealed


def test_plain_bytes_and_names_are_nowhere_but_sealed(ledger, tmp_path, monkeypatch, caplog):
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    kestrel = file(PNG + MARKER * 300_000, name=f"{MARKER.decode()}.png")
    response = ledger.submit(files={"file": kestrel})
    assert response.status_code == 201
    assert MARKER not in everything_on_disk(tmp_path)
    assert MARKER.decode() not in everything_in_the_database()
    assert MARKER.decode() not in caplog.text + response.text + str(response.headers)


def test_what_arrives_is_what_was_sent_byte_for_byte(ledger):
    content = PNG + bytes(range(256)) * 3000 + uuid.uuid4().bytes
    ledger.submit(content)
    source = Document.objects.get().original
    with vault.open(source, actor=ledger.key.actor, purpose="test") as opened:
        assert opened.read() == content


class BreaksOff(io.BytesIO):
    """A connection that is lost where its bytes end."""

    def read(self, size: int | None = -1) -> bytes:
        piece = super().read(size)
        if not piece:
            raise ConnectionResetError
        return piece
