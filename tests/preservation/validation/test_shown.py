"""The part of a record's page that shows its signatures."""

import re

import pytest
from django.template.loader import render_to_string

from apps.preservation.models import Cause, TimestampDue, Validation
from apps.preservation.services import validating
from apps.preservation.services.verdicts import verdicts
from tests.preservation import pki
from tests.preservation.signed import SYSTEM, record_of, trust_papers


def shown(record):
    page = {"verdicts": verdicts(record, actor=SYSTEM)}
    said = render_to_string(
        "preservation/_signatures.html", {"page": page, "record": record, "can_validate": False}
    )
    return " ".join(re.sub(r"<[^>]*>", " ", said).split())


def looked_at(house, name):
    trust_papers(house)
    record = record_of(house, pki.papers()[name])
    validating.validate(record, cause=Cause.ARRIVAL)
    return record


def test_nothing_is_said_before_anybody_looked(house):
    assert "Nothing is said of what they are worth" in shown(record_of(house, pki.papers()["B-B"]))


def test_a_valid_signature_names_policy_time_and_who_signed(house):
    said = shown(looked_at(house, "B-T"))
    assert "Valid according to policy Arrowslit signed originals version 1.0, checked on" in said
    assert "Alice, Papermill" in said
    assert "by a time stamp of the signature" in said
    assert "The whole file" in said


def test_a_changed_document_says_what_is_wrong_and_what_cryptography_alone_says(house):
    said = shown(looked_at(house, "shadow, hide"))
    assert "Undecided according to policy" in said
    assert "changed after signing in a way that the signature does not allow" in said
    assert "Cryptography alone TOTAL-PASSED" in said


def test_a_signature_that_was_taken_out_is_told(house):
    said = shown(looked_at(house, "form removed"))
    assert "it was taken out" in said


def test_a_file_without_a_signature_says_so(house):
    assert "No signature was found" in shown(looked_at(house, "unsigned"))


@pytest.mark.parametrize("name", ["B-T", "shadow, hide", "tampered", "form removed", "unsigned"])
def test_nothing_is_called_valid_without_its_policy(house, name):
    said = shown(looked_at(house, name))
    for found in re.finditer(r"\b[Vv]alid\b(?! to)", said):
        assert re.match(r"valid according to policy", said[found.start() :], re.IGNORECASE)


def test_what_arrives_is_looked_at_once_and_waits_for_stamps(house, settings):
    settings.TIMESTAMP_AUTHORITIES = ["local:"]
    record = record_of(house, pki.papers()["B-B"])
    for _ in range(2):
        validating.arrived(record)
    assert [one.cause for one in Validation.objects.all()] == [Cause.ARRIVAL]
    assert TimestampDue.objects.count() == 1
