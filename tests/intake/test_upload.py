"""The page that takes files in: with and without JavaScript, from people and from liars."""

import io
import logging
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import reverse

from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.errors import Unavailable
from apps.intake import services as intake
from apps.intake.models import Document, Submission
from apps.intake.services import receiving
from apps.vault import services as vault
from tests.conftest import SYSTEM, House
from tests.intake.browsers import JSON
from tests.intake.looking import everything_in_the_database, everything_on_disk, facts
from tests.intake.test_receive import MARKER, paper

UPLOAD = "/upload/"
PROGRAM = b"MZ" + b"\x90" * 100
RTL = "\u202efdp.exe"
NAMES = [
    "../../../etc/passwd.png",
    "..\\..\\Kestrel.png",
    "Kestrel\r\nX-Injected: yes.png",
    "Kestrel\x00.png",
    f"Kestrel{RTL}",
    '"><script>alert(1)</script>Kestrel.png',
    "Kestrel" + "ä" * 300 + ".png",
]

pytestmark = pytest.mark.usefixtures("jail_says")

Post = Callable[..., HttpResponse]


def said(house: House, **changes: Any) -> dict[str, Any]:
    """What the form sends when nothing in it was touched."""
    form = {
        "token": str(uuid.uuid4()),
        "workspace": str(house.payable.pk),
        "purpose": "pay-invoices",
        "basis": "contract",
        "manual_review": "on",
        "doctype": "",
        "pages": "",
    }
    return {key: value for key, value in {**form, **changes}.items() if value is not None}


def file(name: str = "paper.png", content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, paper(name) if content is None else content)


@pytest.fixture
def post(house, as_) -> Post:
    """Send files as Clara."""

    def send(*files: SimpleUploadedFile, headers: dict[str, str] | None = None, **changes: Any):
        form = said(house, **changes) | {"files": list(files)}
        return as_(house.clara).post(UPLOAD, form, **(headers or {}))

    return send


# What goes well


def test_several_files_sent_without_javascript_become_jobs(house, post):
    response = post(file("one.png"), file("two.png"), file("three.png"))
    assert (response.status_code, response["Location"]) == (302, reverse("jobs:list"))
    assert Document.objects.count() == 3
    assert Submission.objects.count() == 1  # sent together


def test_a_file_sent_by_the_page_s_module_is_answered_in_json(house, post):
    response = post(file(), headers=JSON)
    document = Document.objects.get()
    assert response.status_code == 201
    assert response.json() == {
        "reference": document.reference,
        "address": f"/jobs/{document.reference}/",
    }


def test_a_transcript_is_kept_only_if_the_box_is_ticked(house, post):
    post(file("one.png"), purpose="keep-contract")
    post(file("two.png"), purpose="keep-contract", transcript="on")
    asked = Submission.objects.order_by("pk").values_list("transcript", flat=True)
    assert list(asked) == [False, True]
    told = [facts(event)["transcript"] for event in Event.objects.filter(tag=Tag.CONSENT_GIVEN)]
    assert sorted(told) == [False, True]


def test_a_transcript_that_the_purpose_forbids_is_refused_in_words(post):
    page = post(file(), transcript="on").text
    assert "This purpose allows fields only, no transcript." in page


def test_the_page_says_what_a_transcript_means_and_where_one_may_be_asked_for(house, as_):
    page = " ".join(as_(house.clara).get(UPLOAD).text.split())
    assert "The whole text of the pages, for your team to download." in page
    assert "erased on a clock of its own" in page
    offered = re.findall(r'<option value="([\w-]+)"[^>]*data-text', page)
    assert offered == ["keep-contract", "handle-letter"]


def test_what_the_form_said_is_what_was_consented_to(house, post):
    post(
        file(),
        purpose="onboard-employee",
        basis="consent",
        manual_review=None,
        model_improvement="on",
        doctype="identity",
        fields_wanted=["surname", "given_names"],
        pages="1",
    )
    terms = Submission.objects.get()
    assert (terms.purpose, terms.basis) == ("onboard-employee", "consent")
    assert (terms.manual_review, terms.model_improvement) == (False, True)
    assert (terms.doctype, terms.fields, terms.pages) == (
        "identity",
        ["given_names", "surname"],
        "1",
    )


def test_what_arrives_is_what_was_sent_byte_for_byte(post):
    content = paper() + bytes(range(256)) * 3000  # several chunks of the upload handler
    post(file(content=content))
    document = Document.objects.get()
    with vault.open(document.original, actor=SYSTEM, purpose="test") as source:
        assert source.read() == content


