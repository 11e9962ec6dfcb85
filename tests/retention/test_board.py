"""The one page, and the pages behind it: what people who govern see, say and sign."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.accounts.models import User
from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.retention import services as retention
from apps.retention.latency import latency
from apps.retention.models import Certificate, Failure, Hold, PolicyException, PolicyVersion
from apps.retention.offline import verify_certificate as offline
from apps.vault.models import Artifact
from tests.delivery.papers import DATE, HIDDEN, clear
from tests.looking import said
from tests.retention.test_versions import edit, files, proposed

__all__ = ["files"]

PASSWORD = "a long enough sentence"
DAY = timedelta(days=1)
HOSTILE = '"><script>alert(1)</script>'
CHANGE = {"kind": "original", "about": "all:", "keep": "PT12H", "at_most": "P7D", "reason": "Less."}
HELD = {"matter": "Dispute", "reason": "Court.", "mandate": "Counsel.", "scope": "document"}


@pytest.fixture
def document(desk):
    return clear(desk)


@pytest.fixture
def rosa(house, as_):
    return as_(house.rosa)


@pytest.fixture
def carl(house, as_):
    return as_(house.carl)


def held(rosa, document, **changes) -> Hold:
    form = HELD | {"references": document.reference} | changes
    assert rosa.post("/retention/holds/place/", form).status_code == 302
    return Hold.objects.latest("number")


# The page


def test_the_page_has_policy_calendar_holds_certificates_and_no_content(desk, rosa, document):
    retention.delete(clear(desk), user=desk.house.clara)
    retention.certify(desk.house.halden.pk, now=timezone.now())
    hold = held(rosa, document)
    page = said(rosa.get("/retention/"))
    for words in (
        "Policy default v5",
        "On decision",
        "Medical form",
        "No change is under way",
        "Due for erasure",
        hold.reference,
        Certificate.objects.get().number,
        document.reference,
    ):
        assert words in page
    assert not [value for value in (*HIDDEN, DATE, "paper.png") if value in page]


def test_the_page_costs_no_more_for_many_documents(desk, rosa, django_assert_max_num_queries):
    clear(desk)
    rosa.get("/retention/")
    for _ in range(3):
        clear(desk)
    with django_assert_max_num_queries(45):
        rosa.get("/retention/")


def test_troubles_stand_above_everything(desk, rosa, document, files):
    rosa.get("/retention/")
    edit(files, 'keep = "PT24H"', 'keep = "PT12H"')
    artifact = Artifact.objects.first()
    Failure.objects.create(
        organisation_id=artifact.organisation_id,
        artifact=artifact,
        attempts=3,
        problem="OSError",
        next_at=timezone.now(),
    )
    Artifact.objects.filter(pk=artifact.pk).update(
        lost_at=timezone.now(), shredded_at=timezone.now() - DAY
    )
    page = said(rosa.get("/retention/"))
    assert "policy files are not what is in force" in page
    assert "PT12H after read" in page
    assert "1 part could not be erased" in page
    assert "bytes of 1 part are not proven" in page


# Changing the policy


def test_two_people_change_a_policy_and_both_see_what_happens(desk, rosa, carl, document):
    assert rosa.post("/retention/policies/propose/", CHANGE).status_code == 302
    page = said(carl.get("/retention/"))
    assert "Proposed default v6" in page
    assert "PT12H after read, at most P7D" in page
    assert "Originals of all other documents are kept shorter" in page
    assert "1 original becomes due sooner" in page
    assert "Approve and sign" in page
    assert "Approve and sign" not in said(rosa.get("/retention/"))
    response = carl.post("/retention/policies/6/approve/", {"password": PASSWORD})
    assert response.status_code == 302
    assert "Approved default v6" in said(carl.get("/retention/"))
    retention.go_round(desk.house.halden.pk, now=timezone.now() + DAY)
    assert Artifact.objects.get(kind="original").due_at == document.reading.created_at + DAY / 2
    history = said(rosa.get("/retention/policies/6/"))
    assert "Less." in history
    assert "Carl" in history


@pytest.mark.parametrize("password", ["", "another sentence", HOSTILE, None])
def test_nothing_is_signed_without_the_password(house, carl, password):
    proposed(house)
    response = carl.post(
        "/retention/policies/6/approve/", {"password": password} if password else {}
    )
    assert response.status_code == 422
    assert "alert(1)" not in said(response)
    assert PolicyVersion.objects.get(number=6).standing == "proposed"


def test_wrong_passwords_lock_the_signature_as_they_lock_the_door(house, carl):
    proposed(house)
    for _ in range(5):
        carl.post("/retention/policies/6/approve/", {"password": "another sentence"})
    carl.post("/retention/policies/6/approve/", {"password": PASSWORD})
    assert PolicyVersion.objects.get(number=6).standing == "proposed"
    assert Event.objects.filter(tag=Tag.SIGN_IN_FAILED).count() >= 4


def test_whoever_proposed_is_told_that_it_takes_two(house, rosa):
    proposed(house)
    response = rosa.post("/retention/policies/6/approve/", {"password": PASSWORD})
    assert response.status_code == 409
    assert "second person" in said(response)


def test_a_proposal_is_declined_and_another_one_can_be_made(house, rosa, carl):
    proposed(house)
    assert carl.post("/retention/policies/6/decline/").status_code == 302
    assert "v6 declined" in said(rosa.get("/retention/"))
    assert rosa.post("/retention/policies/propose/", CHANGE).status_code == 302


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"keep": "a day"}, "Write a time like"),
        ({"keep": "P99999999999D"}, "Write a time like"),
        ({"keep": "P8D"}, "shorter than the time it is kept"),
        ({"kind": HOSTILE}, "none of the choices"),
        ({"about": "doctype:novel"}, "none of the choices"),
        ({"reason": ""}, "required"),
        ({"keep": "PT24H"}, None),
    ],
)
def test_a_change_that_makes_no_sense_is_refused_in_words(house, rosa, change, words):
    response = rosa.post("/retention/policies/propose/", CHANGE | change)
    assert response.status_code == (422 if words else 302)
    if words:
        assert words in said(response)
        assert "alert(1)" not in said(response)
        assert not PolicyVersion.objects.filter(standing="proposed").exists()


def test_a_class_can_be_given_a_rule_of_its_own(house, rosa):
    change = CHANGE | {"about": "doctype:receipt", "keep": "PT4H", "at_most": "P2D"}
    rosa.post("/retention/policies/propose/", change)
    policy = retention.policy_of(PolicyVersion.objects.get(number=6))
    assert policy.rule("original", doctype="receipt").keep == DAY / 6
    assert policy.rule("original").keep == DAY


def test_what_the_files_say_is_proposed_with_one_button(house, rosa, files):
    rosa.get("/retention/")
    edit(files, 'keep = "PT24H"', 'keep = "PT12H"')
    assert rosa.post("/retention/policies/files/").status_code == 302
    assert PolicyVersion.objects.get(number=6).proposed_by == house.rosa


# Holds


def test_a_hold_is_placed_seen_and_lifted_by_two(desk, rosa, carl, document):
    hold = held(rosa, document)
    address = f"/retention/holds/{hold.pk}/"
    page = said(carl.get(address))
    assert document.reference in page
    assert "Counsel." in page
    assert carl.post(f"{address}ask/", {"reason": "Settled."}).status_code == 302
    assert carl.post(f"{address}lift/", {"password": PASSWORD}).status_code == 409
    assert rosa.post(f"{address}lift/", {"password": "wrong one"}).status_code == 422
    assert rosa.post(f"{address}lift/", {"password": PASSWORD}).status_code == 302
    assert "Lifted" in said(carl.get(address))
    assert retention.covering(document) == []


def test_a_hold_is_seen_on_the_job_by_whoever_sent_it(desk, rosa, as_, document):
    held(rosa, document)
    page = said(as_(desk.house.clara).get(f"/jobs/{document.reference}/"))
    assert "LH-001" in page
    assert "Dispute" not in page  # why it is held is not for everybody
    assert "Delete now" not in page


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"references": ""}, "Say what is to be held"),
        ({"references": HOSTILE}, "Write numbers like"),
        ({"scope": "everything"}, "none of the choices"),
        ({"scope": "workspace"}, "Say what is to be held"),
        ({"scope": "query"}, "this would hold everything"),
        ({"mandate": ""}, "required"),
    ],
)
def test_a_hold_that_makes_no_sense_is_refused_in_words(rosa, document, change, words):
    form = HELD | {"references": document.reference} | change
    response = rosa.post("/retention/holds/place/", form)
    assert response.status_code == 422
    assert words in said(response)
    assert not Hold.objects.exists()


def test_a_hold_reports_what_it_did_not_find(rosa, document):
    form = HELD | {"references": f"{document.reference} ZZZ-ZZZ"}
    page = said(rosa.post("/retention/holds/place/", form, follow=True))
    assert "holds 1 documents" in page
    assert "Not found: ZZZ-ZZZ" in page


@pytest.mark.parametrize("scope", ["workspace", "person", "query"])
def test_other_scopes_are_said_in_words(desk, rosa, document, scope):
    house = desk.house
    about = {
        "workspace": {"workspace": house.payable.pk},
        "person": {"person": house.clara.pk},
        "query": {"doctype": "invoice", "since": "2020-01-01"},
    }[scope]
    hold = held(rosa, document, scope=scope, **about)
    words = {
        "workspace": "Everything sent into Payable",
        "person": "Everything sent by Clara",
        "query": "Everything with doctype invoice, since 2020-01-01",
    }
    assert words[scope] in said(rosa.get(f"/retention/holds/{hold.pk}/"))
    assert len(retention.covering(document)) == 1


# Exceptions, certificates


def test_an_exception_is_made_seen_and_ended(rosa, carl, document):
    until = timezone.localdate() + 20 * DAY
    form = {"references": document.reference, "kind": "original", "reason": "Audit."}
    assert rosa.post("/retention/exceptions/make/", form | {"until": until}).status_code == 302
    made = PolicyException.objects.get()
    page = said(carl.get("/retention/"))
    assert "Audit. Rosa answers for it." in page
    assert carl.post(f"/retention/exceptions/{made.pk}/end/").status_code == 302
    assert "Audit." not in said(carl.get("/retention/"))


def test_a_clock_is_started_on_a_page(rosa, document):
    form = {"references": document.reference, "start": "contract end", "on": "2026-01-31"}
    assert rosa.post("/retention/moments/tell/", form).status_code == 302
    assert document.moments.get().start == "contract end"
    assert rosa.post("/retention/moments/tell/", form | {"on": "soon"}).status_code == 422


@pytest.mark.parametrize(
    ("until", "status"), [("2020-01-01", 409), ("2100-01-01", 409), ("soon", 422), ("", 422)]
)
def test_an_exception_without_an_end_is_refused(rosa, document, until, status):
    form = {"references": document.reference, "reason": "Audit.", "until": until}
    assert rosa.post("/retention/exceptions/make/", form).status_code == status
    assert not PolicyException.objects.exists()


def test_an_outsider_checks_what_an_officer_hands_out(desk, carl, document):
    retention.delete(document, user=desk.house.clara)
    retention.certify(desk.house.halden.pk, now=timezone.now())
    made = Certificate.objects.get()
    page = said(carl.get("/retention/certificates/"))
    key = retention.public_key(desk.house.halden.pk)
    assert key in page
    response = carl.get(f"/retention/certificates/{made.number}/")
    assert made.number in response["Content-Disposition"]
    assert offline.checked(json.loads(response.content), key)[1] == []
    assert Event.objects.get(tag=Tag.CERTIFICATE_TAKEN).actor == desk.house.carl.actor
    script = carl.get("/retention/certificates/verify/").content
    assert script.startswith(b"#!/usr/bin/env python3")


def test_a_receipt_carries_the_salt_that_finds_the_file_again(desk, as_, document):
    retention.delete(document, user=desk.house.clara)
    page = said(as_(desk.house.clara).get(f"/jobs/{document.reference}/receipt/"))
    made = Certificate.objects.get(document=document.pk)
    assert made.number in page
    assert bytes(made.salt).hex() in page


# Who


def test_whoever_lost_the_role_sees_and_changes_nothing(house, as_):
    proposed(house)
    house.rosa.groups.clear()
    client = as_(User.objects.get(pk=house.rosa.pk))
    assert client.get("/retention/").status_code == 403
    assert client.post("/retention/policies/6/decline/").status_code == 403


def test_a_version_that_is_not_there_is_not_found(house, rosa):
    assert rosa.get("/retention/policies/99/").status_code == 404


# One cell, and how long proofs took


def test_a_cell_leads_to_what_it_said_before_and_who_signed_that(house, rosa):
    version = proposed(house)
    page = rosa.get("/retention/").content.decode()
    assert "/retention/policies/cell/?kind=original&amp;about=all%3A" in page
    cell = said(rosa.get("/retention/policies/cell/", {"kind": "original", "about": "all:"}))
    assert cell.index("12 h") < cell.index("24 h")
    assert "proposed" in cell
    retention.approve(version, user=house.carl)
    cell = said(rosa.get("/retention/policies/cell/", {"kind": "original", "about": "all:"}))
    assert "Rosa and Carl" in cell
    assert said(rosa.get("/retention/policies/cell/", {"about": "tier:high"})).count("v5") == 1


@pytest.mark.parametrize("kind", ["diary", HOSTILE])
def test_a_cell_that_is_not_there_is_not_there(house, rosa, kind):
    assert rosa.get("/retention/policies/cell/", {"kind": kind}).status_code == 404


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        ([1], "Half within 1 s, nineteen of twenty within 1 s, of 1."),
        ([*range(20)], "Half within 10 s, nineteen of twenty within 19 s, of 20."),
        ([5000], "Half within 5000 s, nineteen of twenty within 5000 s, of 1."),
    ],
)
def test_how_long_proofs_took_is_said_and_drawn(seconds, words):
    drawn = latency(seconds)
    assert drawn is not None
    assert drawn.summary == words
    assert len(drawn.bars.frame.across) == 6
    assert sum(part.height > 0 for part in drawn.bars.parts) == len(drawn.bars.parts) > 0


def test_where_nothing_was_asked_for_nothing_is_drawn():
    assert latency([]) is None


def test_a_rule_that_wants_two_people_to_look_is_proposed_on_the_page(house, rosa):
    rosa.post("/retention/policies/propose/", CHANGE | {"then": "two"})
    rule = retention.policy_of(PolicyVersion.objects.get(number=6)).rule("original")
    assert (rule.action, rule.signatures) == ("review", 2)
    assert "then review by 2" in said(rosa.get("/retention/policies/6/"))
