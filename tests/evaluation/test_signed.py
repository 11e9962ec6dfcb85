"""Figures over signed files: what must not be called valid, and what must be called intact."""

from datetime import UTC, datetime
from pathlib import Path

from apps.preservation.validation.indications import Indication
from apps.preservation.validation.verdicts import Verdict
from portal.evaluation import signed, stamped
from portal.evaluation.signed import Judged, Sample

AT = datetime(2026, 11, 20, tzinfo=UTC)
PASSED, UNDECIDED, FAILED = Indication


def verdict(indication, *, intact):
    return Verdict(indication, "", intact, intact, (), (), "")


def judged(*verdicts, bad=False, whole=False, hard=True, **more):
    sample = Sample("one", Path("one"), must_not_be_valid=bad, must_be_intact=whole, hard=hard)
    return Judged(sample, seconds=[0.5], verdicts=list(verdicts), **more)


def test_a_file_called_valid_once_against_its_truth_is_a_false_accept():
    twice = (verdict(UNDECIDED, intact=True), verdict(PASSED, intact=True))
    assert signed.summed([judged(*twice, bad=True)])["false_accepts"] == 1
    assert signed.summed([judged(*twice, bad=False)])["false_accepts"] == 0


def test_a_file_must_be_called_intact_both_times():
    both = (verdict(UNDECIDED, intact=True),) * 2
    once = (verdict(UNDECIDED, intact=True), verdict(UNDECIDED, intact=False))
    figures = signed.summed([judged(*both, whole=True), judged(*once, whole=True)])
    assert figures["integrity_ok_share"] == 0.5


def test_files_on_which_validators_differ_do_not_count_as_missed():
    figures = signed.summed([judged(None, None, whole=True, hard=False)])
    assert figures["integrity_ok_share"] == 0.0
    assert signed.summed([judged(None, None, bad=True)])["false_accepts"] == 0


def test_errors_connections_and_cuts_are_counted():
    figures = signed.summed([judged(errors=1, attempts=2, limits=1)])
    assert (figures["uncaught_errors"], figures["outbound_connections"]) == (1, 2)
    assert figures["cut_off"] == 1
    assert figures["file_p50_ms"] == figures["file_p95_ms"] == 500


def test_a_time_stamp_must_hold_in_every_way():
    good = {"of_this": True, "sound": True, "for_time": True, "trusted": "TOTAL-PASSED"}
    assert stamped.holds(good)
    for name in good:
        assert not stamped.holds({**good, name: False})
    assert not stamped.holds({})


def test_an_answer_is_of_its_own_question():
    said = {"hash": "sha256", "imprint": "aa"}
    assert stamped.answers_to(said, None)
    assert stamped.answers_to(said, ("sha256", "aa"))
    assert stamped.answers_to(said, ("sha512", "bb"))
    assert not stamped.answers_to(said, ("sha256", "bb"))