def test_the_same_form_sent_twice_gives_one_job(house, as_):
    form = said(house)
    first, second = (
        as_(house.clara).post(UPLOAD, form | {"files": [file()]}, **JSON) for _ in range(2)
    )
    assert first.json() == second.json()
    assert Document.objects.count() == 1


def test_terms_that_change_in_mid_form_are_told(house, as_):
    form = said(house)
    as_(house.clara).post(UPLOAD, form | {"files": [file("one.png")]}, **JSON)
    changed = form | {"basis": "legal-duty", "files": [file("two.png")]}
    response = as_(house.clara).post(UPLOAD, changed, **JSON)
    assert response.status_code == 409
    assert "form was changed" in response.json()["message"]
    assert Document.objects.count() == 1


def test_the_page_offers_only_the_person_s_own_workspaces(house, as_):
    page = as_(house.clara).get(UPLOAD).content.decode()
    assert str(house.payable.pk) in page
    assert str(house.people.pk) not in page
    assert str(house.elsewhere.pk) not in page


def test_every_page_has_a_token_of_its_own(house, as_):
    client = as_(house.clara)
    tokens = {
        re.search(r'name="token" value="([^"]+)"', client.get(UPLOAD).content.decode())[1]
        for _ in range(2)
    }
    assert len(tokens) == 2


# What goes wrong with a file


def test_a_bad_file_blocks_no_other(house, post, stored):
    response = post(file("one.png"), file("two.exe", PROGRAM), file("three.png"))
    assert response.status_code == 422
    page = text_of(response)
    assert "two.exe" in page
    assert "Not a document we read" in page
    assert "2 of 3 files are in" in page
    assert Document.objects.count() == len(stored()) == 2
    assert Event.objects.filter(tag=Tag.FILE_REFUSED).count() == 1


@pytest.mark.parametrize("bad", [0, 1, 2])
def test_a_file_that_is_too_large_blocks_no_other(house, post, stored, settings, bad):
    settings.LARGEST_FILE = 5_000
    files = [file(f"{number}.png") for number in range(3)]
    files[bad] = file("large.png", paper() + bytes(300_000))
    response = post(*files)
    assert response.status_code == 422
    assert "Larger than" in text_of(response)
    assert Document.objects.count() == len(stored()) == 2


def test_a_bad_file_is_told_in_json(post, stored):
    response = post(file("x.exe", PROGRAM), headers=JSON)
    assert response.status_code == 422
    assert response.json()["message"].startswith("Not a document we read.")
    assert stored() == []


def test_a_duplicate_is_told_by_its_reference(house, post):
    post(file())
    first = Document.objects.get()
    response = post(file(), headers=JSON)
    assert response.status_code == 422
    assert first.reference in response.json()["message"]
    assert post(file(), headers=JSON, again="on").status_code == 201


def test_a_full_disk_is_told_as_our_trouble(house, post, stored, monkeypatch):
    def full(*_: object, **__: object) -> None:
        raise Unavailable("There is no room to store this now.")

    monkeypatch.setattr(vault, "begin", full)
    response = post(file(), headers=JSON)
    assert response.status_code == 503
    assert stored() == []


# What goes wrong with the form


@pytest.mark.parametrize(
    "change",
    [
        {"basis": "consent"},  # the purpose cannot rest on it
        {"basis": ""},
        {"basis": "because"},
        {"transcript": "on"},  # the purpose allows none
        {"purpose": "because"},
        {"purpose": None},
        {"doctype": "poem"},
        {"fields_wanted": ["iban", "everything"]},
        {"pages": "one to three"},
        {"pages": "1," * 200},
        {"token": "not-a-token"},
        {"token": None},
        {"workspace": "not-a-workspace"},
        {"workspace": None},
    ],
)
@pytest.mark.parametrize("headers", [{}, JSON], ids=["page", "module"])
def test_a_form_that_was_tampered_with_is_refused_whole(post, stored, change, headers):
    response = post(file("one.png"), file("two.png"), headers=headers, **change)
    assert response.status_code == 400
    assert not Submission.objects.exists()
    assert stored() == []


@pytest.mark.parametrize("of", ["people", "elsewhere"])
def test_a_workspace_of_others_is_as_good_as_none(house, post, stored, of):
    theirs, none = (
        post(file(), headers=JSON, workspace=str(pk))
        for pk in (getattr(house, of).pk, uuid.uuid4())
    )
    assert (theirs.status_code, none.status_code) == (400, 400)
    assert theirs.json() == none.json()
    assert not Document.objects.exists()
    assert stored() == []


