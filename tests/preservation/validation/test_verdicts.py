"""A verdict is what cryptography says, lowered by what else was found, and never raised."""

from datetime import timedelta

import pytest

from apps.base.errors import Unreadable
from apps.preservation.validation import facts, verdicts
from apps.preservation.validation.findings import EFFECTS, Finding
from apps.preservation.validation.indications import Indication, explained
from apps.preservation.validation.policies import POLICY
from tests.preservation.validation.facts_made import AT, certificate, file, signature

PASSED, UNDECIDED, FAILED = Indication
LATER = (AT + timedelta(hours=1)).isoformat()
STAMP = {"at": AT.isoformat(), "of_this": True, "sound": True}


def judged(**changes):
    return verdicts.verdict(file(signature(**changes)), 0, at=AT)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, (PASSED, "", True)),
        ({"coverage": "ENTIRE_REVISION"}, (PASSED, "", True)),
        ({"coverage": "CONTIGUOUS_BLOCK_FROM_START"}, (FAILED, "FORMAT_FAILURE", False)),
        ({"coverage": "a new word"}, (FAILED, "FORMAT_FAILURE", False)),
        ({"whole": False}, (FAILED, "FORMAT_FAILURE", False)),
        ({"digest_matches": False}, (FAILED, "HASH_FAILURE", False)),
        ({"sound": False}, (FAILED, "SIG_CRYPTO_FAILURE", False)),
        ({"modification": "LTA_UPDATES"}, (PASSED, "", True)),
        ({"modification": "FORM_FILLING"}, (PASSED, "", True)),
        ({"modification": "ANNOTATIONS"}, (UNDECIDED, "SIG_CONSTRAINTS_FAILURE", False)),
        ({"modification": "OTHER"}, (UNDECIDED, "SIG_CONSTRAINTS_FAILURE", False)),
        ({"modification": "a new word"}, (UNDECIDED, "SIG_CONSTRAINTS_FAILURE", False)),
        (
            {"modification": "FORM_FILLING", "permits": 1},
            (UNDECIDED, "SIG_CONSTRAINTS_FAILURE", False),
        ),
        ({"modification": "LTA_UPDATES", "permits": 1}, (PASSED, "", True)),
        ({"modification": "ANNOTATIONS", "permits": 3}, (PASSED, "", True)),
        (
            {"modification": "FORM_FILLING", "permits": 9},
            (UNDECIDED, "SIG_CONSTRAINTS_FAILURE", False),
        ),
        ({"problem": "ValueError"}, (UNDECIDED, "GENERIC", False)),
        ({"findings": ["unreadable signature"]}, (UNDECIDED, "GENERIC", False)),
        ({"stamps": [STAMP]}, (PASSED, "", True)),
        (
            {"stamps": [{**STAMP, "of_this": False}]},
            (UNDECIDED, "SIG_CONSTRAINTS_FAILURE", False),
        ),
        ({"stamps": [{**STAMP, "sound": False}]}, (UNDECIDED, "SIG_CONSTRAINTS_FAILURE", False)),
        ({"claimed_at": LATER}, (UNDECIDED, "TIMESTAMP_ORDER_FAILURE", True)),
        ({"best_at": LATER}, (UNDECIDED, "TIMESTAMP_ORDER_FAILURE", True)),
        (
            {"indication": "INDETERMINATE", "subindication": "REVOKED_NO_POE"},
            (UNDECIDED, "REVOKED_NO_POE", True),
        ),
        (
            {"indication": "TOTAL-FAILED", "subindication": "REVOKED"},
            (FAILED, "REVOKED", True),
        ),
        ({"indication": "SPLENDID"}, (UNDECIDED, "", True)),
        ({"suits": False}, (UNDECIDED, "CRYPTO_CONSTRAINTS_FAILURE", False)),
        ({"suits": False, "hash": "sha1"}, (PASSED, "", True)),
        (
            {"indication": "INDETERMINATE", "subindication": "CRYPTO_CONSTRAINTS_FAILURE"},
            (UNDECIDED, "CRYPTO_CONSTRAINTS_FAILURE", True),
        ),
    ],
)
def test_a_signature_is_worth_this(changes, expected):
    verdict = judged(**changes)
    assert (verdict.indication, verdict.subindication, verdict.untouched) == expected


