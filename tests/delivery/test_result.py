"""The typed result: its shape, and which values are in it."""

import json
from typing import Any

import pytest

from apps.delivery.result import SCHEMA, Settled, Standing, assemble
from apps.delivery.serializers import FieldSerializer
from apps.extraction.fields import WORDS, Flag, Second
from apps.extraction.fragments.rules import Fragment

HANDED_OUT = {Standing.ACCEPTED, Standing.DECIDED}


def settled(**changes: Any) -> Settled:
    said = {
        "name": "iban",
        "title": "IBAN",
        "type": "iban",
        "sensitivity": 2,
        "mask": "ends",
        "standing": Standing.ACCEPTED,
        "value": "DE89 3704",
        "normalised": "DE893704",
        "confidence": 0.987654,
        "page": 1,
        "box": (0.1, 0.2, 0.3, 0.4),
        "checks": (("iban", True),),
        "by": "system:reader",
    }
    return Settled(**{**said, **changes})


def result_of(*fields: Settled) -> dict[str, Any]:
    return assemble(
        reference="7KQ-52F",
        doctype="invoice",
        doctype_confidence=0.123456,
        decided_by="machine",
        fields=fields,
        terms={"purpose": "pay-invoices"},
        kept_until={"original": "2026-11-14T00:00:00+00:00"},
        policy="default v5",
    )


def test_a_result_says_what_its_schema_says_and_nothing_else():
    assert result_of(settled()) == {
        "schema": "arrowslit.result/1",
        "document": "7KQ-52F",
        "class": {"name": "invoice", "confidence": 0.1235, "decided_by": "machine"},
        "terms": {"purpose": "pay-invoices"},
        "fields": [
            {
                "name": "iban",
                "type": "iban",
                "state": "accepted",
                "value": "DE89 3704",
                "normalised": "DE893704",
                "confidence": 0.9877,
                "sensitivity": 2,
                "decided_by": "machine",
                "page": 1,
                "box": [0.1, 0.2, 0.3, 0.4],
                "validators": {"iban": True},
                "flags": [],
                "second_reading": "none",
                "fragments_masked": [],
            }
        ],
        "kept_until": {"original": "2026-11-14T00:00:00+00:00"},
        "policy": "default v5",
    }


def test_a_result_says_what_speaks_against_a_value_and_what_other_readings_say():
    one = settled(flags=[Flag.EMBEDDED_DIFFERS, Flag.HIDDEN], second=Second.DIFFERS)
    [field] = result_of(one)["fields"]
    assert field["flags"] == ["embedded differs", "hidden"]
    assert one.warnings == [WORDS[Flag.EMBEDDED_DIFFERS], WORDS[Flag.HIDDEN]]
    assert field["second_reading"] == "differs"


def test_a_result_that_was_sealed_before_flags_existed_is_still_handed_out():
    [field] = result_of(settled())["fields"]
    for name in ("flags", "second_reading", "fragments_masked"):
        del field[name]
    shown = FieldSerializer(field).data
    assert (shown["flags"], shown["second_reading"]) == ([], "none")


def test_the_schema_carries_its_version():
    name, version = SCHEMA.split("/")
    assert (name, int(version)) == ("arrowslit.result", 1)


@pytest.mark.parametrize("standing", Standing)
def test_only_what_was_accepted_or_decided_has_a_value(standing):
    [field] = result_of(settled(standing=standing))["fields"]
    expected = ("DE89 3704", "DE893704") if standing in HANDED_OUT else (None, None)
    assert (field["value"], field["normalised"]) == expected
    assert field["state"] == standing


@pytest.mark.parametrize("standing", Standing)
def test_a_person_decided_only_what_a_person_decided(standing):
    [field] = result_of(settled(standing=standing, confidence=None))["fields"]
    assert field["decided_by"] == ("person" if standing is Standing.DECIDED else "machine")
    assert field["confidence"] is None


def test_a_value_that_could_not_be_normalised_is_not_handed_out():
    assert not settled(normalised="").has_value
    assert result_of(settled(normalised=""))["fields"][0]["value"] is None


@pytest.mark.parametrize("standing", Standing)
def test_a_flag_is_told_whatever_became_of_the_field(standing):
    [field] = result_of(settled(standing=standing, flags=[Flag.HIDDEN]))["fields"]
    assert field["flags"] == ["hidden"]
    assert (field["value"] is None) == (standing is not Standing.DECIDED)


def test_a_normalised_value_that_is_malformed_is_not_handed_out():
    [field] = result_of(settled(standing=Standing.DECIDED, flags=[Flag.MALFORMED]))["fields"]
    assert (field["value"], field["normalised"]) == ("DE89 3704", None)


@pytest.mark.parametrize("standing", Standing)
def test_fragments_are_told_of_a_value_that_is_handed_out(standing):
    [field] = result_of(settled(standing=standing, fragments=[Fragment.CARD]))["fields"]
    assert field["fragments_masked"] == (["card"] if standing in HANDED_OUT else [])


def test_who_decided_is_not_in_a_result():
    assert "user:" not in json.dumps(result_of(settled(by="user:0190", standing=Standing.DECIDED)))