def test_a_form_without_a_file_is_told_so(post):
    response = post(headers=JSON)
    assert response.status_code == 400
    assert "Choose at least one file" in response.json()["message"]


def test_a_form_that_has_the_file_as_a_text_is_a_form_without_a_file(post, house, as_):
    response = as_(house.clara).post(UPLOAD, said(house, files="%PDF-1.7 text"))
    assert response.status_code == 400
    assert not Document.objects.exists()


def test_a_broken_form_keeps_what_was_chosen_and_shows_what_is_wrong(post):
    page = post(file(), pages="one to three").content.decode()
    assert "Write pages like" in page
    assert 'value="one to three"' in page


# Who may not, and what cannot be read to its end


def test_a_form_that_is_not_ours_is_refused_and_leaves_nothing(house, as_, stored):
    client = as_(house.clara, enforce_csrf_checks=True)
    client.get(UPLOAD)  # so that the body is read, and no token found in it
    response = client.post(UPLOAD, said(house) | {"files": [file()]})
    assert response.status_code == 403
    assert not Document.objects.exists()
    assert stored() == []


@pytest.mark.parametrize("by", ["field", "header"])
def test_our_own_form_is_known_by_its_token(house, as_, by):
    client = as_(house.clara, enforce_csrf_checks=True)
    page = client.get(UPLOAD).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
    form = said(house) | {"files": [file()]}
    if by == "field":
        response = client.post(UPLOAD, form | {"csrfmiddlewaretoken": token}, **JSON)
    else:
        response = client.post(UPLOAD, form, HTTP_X_CSRFTOKEN=token, **JSON)
    assert response.status_code == 201


@pytest.mark.parametrize("name", ["rita", "lena", "rosa", "carl", "otto"])
def test_a_person_without_the_role_sends_nothing(house, as_, stored, name):
    client = as_(getattr(house, name))
    assert client.get(UPLOAD).status_code == 403
    assert client.post(UPLOAD, said(house) | {"files": [file()]}).status_code == 403
    assert stored() == []
    assert not Document.objects.exists()


def test_a_platform_operator_sends_nothing(house, as_, stored):
    operator = type(house.clara).objects.create_user("op@portal.example", name="Op")
    type(operator).objects.filter(pk=operator.pk).update(is_superuser=True)
    client = as_(operator)
    assert client.post(UPLOAD, said(house) | {"files": [file()]}).status_code == 403
    assert stored() == []


def test_somebody_who_was_signed_out_meanwhile_is_told_and_sends_nothing(house, as_, stored):
    form = said(house)
    response = as_(None).post(UPLOAD, form | {"files": [file()]}, **JSON)
    assert response.status_code == 401
    assert response.json()["error"] == "SignedOut"
    response = as_(None).post(UPLOAD, form | {"files": [file()]})
    assert (response.status_code, response["Location"]) == (302, "/sign-in/?next=/upload/")
    assert stored() == []


def test_files_in_a_question_are_not_read(house, as_, stored):
    body = encode_multipart(BOUNDARY, said(house) | {"files": [file()]})
    response = as_(house.clara).generic("GET", UPLOAD, body, MULTIPART_CONTENT)
    assert response.status_code == 200
    assert stored() == []