@pytest.mark.parametrize("finding", Finding)
def test_no_finding_raises_a_verdict(finding):
    at_best = judged(findings=[finding.value])
    at_worst = judged(
        findings=[finding.value], indication="TOTAL-FAILED", subindication="HASH_FAILURE"
    )
    assert at_best.indication.gravity == EFFECTS[finding].indication.gravity
    assert at_worst.indication is FAILED
    assert EFFECTS[finding].sentence in at_best.reasons


def test_every_finding_has_an_effect():
    assert set(EFFECTS) == set(Finding)


def test_what_a_file_shows_besides_lowers_each_of_its_signatures():
    both = file(signature(), signature(), findings=["bytes after the end"])
    assert [verdicts.verdict(both, one, at=AT).indication for one in (0, 1)] == [UNDECIDED] * 2


def test_the_gravest_signature_counts_for_a_file():
    told = file(signature(), signature(digest_matches=False), signature(modification="OTHER"))
    assert verdicts.of_file(told, at=AT).indication is FAILED


def test_of_two_that_pass_the_one_that_was_touched_counts():
    told = file(signature(indication="INDETERMINATE"), signature(modification="OTHER"))
    assert not verdicts.of_file(told, at=AT).untouched


@pytest.mark.parametrize(
    ("changes", "intact"),
    [
        ({"modification": "OTHER"}, True),
        ({"claimed_at": LATER}, True),
        ({"whole": False}, False),
        ({"coverage": "UNCLEAR"}, False),
        ({"digest_matches": False}, False),
        ({"findings": ["unknown format"]}, False),
    ],
)
def test_a_signed_version_is_intact_whatever_was_added_after_it(changes, intact):
    assert judged(**changes).intact is intact


def test_a_file_without_a_trace_of_a_signature_gets_no_verdict():
    assert verdicts.of_file(file(), at=AT) is None


def test_a_trace_of_a_signature_is_undecided():
    traced = verdicts.of_file(file(findings=["signature without a form"]), at=AT)
    assert (traced.indication, traced.intact) == (UNDECIDED, False)
    assert traced.reasons == (EFFECTS[Finding.WITHOUT_A_FORM].sentence,)


@pytest.mark.parametrize("indication", Indication)
def test_a_sentence_names_the_policy_its_version_and_the_time(indication):
    said = verdicts.said(indication, at=AT, policy=POLICY)
    assert POLICY.name in said
    assert f"version {POLICY.version}" in said
    assert "20 November 2026 at 12:00 UTC" in said


def test_a_reason_is_told_for_all_that_does_not_pass():
    verdict = judged(indication="INDETERMINATE", subindication="REVOKED_NO_POE")
    assert verdict.reasons == (explained("REVOKED_NO_POE"),)
    assert judged(indication="INDETERMINATE", subindication="NEWER_THAN_US").reasons


def test_a_certificate_that_is_not_valid_yet_is_said():
    young = certificate(not_before=(AT + timedelta(days=1)).isoformat())
    assert Finding.NOT_YET in judged(chain=[young]).findings


@pytest.mark.parametrize(
    "said",
    [None, [], {}, {"sha256": 1}, {"signatures": [1]}, "TOTAL-PASSED"],
)
def test_facts_of_another_shape_are_refused(said):
    with pytest.raises(Unreadable):
        facts.parse(said)


def test_only_a_plain_yes_is_a_yes():
    assert not judged(digest_matches="yes").intact
    assert not judged(whole=1).intact


def test_a_time_without_a_zone_is_none():
    told = file(signature(claimed_at="2026-11-20T12:00:00"))
    assert told.signatures[0].claimed_at is None
