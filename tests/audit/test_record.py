"""An event is written once, whole, and with the change it tells of."""

import pytest
from django.db import transaction

from apps.audit import canonical
from apps.audit import services as audit
from apps.audit.models import Event
from apps.audit.numbering import writer
from apps.audit.tags import Outcome, Tag
from apps.base.ids import uuid7
from apps.base.types import Actor

CLERK = Actor("user:clerk")


def recorded(organisation, **more):
    return audit.record(
        Tag.DOCUMENT_READ, actor=CLERK, subject="a subject", organisation=organisation, **more
    )


def test_outside_a_transaction_nothing_is_recorded(real_house):
    with pytest.raises(RuntimeError, match="inside a transaction"):
        recorded(real_house.halden.pk)
    assert not Event.objects.filter(tag=Tag.DOCUMENT_READ).exists()


def test_the_body_is_canonical_and_agrees_with_the_columns(house):
    document = uuid7()
    facts = {"pages": 3, "digest": "ab" * 32, "reason": "audit"}
    about = {"document": document, "workspace": house.payable.pk, "outcome": Outcome.DENIED}
    made = recorded(house.halden.pk, **about, **facts)
    event = Event.objects.get(pk=made.pk)
    body = canonical.decode(bytes(event.body))
    assert canonical.encode(body) == bytes(event.body)
    assert body == {
        "v": audit.VERSION,
        "id": str(event.pk),
        "at": event.at.isoformat(timespec="microseconds"),
        "organisation": str(event.organisation_id),
        "actor": event.actor,
        "tag": event.tag,
        "outcome": event.outcome,
        "subject": event.subject,
        "document": str(event.document),
        "workspace": str(house.payable.pk),
        "request": "",
        "address": "",
        "writer": writer().id,
        "number": body["number"],
        "void": [],
        "detail": None,
        "facts": facts,
    }
    assert (event.workspace, event.reason) == (house.payable.pk, "audit")
    assert (event.organisation_id, event.document) == (house.halden.pk, document)
    assert (event.tag, event.outcome, event.actor) == ("document.read", "denied", CLERK)


def test_an_event_may_stand_for_itself(house):
    body = canonical.decode(bytes(recorded(house.halden.pk).body))
    assert (body["document"], body["outcome"], body["facts"]) == (None, "done", {})


def test_facts_and_body_can_be_read(house):
    event = recorded(house.halden.pk, pages=3)
    assert audit.facts_of(event) == {"pages": 3}
    assert '\n  "actor": "user:clerk"' in audit.readable(event)


def test_an_event_goes_with_the_change_it_tells_of(house):
    with pytest.raises(LookupError), transaction.atomic():
        recorded(house.halden.pk)
        raise LookupError
    assert not Event.objects.filter(tag=Tag.DOCUMENT_READ).exists()


@pytest.mark.parametrize("fact", [0.5, b"bytes", 2**53])
def test_a_fact_without_canonical_form_stops_the_change(house, fact):
    with pytest.raises(ValueError):
        recorded(house.halden.pk, fact=fact)


def test_an_event_is_written_for_any_organisation_and_before_one_is_known(house):
    for organisation in (house.northmere.pk, None):
        recorded(organisation)
    assert not Event.objects.filter(tag=Tag.DOCUMENT_READ).exists()


def test_twice_recorded_is_twice_happened(house):
    recorded(house.halden.pk)
    recorded(house.halden.pk)
    assert Event.objects.filter(tag=Tag.DOCUMENT_READ).count() == 2


def test_the_trail_of_a_document_is_told_from_its_beginning(house):
    document = uuid7()
    first, second = (recorded(house.halden.pk, document=document) for _ in range(2))
    recorded(house.halden.pk, document=uuid7())
    reader = {"organisation": house.halden.pk, "reader": CLERK, "count": 10}
    assert audit.of_document(document, **reader) == [first, second]
    told = audit.of_document(document, **reader)
    assert [event.tag for event in told] == [Tag.DOCUMENT_READ, Tag.DOCUMENT_READ, Tag.TRAIL_READ]
    assert audit.facts_of(told[-1]) == {"events": 2}


def test_the_trail_of_anothers_document_is_empty(house):
    document = uuid7()
    recorded(house.northmere.pk, document=document)
    found = audit.of_document(document, organisation=house.northmere.pk, reader=CLERK, count=10)
    assert found == []
