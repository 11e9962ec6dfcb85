"""Pages that promise, erase, prove it, and show clocks."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.retention import services as retention
from apps.retention.models import Erasure
from apps.vault.models import Artifact
from tests.delivery.papers import DATE, HIDDEN, clear
from tests.looking import said

HOSTILE = '"><script>alert(1)</script>'
BARRED = {
    "rita": 403, "remy": 403, "lena": 403, "rosa": 403, "carl": 403, "otto": 403, "ida": 403,
    "cleo": 404, "mallory": 404,
}  # fmt: skip


@pytest.fixture
def document(desk):
    return clear(desk)


@pytest.fixture
def clara(desk, as_):
    return as_(desk.house.clara)


def delete(client, document, confirmed: str | None = ""):
    form = {} if confirmed is None else {"confirmed": confirmed or document.reference}
    return client.post(f"/jobs/{document.reference}/delete/", form)


def withdraw(client, document):
    return client.post(f"/jobs/{document.reference}/withdraw/")


def receipt(client, document):
    return client.get(f"/jobs/{document.reference}/receipt/")


# Deleting


@pytest.mark.parametrize("write", [str, str.lower, " {} ".format])
def test_the_typed_number_deletes_and_leads_to_the_receipt(clara, document, write):
    response = delete(clara, document, write(document.reference))
    assert response.status_code == 302
    assert response["Location"] == f"/jobs/{document.reference}/receipt/"
    assert Erasure.objects.get().document == document
    assert f"{document.reference} is erased" in said(receipt(clara, document))


@pytest.mark.parametrize("typed", [" ", "yes", "7KQ-52F", "\x00", HOSTILE, None])
def test_anything_else_deletes_nothing_and_is_not_echoed(clara, document, typed):
    response = delete(clara, document, typed)
    assert response.status_code == (422 if typed is not None else 200)
    assert not Erasure.objects.exists()
    assert not Event.objects.filter(tag=Tag.DELETION_ASKED).exists()
    assert "alert(1)" not in said(response)


def test_a_link_asks_and_erases_nothing(clara, document):
    for part, words in (("delete", "Delete this job now?"), ("withdraw", "Withdraw consent?")):
        assert words in said(clara.get(f"/jobs/{document.reference}/{part}/"))
    assert not Erasure.objects.exists()
    assert Artifact.objects.of_document(document.pk).alive().count() == 4


# Taking consent back


def test_consent_is_taken_back_and_leads_to_the_receipt(clara, document):
    response = withdraw(clara, document)
    assert (response.status_code, response["Location"]) == (
        302,
        f"/jobs/{document.reference}/receipt/",
    )
    assert Erasure.objects.get().cause == "withdrawn"
    assert "Consent was withdrawn by Clara" in said(receipt(clara, document))


def test_a_page_names_all_that_goes(desk, clara):
    one = desk.send()
    other = desk.send(token=one.submission.token)
    page = said(clara.get(f"/jobs/{one.reference}/withdraw/"))
    assert one.reference in page
    assert other.reference in page


def test_taking_it_back_twice_is_told(clara, document):
    withdraw(clara, document)
    response = withdraw(clara, document)
    assert response.status_code == 409
    assert "withdrawn before" in said(response)


# The receipt


@pytest.mark.parametrize(
    ("erase", "words"),
    [
        (lambda clara, document: delete(clara, document), "Clara deleted it"),
        (lambda clara, document: withdraw(clara, document), "Consent was withdrawn by Clara"),
        (
            lambda *_: retention.erase_due(now=timezone.now() + timedelta(days=400)),
            "Its last clock ran out",
        ),
    ],
    ids=["deleted", "withdrawn", "policy"],
)
def test_a_receipt_says_why(clara, document, erase, words):
    erase(clara, document)
    page = said(receipt(clara, document))
    assert words in page
    assert str(Erasure.objects.get().event) in page


def test_a_receipt_proves_each_part_by_its_digest(clara, document):
    delete(clara, document)
    page = said(receipt(clara, document))
    digests = Artifact.objects.of_document(document.pk).exclude(digest="")
    assert len(digests) == 3
    for artifact in digests:
        assert artifact.digest in page
    assert "within a minute" not in page
    assert not [value for value in (*HIDDEN, DATE, "paper.png") if value in page]


def test_bytes_that_are_not_gone_yet_are_not_said_to_be(clara, document):
    delete(clara, document)
    Artifact.objects.filter(kind="original").update(gone_at=None)
    assert said(receipt(clara, document)).count("within a minute") == 1


def test_before_erasure_there_is_no_receipt(clara, document):
    assert receipt(clara, document).status_code == 404
    assert not Event.objects.filter(tag=Tag.RECEIPT_READ, document=document.pk).exists()


def test_reading_a_receipt_is_recorded(desk, clara, document):
    delete(clara, document)
    receipt(clara, document)
    event = Event.objects.get(tag=Tag.RECEIPT_READ)
    assert (event.actor, event.subject) == (desk.house.clara.actor, document.reference)


# Who


@pytest.mark.parametrize("part", ["delete", "withdraw"])
def test_nobody_else_erases_anything(desk, as_, part):
    document = desk.send()
    address, form = f"/jobs/{document.reference}/{part}/", {"confirmed": document.reference}
    browsers = {name: as_(getattr(desk.house, name)) for name in BARRED}
    assert {name: one.get(address).status_code for name, one in browsers.items()} == BARRED
    assert {name: one.post(address, form).status_code for name, one in browsers.items()} == BARRED
    assert not Erasure.objects.exists()


def test_nobody_else_reads_a_receipt(desk, as_, document):
    retention.delete(document, user=desk.house.clara)
    for name in set(BARRED) - {"ida"}:
        response = receipt(as_(getattr(desk.house, name)), document)
        assert response.status_code == BARRED[name], name
    assert not Event.objects.filter(tag=Tag.RECEIPT_READ).exists()


@pytest.mark.parametrize("part", ["delete", "withdraw"])
def test_erasing_needs_a_form_of_ours(desk, as_, document, part):
    client = as_(desk.house.clara, enforce_csrf_checks=True)
    address = f"/jobs/{document.reference}/{part}/"
    assert client.post(address, {"confirmed": document.reference}).status_code == 403
    assert not Erasure.objects.exists()


# The promise


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"doctype": "invoice"}, "Originals deleted 24 h after reading. Fields kept 90 days."),
        ({"doctype": "identity"}, "Originals deleted 4 h after reading. Fields kept 30 days."),
        ({"purpose": HOSTILE, "doctype": HOSTILE}, "Originals deleted 30 days after reading."),
        ({"purpose": "\x00", "doctype": "\x00"}, "Policy default v5"),
        (
            {"purpose": "keep-contract", "transcript": "on"},
            "Transcript deleted 7 days after reading.",
        ),
    ],
)
def test_a_promise_is_shown_before_anything_is_sent(clara, query, words):
    page = said(clara.get("/upload/promise/", query))
    assert words in page
    assert "alert(1)" not in page


def test_whoever_sends_nothing_is_promised_nothing(house, as_):
    for person in (house.rita, house.lena, house.rosa, house.carl, house.otto):
        assert as_(person).get("/upload/promise/").status_code == 403


# Clocks


@pytest.mark.parametrize("name", ["rosa", "carl"])
def test_who_governs_clocks_sees_them_without_content(desk, as_, document, name):
    page = said(as_(getattr(desk.house, name)).get("/retention/"))
    assert page.count(document.reference) == 4
    rules = said(as_(getattr(desk.house, name)).get("/retention/policies/5/"))
    assert "identity, health or pay are the most harmful to lose" in rules
    assert not [value for value in (*HIDDEN, DATE, "paper.png") if value in page]


def test_nobody_else_sees_clocks(desk, as_, document):
    for name in ("clara", "cleo", "rita", "lena", "otto", "ida", "mallory"):
        response = as_(getattr(desk.house, name)).get("/retention/")
        assert response.status_code == 403, name
        assert document.reference not in said(response)


def test_where_nothing_is_kept_the_page_says_so(desk, as_, document):
    retention.delete(document, user=desk.house.clara)
    page = said(as_(desk.house.rosa).get("/retention/"))
    assert "Nothing is kept" in page
    assert document.reference not in page


def test_more_documents_cost_no_more_queries(desk, as_, document):
    rosa = as_(desk.house.rosa)
    rosa.get("/retention/")
    with CaptureQueriesContext(connection) as few:
        rosa.get("/retention/")
    for _ in range(3):
        desk.send()
    with CaptureQueriesContext(connection) as many:
        page = said(rosa.get("/retention/"))
    assert len(re.findall(r"<time\b", page)) == 10
    assert len(many) == len(few) <= 27