def test_too_many_files_are_refused_whole(house, post, stored, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 3
    response = post(*(file(f"{number}.png") for number in range(4)))
    assert response.status_code == 400
    assert not Document.objects.exists()
    assert stored() == []


def test_as_many_files_as_are_promised_can_be_sent(settings):
    assert settings.DATA_UPLOAD_MAX_NUMBER_FILES >= settings.MOST_FILES


def test_too_many_values_are_refused_whole(house, post, stored):
    response = post(file(), fields_wanted=["iban"] * 500)
    assert response.status_code == 400
    assert stored() == []


def test_an_upload_that_breaks_off_leaves_nothing(house, as_, stored):
    body = encode_multipart(BOUNDARY, said(house) | {"files": [file(content=paper() * 200)]})
    client = as_(house.clara, enforce_csrf_checks=True)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text_of(client.get(UPLOAD)))
    response = client.request(
        REQUEST_METHOD="POST",
        PATH_INFO=UPLOAD,
        CONTENT_TYPE=MULTIPART_CONTENT,
        CONTENT_LENGTH=str(len(body)),
        HTTP_X_CSRFTOKEN=token[1],
        **{"wsgi.input": BreaksOff(body[: len(body) // 2])},
    )
    assert response.status_code == 400
    assert stored() == []


def test_a_body_that_is_cut_short_leaves_nothing_half(house, as_, stored):
    """The end of the last file is missing, and the boundary after it; the first one is whole."""
    files = [file("one.png"), file("two.png", paper() * 200)]
    body = encode_multipart(BOUNDARY, said(house) | {"files": files})
    response = as_(house.clara).generic("POST", UPLOAD, body[:-5000], MULTIPART_CONTENT)
    assert response.status_code == 422
    assert "Damaged or cut short" in text_of(response)
    assert Document.objects.count() == len(stored()) == 1


@pytest.mark.parametrize("bad", [PROGRAM, b""])
def test_a_bad_file_at_the_end_blocks_no_other(house, post, stored, bad):
    response = post(file("one.png"), file("two.png"), file("three.exe", bad))
    assert response.status_code == 422
    assert "2 of 3 files are in" in text_of(response)
    assert Document.objects.count() == len(stored()) == 2


def test_a_failure_of_our_own_leaves_nothing_of_the_files_behind_it(
    house, as_, stored, monkeypatch
):
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(receiving.jobs, "enqueue", broken)
    client = as_(house.clara, raise_request_exception=False)
    form = said(house) | {"files": [file("one.png"), file("two.png")]}
    assert client.post(UPLOAD, form).status_code == 500
    assert stored() == []


class BreaksOff(io.BytesIO):
    """A connection that is lost where its bytes end."""

    def read(self, size: int | None = -1) -> bytes:
        piece = super().read(size)
        if not piece:
            raise ConnectionResetError
        return piece


# Names are content


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_a_hostile_name_is_kept_sealed_and_shown_nowhere_else(house, as_, caplog, name):
    caplog.set_level(logging.DEBUG)
    client = as_(house.clara)
    response = client.post(UPLOAD, said(house) | {"files": [named(name)]}, **JSON)
    assert response.status_code == 201, response.content
    document = Document.objects.get()
    kept = intake.name_of(document)
    assert kept.isprintable()
    assert "/" not in kept and "\\" not in kept
    assert len(kept) <= 180
    for place in (str(response.headers), text_of(response), caplog.text):
        assert "Kestrel" not in place
        assert "passwd" not in place
    assert "Kestrel" not in everything_in_the_database()
    assert "X-Injected" not in response.headers


def test_a_name_of_ten_thousand_letters_is_refused_and_leaves_nothing(house, as_, stored):
    name = "K" * 10_000 + ".png"
    response = as_(house.clara).post(UPLOAD, said(house) | {"files": [named(name)]})
    assert response.status_code == 400
    assert stored() == []


def test_a_refused_file_s_name_is_told_to_its_sender_only(house, post, caplog):
    response = post(file("Kestrel.exe", PROGRAM))
    assert "Kestrel.exe" in text_of(response)
    assert "Kestrel" not in everything_in_the_database()
    assert "Kestrel" not in caplog.text


def test_a_name_in_the_page_is_text_and_no_markup(house, as_):
    bad = '"><script>alert(1)</script>.exe'
    client = as_(house.clara)
    response = client.post(UPLOAD, said(house) | {"files": [named(bad, PROGRAM)]})
    assert response.status_code == 422
    assert "<script>alert" not in text_of(response)


def text_of(response: HttpResponse) -> str:
    return response.content.decode()


def named(name: str, content: bytes | None = None) -> SimpleUploadedFile:
    """A file whose name nothing has cleaned on its way out."""
    made = file("clean.png", content if content is not None else paper())
    made._name = name
    return made


# Fingerprints


def test_known_fingerprints_are_told_among_what_the_person_sees(house, as_):
    mine = house.send(paper("mine"))
    theirs = house.send(paper("theirs"), sender=house.cleo, workspace=house.people)
    asked = {"digest": [mine.received_digest, theirs.received_digest, "0" * 64]}
    response = as_(house.clara).post("/upload/known/", asked)
    assert response.json() == {"known": {mine.received_digest: mine.reference}}


def test_no_more_fingerprints_are_looked_up_than_files_can_be_sent(house, as_, settings):
    settings.MOST_FILES = 3
    mine = house.send(paper("mine"))
    asked = {"digest": ["0" * 64] * 3 + [mine.received_digest]}
    assert as_(house.clara).post("/upload/known/", asked).json() == {"known": {}}


def test_plain_bytes_of_an_upload_are_nowhere_on_disk(house, post, tmp_path, monkeypatch):
    """Also not in a temporary file, where Django would put an upload of this size."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    post(file(content=paper() + MARKER * 300_000))
    assert Document.objects.count() == 1
    assert MARKER not in everything_on_disk(tmp_path)
