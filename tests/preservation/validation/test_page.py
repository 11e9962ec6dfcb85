"""Signatures are checked again by whoever may, from the page of the record."""

from django.urls import reverse

from apps.preservation.models import Cause, Validation
from tests.intake.browsers import BACKEND
from tests.preservation import pki
from tests.preservation.signed import record_of


def ask(client, record, person):
    client.force_login(person, backend=BACKEND)
    return client.post(reverse("preservation:validate", args=[record.reference]))


def test_a_records_manager_has_signatures_checked_again(house, client):
    record = record_of(house, pki.papers()["B-B"])
    answer = ask(client, record, house.rosa)
    assert answer.status_code == 302
    assert answer.headers["Location"] == reverse("preservation:record", args=[record.reference])
    row = Validation.objects.get()
    assert (row.record, row.cause) == (record, Cause.DEMAND)


def test_a_sender_does_not(house, client):
    record = record_of(house, pki.papers()["B-B"])
    assert ask(client, record, house.clara).status_code == 403
    assert not Validation.objects.exists()


def test_another_organisation_is_told_nothing(house, client):
    record = record_of(house, pki.papers()["B-B"])
    assert ask(client, record, house.mallory).status_code == 403
