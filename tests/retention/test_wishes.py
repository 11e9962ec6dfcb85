"""Consent that is narrowed or taken back, and people who ask to be erased."""

import json
import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.errors import NotAllowed, NotPossible
from apps.base.ids import uuid7
from apps.delivery.models import Result
from apps.intake import services as intake
from apps.intake.models import Consent, Document, Submission
from apps.jobs.flow import State
from apps.retention import packs
from apps.retention import services as retention
from apps.retention.models import Cause, Certificate, Erasure, Fate, SubjectRequest, Withdrawal
from apps.retention.offline import verify_certificate as offline
from apps.retention.policy import Policy
from apps.retention.services import versions
from apps.review.models import Task
from apps.review.rules import State as TaskState
from apps.vault import services as vault
from apps.vault.classes import ArtifactClass
from apps.vault.models import Artifact
from tests.api.calls import ledger, program
from tests.conftest import SYSTEM
from tests.delivery.papers import HIDDEN, clear
from tests.looking import said
from tests.retention.test_holds import lift, place

__all__ = ["ledger", "program"]

PASSWORD = "a long enough sentence"
DAY = timedelta(days=1)


@pytest.fixture
def clara(desk):
    return desk.house.clara


@pytest.fixture
def carl(desk, as_):
    return as_(desk.house.carl)


def alive(document: Document) -> set[str]:
    return set(Artifact.objects.of_document(document.pk).alive().values_list("kind", flat=True))


def evidence(document: Document) -> Artifact:
    """Something of a document that a law asks to keep."""
    return vault.seal(
        b"a signature",
        kind=ArtifactClass.SIGNATURE_EVIDENCE,
        organisation=document.organisation_id,
        document=document.pk,
        actor=SYSTEM,
    )


# Versions


def test_what_is_sent_has_a_first_version_with_all_its_terms(desk, clara):
    document = desk.send(model_improvement=True, keep_days=5)
    one = document.submission.consents.get()
    assert (one.number, one.given_by, one.processing, one.keep_days) == (1, clara, True, 5)
    assert (one.purpose, one.basis) == ("pay-invoices", "contract")
    assert (one.manual_review, one.model_improvement, one.transcript) == (True, True, False)


def test_files_of_one_form_share_their_consent(desk):
    token = uuid.uuid4()
    first, second = (desk.send(token=token) for _ in range(2))
    assert first.submission_id == second.submission_id
    assert Consent.objects.count() == 1


@pytest.mark.parametrize(
    "statement", ["UPDATE intake_consent SET manual_review = true", "DELETE FROM intake_consent"]
)
def test_no_version_is_rewritten_or_deleted(desk, statement):
    desk.send()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_without_manual_review_open_tasks_are_pulled_and_fields_go_on_undecided(desk, clara):
    document = desk.paper()
    assert Task.objects.undecided().exists()
    retention.narrow(document, less="manual_review", user=clara)
    assert not Task.objects.undecided().exists()
    assert desk.walk(document) == State.SUCCEEDED
    versions = document.submission.consents.order_by("number")
    assert list(versions.values_list("number", "manual_review")) == [(1, True), (2, False)]
    assert Event.objects.get(tag=Tag.CONSENT_NARROWED).actor == clara.actor


def test_what_is_not_allowed_cannot_be_taken_back(desk, clara):
    document = desk.send()
    with pytest.raises(NotPossible):
        retention.narrow(document, less="model_improvement", user=clara)
    retention.withdraw(document, user=clara)
    with pytest.raises(NotPossible):
        retention.narrow(document, less="manual_review", user=clara)


def test_whoever_asked_for_less_time_gets_it(desk):
    document = clear(desk, keep_days=1)
    fields = Artifact.objects.get(document=document.pk, kind="fields")
    assert fields.due_at == document.created_at + DAY
    assert retention.erase_due(now=document.created_at + DAY) == 4


def test_nobody_gets_more_time_than_the_policy_says(desk):
    document = clear(desk, keep_days=3650)
    original = Artifact.objects.get(document=document.pk, kind="original")
    assert original.due_at == document.reading.created_at + DAY


# Taking it back


def test_a_compliance_officer_withdraws_what_they_cannot_see(desk):
    document, carl = desk.paper(), desk.house.carl
    assert not Document.objects.visible_to(carl).exists()
    retention.withdraw(document, user=carl)
    assert alive(document) == set()
    assert Erasure.objects.get().asked_by == carl
    assert intake.job_of(document).state == State.STOPPED
    assert set(Task.objects.values_list("state", flat=True)) == {TaskState.WITHDRAWN}
    assert not Result.objects.exists()


