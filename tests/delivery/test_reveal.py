"""One value in clear, for a reason, for some seconds, on the record."""

import re

import pytest

from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.errors import NotAllowed, NotFound, NotPossible
from apps.delivery import permissions
from apps.delivery import services as delivery
from apps.delivery.services import REVEAL_REASONS, REVEALED_SECONDS, RevealReason
from apps.retention import services as retention
from tests.delivery.papers import DATE, IBAN, NUMBER, TOTAL, clear, decided
from tests.intake.browsers import JSON
from tests.intake.looking import everything_in_the_database, facts
from tests.looking import said

BARRED = {  # whom, and what they are told: no such role, or no such document
    "rita": 403, "remy": 403, "lena": 403, "rosa": 403, "carl": 403, "otto": 403, "ida": 403,
    "cleo": 404, "mallory": 404,
}  # fmt: skip


@pytest.fixture
def document(desk):
    return clear(desk)


@pytest.fixture
def clara(desk, as_):
    return as_(desk.house.clara)


def address(document, name="iban") -> str:
    return f"/jobs/{document.reference}/fields/{name}/"


def ask(client, document, name="iban", reason="audit", **headers):
    form = {"reason": reason} if reason is not None else {}
    return client.post(f"{address(document, name)}reveal/", form, **headers)


def revealed() -> list[Event]:
    return list(Event.objects.filter(tag=Tag.FIELD_REVEALED))


# What is revealed


def test_one_value_is_revealed_as_it_is(desk, document):
    values = {"iban": IBAN, "invoice_number": NUMBER, "grand_total": TOTAL, "issue_date": DATE}
    for name, value in values.items():
        reason = RevealReason.QUESTION
        assert delivery.reveal(document, name=name, reason=reason, user=desk.house.clara) == value


@pytest.mark.parametrize("reason", RevealReason)
def test_who_what_and_why_are_recorded(desk, document, reason):
    delivery.reveal(document, name="iban", reason=reason, user=desk.house.clara)
    [event] = revealed()
    assert (event.actor, event.subject, event.document) == (
        desk.house.clara.actor,
        document.reference,
        document.pk,
    )
    assert facts(event) == {"field": "iban", "sensitivity": 2, "reason": reason, "seconds": 30}


def test_every_reveal_is_recorded_and_none_holds_the_value(desk, document):
    for _ in range(2):
        delivery.reveal(document, name="iban", reason=RevealReason.AUDIT, user=desk.house.clara)
    assert len(revealed()) == 2
    assert IBAN not in everything_in_the_database()


def test_what_cannot_be_recorded_is_not_revealed(desk, document, as_, monkeypatch):
    monkeypatch.setattr(delivery, "_record", lambda *_, **__: 1 / 0)
    client = as_(desk.house.clara, raise_request_exception=False)
    response = ask(client, document, **JSON)
    assert response.status_code == 500
    assert IBAN not in said(response)


def test_a_field_without_a_value_reveals_nothing(desk):
    document = desk.delivered()
    with pytest.raises(NotPossible, match="no value"):
        delivery.reveal(document, name="iban", reason=RevealReason.AUDIT, user=desk.house.clara)
    assert revealed() == []


def test_what_was_read_is_not_revealed_where_a_person_found_nothing(desk, clara):
    assert ask(clara, decided(desk), "iban").status_code == 409
    assert revealed() == []


def test_a_field_that_is_not_there_is_not_found(clara, document):
    assert ask(clara, document, "surname").status_code == 404
    assert revealed() == []


def test_after_erasure_there_is_nothing_to_reveal(desk, document, clara):
    retention.delete(document, user=desk.house.clara)
    response = ask(clara, document)
    assert response.status_code == 404
    assert IBAN not in said(response)


# Who reveals


def test_nobody_else_reveals_anything(desk, document, as_):
    for name, status in BARRED.items():
        client = as_(getattr(desk.house, name))
        for response in (ask(client, document), client.get(address(document))):
            assert response.status_code == status, name
            assert IBAN not in said(response)
    assert revealed() == []


def test_the_service_itself_bars_them(desk, document):
    for name in BARRED:
        person = getattr(desk.house, name)
        with pytest.raises(NotAllowed if name == "ida" else NotFound):
            delivery.reveal(document, name="iban", reason=RevealReason.AUDIT, user=person)
        assert not permissions.can_reveal(person, document)
    assert permissions.can_reveal(desk.house.clara, document)
    assert revealed() == []


# In a browser


def test_the_reason_is_asked_for_before_anything_is_shown(clara, document):
    page = said(clara.get(address(document)))
    for reason, sentence in REVEAL_REASONS.items():
        assert f'value="{reason}"' in page
        assert sentence in page
    assert IBAN not in page
    assert revealed() == []


@pytest.mark.parametrize("reason", [None, "", "curious", "AUDIT", "audit\x00", "<b>audit</b>"])
def test_without_a_reason_nothing_is_revealed(clara, document, reason):
    for headers in (JSON, {}):
        response = ask(clara, document, reason=reason, **headers)
        assert response.status_code == 422
        assert IBAN not in said(response)
        assert "<b>audit" not in said(response)
    assert revealed() == []


def test_a_module_is_told_for_how_long_a_value_may_be_shown(clara, document):
    response = ask(clara, document, **JSON)
    assert response.json() == {"value": IBAN, "seconds": REVEALED_SECONDS}
    assert REVEALED_SECONDS == 30
    assert response["Cache-Control"] == "no-store, private"


def test_without_javascript_the_page_leaves_by_itself(clara, document):
    response = ask(clara, document)
    assert response.status_code == 200
    assert IBAN in said(response)
    assert response["Refresh"] == f"30;url=/jobs/{document.reference}/"
    assert IBAN not in str(response.headers)


def test_one_value_is_on_the_page_and_no_other(clara, document):
    page = said(ask(clara, document))
    assert not [value for value in (NUMBER, TOTAL, DATE) if value in page]


def test_a_typed_value_is_shown_as_text(desk, clara):
    document = decided(desk, invoice_number="<script>alert(1)</script>")
    page = said(ask(clara, document, "invoice_number"))
    assert "&lt;script&gt;alert(1)" in page
    assert not re.search(r"<script>alert", page)


def test_a_link_reveals_nothing(clara, document):
    assert clara.get(f"{address(document)}reveal/").status_code == 405
    assert revealed() == []


def test_revealing_needs_a_form_of_ours(desk, document, as_):
    assert ask(as_(desk.house.clara, enforce_csrf_checks=True), document).status_code == 403
    assert revealed() == []


def test_whoever_is_not_signed_in_is_asked_to(document, as_):
    response = ask(as_(None), document)
    assert response.status_code == 302
    assert response["Location"].startswith("/sign-in/")
    assert revealed() == []
