"""What evidence is worth: more of it never lowers a confidence, and none makes one certain."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.base.types import Box
from apps.extraction import calibration, doctypes
from apps.extraction.calibration import NOBODY_IS_SURE, files
from apps.extraction.calibration.curves import EDGES, Bins
from apps.extraction.calibration.files import Calibration, keys
from apps.extraction.calibration.weights import CERTAIN, PIECES, Weights, bent, pieces
from apps.extraction.doctypes import DocType, FieldRule
from apps.extraction.fields import Evidence, Flag, Found, Missing, Second
from apps.extraction.values import Kind

INVOICE = doctypes.get("invoice")
ENGINE = "owl/1"

shares = st.floats(0, 1)
evidence = st.builds(Evidence, shares, shares, st.booleans(), st.sampled_from(Second))
worths = st.floats(0, 5)
weights = st.builds(Weights, st.floats(-8, 8), *([worths] * len(PIECES)))
steps = st.lists(st.tuples(st.floats(-8, 8), st.floats(-8, 8)), max_size=6).map(
    lambda pairs: tuple(
        zip(sorted({low for low, _ in pairs}), sorted(high for _, high in pairs), strict=False)
    )
)


def worth(bias: float, sure: float = 1.0) -> Weights:
    return Weights(bias, sure, proved=0.5, agrees=1.0, differs=1.0, failed=1.0)


def known(models: dict[files.Key, Weights], **said: object) -> Calibration:
    made = {
        "engine": ENGINE,
        "fitted_on": date(2026, 11, 25),
        "command": "by hand",
        "digest": "0" * 64,
        "sources": (),
        "report": {},
        "models": models,
        "bins": {},
    }
    return Calibration(**{**made, **said})


def bins(**counts: tuple[int, int]) -> Bins:
    """Fields and wrong ones from some edges on: `at_0_95=(100, 3)`."""
    fields, wrong = [0.0] * len(EDGES), [0.0] * len(EDGES)
    for name, (many, bad) in counts.items():
        at = EDGES.index(float(name.removeprefix("at_").replace("_", ".")))
        fields[at], wrong[at] = many, bad
    return Bins(tuple(fields), tuple(wrong))


def found(name: str = "grand_total", seen: Evidence | None = None, **changes: object) -> Found:
    box = Box(0.1, 0.1, 0.2, 0.12)
    seen = seen or Evidence(0.9, 0.9)
    return replace(Found(name, "9", "9.00", 1, box, 0.5, (), (box,), evidence=seen), **changes)


@pytest.fixture
def owl(monkeypatch) -> Calibration:
    """The calibration of an engine of which this file alone knows."""
    models = {
        ("", "", ""): worth(-3.0),
        ("", "amount", ""): worth(-2.0),
        ("invoice", "amount", ""): worth(-1.0),
        ("invoice", "amount", "tax_total"): worth(-4.0),
    }
    counts = {
        ("invoice", "amount", "manifest"): bins(at_0_5=(100, 20), at_0_95=(900, 1)),
        ("receipt", "amount", "manifest"): bins(at_0_5=(100, 20), at_0_99=(900, 0)),
    }
    owl = known(models, bins=counts)
    monkeypatch.setattr(files, "load_all", lambda: {ENGINE: owl})
    return owl


# Evidence


@given(weights, evidence, shares, st.booleans())
def test_more_evidence_never_lowers_the_odds(worth, seen, more, failed):
    before = worth.log_odds(seen, failed=failed)
    for better in (
        replace(seen, read=max(seen.read, more)),
        replace(seen, chosen=max(seen.chosen, more)),
        replace(seen, proved=True),
        replace(seen, second=Second.AGREES),
    ):
        assert worth.log_odds(better, failed=failed) >= before
    assert worth.log_odds(seen, failed=False) >= before
    assert worth.log_odds(replace(seen, second=Second.DIFFERS), failed=failed) <= before or (
        seen.second is Second.DIFFERS
    )


def test_each_piece_of_evidence_counts():
    plain, all_one = Evidence(0.5, 0.5), Weights(0.0, *([1.0] * len(PIECES)))
    moved = [
        (replace(plain, read=0.9), False),
        (replace(plain, chosen=0.9), False),
        (replace(plain, proved=True), False),
        (replace(plain, second=Second.AGREES), False),
        (replace(plain, second=Second.DIFFERS), True),
        (plain, True),
    ]
    before = all_one.log_odds(plain, failed=False)
    gained = [all_one.log_odds(seen, failed=failed) - before for seen, failed in moved]
    assert gained[0] == gained[1] > 0
    assert gained[2:] == pytest.approx([1.0, 1.0, -2.0, -1.0])


@given(evidence)
def test_evidence_is_as_many_numbers_as_there_are_pieces(seen):
    assert len(pieces(seen, failed=False)) == len(PIECES)


@given(steps, st.floats(-50, 50), st.floats(0, 10))
def test_bent_odds_keep_their_order(steps, odds, more):
    assert bent(odds + more, steps) >= bent(odds, steps) - 1e-9


def test_bent_odds_go_through_their_steps():
    steps = ((-1.0, -2.0), (1.0, 0.0), (2.0, 3.0))
    assert [bent(at, steps) for at in (-2, -1, 0, 1, 1.5, 2, 4)] == [-3, -2, -1, 0, 1.5, 3, 5]


@given(weights, evidence, steps)
def test_nothing_is_certain(worth, seen, steps):
    one = known({("", "", ""): worth}, steps=steps)
    assert 0 <= one.probability(worth.log_odds(seen, failed=False)) <= CERTAIN < 1


# Back-off


def test_the_most_particular_model_speaks_first(owl):
    asked = [
        ("invoice", "amount", "tax_total"),
        ("invoice", "amount", "grand_total"),
        ("receipt", "amount", "total"),
        ("receipt", "date", "date"),
    ]
    assert [owl.weights_for(*one).bias for one in asked] == [-4.0, -1.0, -2.0, -3.0]


def test_a_model_is_looked_for_in_as_many_places_as_there_are_levels():
    assert len(keys("invoice", "amount", "total")) == files.LEVELS


def test_fields_are_as_sure_as_their_evidence_has_earned(owl):
    seen = Evidence(0.9, 0.9)
    sure = {
        name: calibration.calibrated([found(name, seen)], INVOICE, ENGINE)[0].confidence
        for name in ("tax_total", "grand_total", "invoice_number")
    }
    assert sure["tax_total"] < sure["invoice_number"] < sure["grand_total"] < 1


def test_what_is_missing_stays_as_it_was(owl):
    gone = Missing("iban", 1)
    assert calibration.calibrated([gone], INVOICE, ENGINE) == [gone]


def test_a_failed_check_costs_confidence(owl):
    fields = [found(), found(checks=(("amount", False),)), found(checks=(("amount", True),))]
    sure = [one.confidence for one in calibration.calibrated(fields, INVOICE, ENGINE)]
    assert sure[1] < sure[0] == sure[2]


def test_flags_are_left_to_whoever_asks_people(owl):
    flagged = found(flags=(Flag.HIDDEN,))
    [one] = calibration.calibrated([flagged], INVOICE, ENGINE)
    assert one.flags == flagged.flags


# Thresholds


def rule(**said: object) -> FieldRule:
    return FieldRule("total", type=Kind.AMOUNT, **said)


def test_a_threshold_follows_from_the_target(owl):
    levels = [
        calibration.threshold(rule(), INVOICE, ENGINE, error_target=target)
        for target in (0.0001, 0.005, 0.2)
    ]
    assert levels == [NOBODY_IS_SURE, 0.95, 0.5]


@pytest.mark.parametrize("engine", [ENGINE, "unknown/1", ""])
def test_a_threshold_in_the_class_file_stands(owl, engine):
    assert calibration.threshold(rule(threshold=0.7), INVOICE, engine) == 0.7


def test_the_strictest_target_counts(owl):
    strict = DocType("invoice", "Invoice", error_target=0.0001)
    asked = [
        calibration.threshold(rule(), strict, ENGINE, error_target=0.2),
        calibration.threshold(rule(error_target=0.0001), INVOICE, ENGINE, error_target=0.2),
        calibration.threshold(rule(error_target=0.2), INVOICE, ENGINE, error_target=0.0001),
    ]
    assert asked == [NOBODY_IS_SURE] * 3


def test_an_engine_without_a_calibration_is_believed_nothing(owl):
    fields = [found(), Missing("iban", 1)]
    assert calibration.calibrated(fields, INVOICE, "unknown/1") == fields
    assert calibration.threshold(rule(), INVOICE, "unknown/1", error_target=0.2) == NOBODY_IS_SURE
    assert calibration.governing("unknown/1") == ""


def test_no_confidence_reaches_the_threshold_of_whom_nobody_believes():
    assert CERTAIN < NOBODY_IS_SURE


def test_a_calibration_says_its_name_day_and_digest(owl):
    assert calibration.governing(ENGINE) == "owl/1 2026-11-25 00000000"


@pytest.mark.parametrize("engine", list(files.load_all()))
def test_every_field_of_every_class_has_a_threshold(engine):
    for doctype in doctypes.load_all():
        for one in doctype.fields:
            assert 0 <= calibration.threshold(one, doctype, engine) <= 1