@pytest.mark.parametrize("name", ["rosa", "otto", "rita"])
def test_others_withdraw_nothing_for_a_sender(desk, name):
    document = desk.send()
    user = getattr(desk.house, name)
    with pytest.raises(Exception) as refused:
        retention.withdraw(document, user=user)
    assert refused.value.status in (403, 404)
    with pytest.raises(NotAllowed):
        retention.open_request([document.reference], case="C-1", user=user)
    assert alive(document) == {"original", "fields"}


def test_the_last_version_says_that_nothing_is_allowed(desk, clara):
    document = desk.send()
    retention.withdraw(document, user=clara)
    last = document.submission.consents.get(number=2)
    assert (last.processing, last.manual_review, last.model_improvement) == (False,) * 3
    assert Submission.objects.get().withdrawn_at


def test_what_a_law_keeps_stays_to_its_clock_and_the_receipt_says_why(desk, clara):
    document = clear(desk)
    kept = evidence(document)
    retention.wind(document)
    retention.withdraw(document, user=clara)
    assert alive(document) == {"signature evidence"}
    kept.refresh_from_db()
    assert kept.due_at > timezone.now() + 3000 * DAY
    statement, wrong = offline.checked(envelope(Withdrawal.objects.get()))
    assert wrong == []
    [line] = statement["documents"]
    assert (line["became"], line["kept"][0]["kind"]) == ("kept", "signature evidence")
    assert "17 (3) e" in line["why"]
    assert retention.erase_due(now=kept.due_at) == 1
    assert Erasure.objects.get().cause == Cause.WITHDRAWN


def test_a_sender_s_wish_leaves_what_a_law_keeps(desk, clara):
    document = clear(desk)
    evidence(document)
    assert retention.delete(document, user=clara) is None
    assert alive(document) == {"signature evidence"}
    document.refresh_from_db()
    assert document.erased_at is None


def test_a_policy_without_the_law_lets_it_go(desk, clara, monkeypatch):
    document = clear(desk)
    evidence(document)
    policy = retention.current_policy(document.organisation_id)
    rules = [packs.rule_of(packs.as_data(rule) | {"outlives": ""}) for rule in policy.rules]
    loose = Policy(policy.id, policy.version, rules)
    monkeypatch.setattr(versions, "policy_of", lambda version: loose)
    retention.withdraw(document, user=clara)
    assert alive(document) == set()


def envelope(made: Withdrawal) -> dict[str, str]:
    return {
        "statement": bytes(made.body).decode(),
        "signature": bytes(made.signature).hex(),
        "key": made.key,
    }


def test_the_receipt_names_each_document_and_is_forged_by_nobody(desk, clara):
    token = uuid.uuid4()
    sent = [desk.send(token=token) for _ in range(2)]
    place(desk.house, "document", sent[1])
    retention.withdraw(sent[0], user=clara)
    made = Withdrawal.objects.get()
    statement, wrong = offline.checked(envelope(made), retention.public_key(made.organisation_id))
    assert wrong == []
    assert [(one["reference"], one["became"]) for one in statement["documents"]] == [
        (sent[0].reference, "erased"), (sent[1].reference, "held"),
    ]  # fmt: skip
    forged = envelope(made)
    forged["statement"] = forged["statement"].replace('"held"', '"gone"')
    assert offline.checked(forged)[1]


@pytest.mark.parametrize(
    "statement",
    ["UPDATE retention_withdrawal SET number = 'x'", "DELETE FROM retention_withdrawal"],
)
def test_no_receipt_is_rewritten(desk, clara, statement):
    retention.withdraw(desk.send(), user=clara)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


# Through the API


def test_a_program_withdraws_what_it_sent_and_gets_the_receipt_twice(desk, ledger):
    document = desk.send(sender=desk.house.ida)
    path = f"jobs/{document.reference}/withdraw/"
    first, second = ledger.call("post", path), ledger.call("post", path)
    assert first.status_code == second.status_code == 200
    assert first.json() == second.json()
    statement, wrong = offline.checked(first.json())
    assert (wrong, statement["documents"][0]["became"]) == ([], "erased")
    assert alive(document) == set()


def test_a_program_withdraws_nothing_of_others(desk, ledger):
    document = desk.send()
    assert ledger.call("post", f"jobs/{document.reference}/withdraw/").status_code == 404
    assert alive(document) == {"original", "fields"}


def test_without_its_scope_a_key_withdraws_nothing(desk, program):
    document = desk.send(sender=desk.house.ida)
    key = program("state", "submit", "result")
    assert key.call("post", f"jobs/{document.reference}/withdraw/").status_code == 403
    assert alive(document) == {"original", "fields"}


