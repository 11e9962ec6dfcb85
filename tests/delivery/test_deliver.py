"""One sealed result a document, handed out masked."""

import hashlib
import json

import pytest

from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.errors import Gone, NotFound
from apps.delivery import services as delivery
from apps.delivery.masking import BAR
from apps.delivery.models import Result
from apps.delivery.result import SCHEMA
from apps.extraction import services as extraction
from apps.intake import services as intake
from apps.jobs.flow import State
from apps.jobs.services import Fenced
from apps.retention import services as retention
from apps.vault import services as vault
from apps.vault.models import Artifact
from tests.conftest import SYSTEM
from tests.delivery.papers import DATE, HIDDEN, IBAN, NUMBER, TOTAL, clear, decided
from tests.intake.looking import everything_in_the_database, facts
from tests.looking import without_chance
from tests.review.desk import WANTED

TYPED = "ZX-9090-KESTREL"


@pytest.fixture
def document(desk):
    return clear(desk)


def sealed(result: Result) -> bytes:
    with vault.open(result.artifact, actor=SYSTEM, purpose="test") as source:
        return source.read()


# Delivering


def test_what_is_sealed_is_the_typed_result(document):
    content = json.loads(sealed(document.result))
    assert (content["schema"], content["document"]) == (SCHEMA, document.reference)
    assert content["class"] == {"name": "invoice", "confidence": 1.0, "decided_by": "sender"}
    assert content["terms"] == {
        "purpose": "pay-invoices",
        "basis": "contract",
        "manual_review": True,
    }
    values = {field["name"]: field["normalised"] for field in content["fields"]}
    assert values == dict(zip(WANTED, (NUMBER, DATE, IBAN, TOTAL), strict=True))


def test_a_result_says_until_when_things_are_kept(document):
    content = json.loads(sealed(document.result))
    original = Artifact.objects.get(pk=document.original_id)
    assert content["kept_until"]["original"] == original.due_at.isoformat()
    assert content["policy"] == original.policy == "default v5"
    assert set(content["kept_until"]) == {"original", "page image", "fields"}


def test_delivering_is_recorded_with_the_digest_of_the_result(document):
    event = Event.objects.get(tag=Tag.RESULT_DELIVERED)
    digest = hashlib.sha256(sealed(document.result)).hexdigest()
    assert facts(event) == {"schema": SCHEMA, "digest": digest}
    assert event.document == document.pk


def test_values_are_in_clear_neither_in_the_database_nor_in_the_vault(document, stored):
    rows, files = everything_in_the_database(), b"".join(path.read_bytes() for path in stored())
    assert files
    for value in HIDDEN:
        assert value not in rows
        assert value.encode() not in files


def test_delivering_twice_is_delivering_once(document):
    before = Artifact.objects.count()
    again = delivery.deliver(document, job=intake.job_of(document))
    assert again == document.result
    assert Artifact.objects.count() == before


def test_a_worker_that_lost_its_job_delivers_nothing_and_leaves_nothing(desk, stored):
    document = desk.paper()
    files = set(stored())
    with pytest.raises(Fenced):
        delivery.deliver(document, job=intake.job_of(document))
    assert not Result.objects.exists()
    assert set(stored()) == files


def test_erasing_a_result_twice_is_erasing_it_once(document):
    for _ in range(2):
        delivery.erase(document, actor=SYSTEM, reason="test")
    shredded = Event.objects.filter(tag=Tag.ARTIFACT_SHREDDED, subject=document.result.artifact_id)
    assert shredded.count() == 1
    with pytest.raises(Gone):
        sealed(Result.objects.get())


# Handing it out


def test_every_value_is_masked_by_its_rule_in_both_forms(desk, document):
    content = delivery.download(document, user=desk.house.clara)
    shown = {field["name"]: (field["value"], field["normalised"]) for field in content["fields"]}
    assert content["masked"] is True
    assert shown["iban"] == (f"FR{BAR}06",) * 2
    assert shown["grand_total"] == (f"{BAR}.60",) * 2
    assert shown["issue_date"] == (DATE, DATE)
    assert not [value for value in HIDDEN if value in json.dumps(content)]


def test_what_a_person_typed_is_masked_too(desk):
    document = decided(desk, invoice_number=TYPED)
    content = delivery.download(document, user=desk.house.clara)
    fields = {field["name"]: field for field in content["fields"]}
    assert fields["invoice_number"]["decided_by"] == "person"
    assert (fields["invoice_number"]["state"], fields["iban"]["state"]) == ("decided", "missing")
    assert "9090" not in without_chance(json.dumps(content))


def test_a_value_whose_rule_is_no_longer_known_is_masked_whole(desk, document):
    extraction.erase_fields(document, actor=SYSTEM, reason="test")
    content = delivery.download(document, user=desk.house.clara)
    assert {field["value"] for field in content["fields"]} == {BAR}


def test_handing_it_out_is_recorded(desk, document):
    delivery.download(document, user=desk.house.clara)
    event = Event.objects.get(tag=Tag.RESULT_DOWNLOADED)
    assert (event.actor, event.subject) == (desk.house.clara.actor, document.reference)
    assert facts(event) == {"masked": True, "schema": SCHEMA, "form": "json"}


def test_nothing_is_handed_out_that_cannot_be_recorded(desk, document, monkeypatch):
    monkeypatch.setattr(delivery, "_record", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        delivery.download(document, user=desk.house.clara)


def test_a_result_that_is_not_there_yet_is_not_found(desk):
    with pytest.raises(NotFound, match="Nothing was delivered"):
        delivery.download(desk.paper(), user=desk.house.clara)


def test_a_result_that_was_erased_is_gone(desk, document):
    retention.delete(document, user=desk.house.clara)
    with pytest.raises(Gone):
        delivery.download(document, user=desk.house.clara)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("cleo", NotFound),
        ("mallory", NotFound),
        ("rita", NotFound),
        ("otto", NotFound),
    ],
)
def test_nobody_else_takes_a_result_away(desk, document, name, told):
    with pytest.raises(told):
        delivery.download(document, user=getattr(desk.house, name))
    assert not Event.objects.filter(tag=Tag.RESULT_DOWNLOADED).exists()


# As a file


def test_a_file_is_named_by_the_job_and_nothing_else(desk, document, as_):
    response = as_(desk.house.clara).get(f"/jobs/{document.reference}/result.json")
    assert response.status_code == 200
    assert response["Content-Disposition"] == f'attachment; filename="{document.reference}.json"'
    assert (response["Content-Type"], response["Cache-Control"]) == (
        "application/json",
        "no-store, private",
    )
    assert json.loads(response.content) == delivery.download(document, user=desk.house.clara)


def test_neither_head_nor_body_of_a_file_says_what_is_hidden(desk, document, as_):
    response = as_(desk.house.clara).get(f"/jobs/{document.reference}/result.json")
    for hidden in (*HIDDEN, "paper.png"):
        assert hidden not in response.text
        assert hidden not in str(response.headers)
    assert DATE not in str(response.headers)


@pytest.mark.parametrize(
    ("erased", "status", "words"),
    [(False, 404, "Nothing was delivered"), (True, 410, "no longer exists")],
)
def test_where_no_result_is_the_page_says_why(desk, as_, erased, status, words):
    document = clear(desk) if erased else desk.paper()
    if erased:
        retention.delete(document, user=desk.house.clara)
    response = as_(desk.house.clara).get(f"/jobs/{document.reference}/result.json")
    assert response.status_code == status
    assert words in response.text
    assert intake.job_of(document).state == (State.SUCCEEDED if erased else State.PARKED)