# People who ask


def test_a_person_is_erased_across_documents_and_answered(desk):
    carl = desk.house.carl
    free, held, other = clear(desk), desk.send(), desk.send()
    hold = place(desk.house, "document", held).hold
    names = [free.reference, held.reference, other.reference, "ZZZ-ZZZ"]
    request = retention.open_request(names, case="DSR-17", user=carl)
    assert request.items.count() == 3
    with pytest.raises(NotPossible, match="not been answered"):
        retention.close_request(request, user=carl)
    items = {item.document_id: item for item in request.items.all()}
    assert retention.erase_item(items[free.pk], user=carl) == Fate.ERASED
    assert retention.erase_item(items[held.pk], user=carl) == Fate.HELD
    retention.refuse_item(items[other.pk], why="About somebody else.", user=carl)
    assert (alive(free), alive(held)) == (set(), {"original", "fields"})
    with pytest.raises(NotPossible, match="before"):
        retention.erase_item(items[free.pk], user=carl)
    lift(desk.house, hold)
    assert retention.erase_item(items[held.pk], user=carl) == Fate.ERASED
    retention.close_request(request, user=carl)
    assert {one.cause for one in Erasure.objects.all()} == {Cause.SUBJECT}
    assert alive(other) == {"original", "fields"}


def test_a_person_s_erasure_is_certified_at_once(desk):
    document, carl = clear(desk), desk.house.carl
    request = retention.open_request([document.reference], case="DSR-1", user=carl)
    retention.erase_item(request.items.get(), user=carl)
    vault.finish_shredding(now=timezone.now() + DAY)
    assert retention.certify(document.organisation_id, now=timezone.now()) == 4
    assert Certificate.objects.get().cause == Cause.SUBJECT


def test_documents_of_others_are_on_no_list(desk):
    with pytest.raises(NotPossible, match="None of these"):
        retention.open_request(["ZZZ-ZZZ"], case="DSR-1", user=desk.house.carl)


# Pages


def test_the_worklist_is_worked_through_without_content(desk, carl):
    document = clear(desk)
    form = {"case": "DSR-17", "references": document.reference}
    response = carl.post("/retention/subjects/open/", form)
    page = said(carl.get(response["Location"]))
    assert document.reference in page
    assert not [value for value in HIDDEN if value in page]
    item = SubjectRequest.objects.get().items.get()
    path = f"/retention/subjects/items/{item.pk}"
    assert carl.post(f"{path}/erase/", {"password": "wrong"}).status_code == 422
    assert carl.post(f"{path}/refuse/", {}).status_code == 422
    assert carl.post(f"{path}/erase/", {"password": PASSWORD}).status_code == 302
    assert alive(document) == set()
    assert carl.post(response["Location"] + "close/").status_code == 302
    assert "SR-001" in said(carl.get("/retention/subjects/"))


def test_an_officer_withdraws_by_reference_with_their_password(desk, carl):
    document = desk.send()
    form = {"reference": document.reference.lower(), "password": "wrong"}
    path = "/retention/withdrawals/sign/"
    assert carl.post(path, form).status_code == 422
    assert carl.post(path, form | {"reference": "ZZZ-ZZZ", "password": PASSWORD}).status_code == 404
    response = carl.post(path, form | {"password": PASSWORD})
    envelope = json.loads(carl.get(response["Location"]).content)
    assert offline.checked(envelope)[1] == []
    assert carl.get("/retention/withdrawals/WR-1/").status_code == 404


def test_a_sender_reads_versions_allows_less_and_takes_the_receipt(desk, as_):
    document, clara = desk.paper(), as_(desk.house.clara)
    path = f"/jobs/{document.reference}/consent/"
    assert clara.post(path, {"less": "everything"}).status_code == 404
    assert clara.post(path, {"less": "manual_review"}).status_code == 302
    assert "allowed" in said(clara.get(path))
    receipt = f"/jobs/{document.reference}/withdrawal.json"
    assert clara.get(receipt).status_code == 404
    clara.post(f"/jobs/{document.reference}/withdraw/")
    assert offline.checked(json.loads(clara.get(receipt).content))[1] == []
    assert "Receipt" in said(clara.get(path))


def test_what_belongs_to_others_is_not_there(desk, carl, as_):
    request = retention.open_request([desk.send().reference], case="DSR-1", user=desk.house.carl)
    assert carl.get(f"/retention/subjects/{uuid7()}/").status_code == 404
    rosa = as_(desk.house.rosa)
    assert rosa.get(f"/retention/subjects/{request.pk}/").status_code == 403
