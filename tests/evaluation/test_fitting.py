"""Fitting: it finds what is there, stays put where little is known, and keeps its promise."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest

from apps.extraction.calibration.weights import Weights
from portal.evaluation import calibrating, figures, fitting
from portal.evaluation.calibrating import Unseen
from portal.evaluation.fitting import FIRMLY, FIRST, Fitted, fit, unseen, weigh
from tests.evaluation.world import chance, examples

TODAY = date(2026, 11, 25)


@pytest.fixture(scope="module")
def many():
    return examples(800, seed=1)


@pytest.fixture(scope="module")
def fitted(many) -> Fitted:
    return fit(many, bend=False)


def root(fitted: Fitted) -> Weights:
    return fitted.models["", "", ""]


def test_the_weights_of_the_world_are_found(fitted):
    found = root(fitted)
    assert found.sure == pytest.approx(1.2, abs=0.2)
    assert found.agrees == pytest.approx(2.0, abs=0.6)
    assert found.differs == pytest.approx(2.0, abs=0.6)


def test_models_say_what_they_were_fitted_on(many, fitted):
    assert root(fitted).fields == len(many)
    assert root(fitted).wrong == sum(not one.right for one in many)


def test_no_evidence_for_a_value_speaks_against_it(many):
    """Even where the sample says so."""
    twisted = [replace(one, right=not one.right) for one in many]
    found = fit(twisted, bend=False)
    assert all(min(model.worth) >= 0 for model in found.models.values())
    assert root(found).sure == 0


def test_every_level_has_a_model_where_fields_suffice(fitted):
    assert set(fitted.models) >= {
        ("", "", ""),
        ("", "date", ""),
        ("paper", "date", ""),
        ("paper", "date", "a date"),
    }


def test_a_few_fields_get_no_model_of_their_own(many):
    rare = [replace(one, type="rare", field="x") for one in many[: fitting.LEAST - 1]]
    found = fit(many + rare, bend=False)
    assert not [key for key in found.models if key[1] == "rare"]
    assert 0 < found.confidence(rare[0]) < 1


def test_the_fewer_fields_a_model_has_the_nearer_it_stays_to_what_was_believed(many):
    right = [replace(one, right=True) for one in many]
    moved = [weigh(right[:count], FIRST, FIRMLY).bias - FIRST.bias for count in (10, 100, 1000)]
    assert 0 < moved[0] < moved[1] < moved[2]


def test_a_field_that_counts_twice_is_like_two_fields(many):
    some = many[:200]
    once, twice = weigh(some + some, FIRST, FIRMLY), [replace(one, weight=2.0) for one in some]
    assert weigh(twice, FIRST, FIRMLY).bias == pytest.approx(once.bias, abs=1e-3)


def test_a_document_is_never_judged_by_a_model_that_has_seen_it(many):
    """Turning one document's truth over changes nothing of what is said about it."""
    turned = [
        replace(one, right=not one.right) if one.document == "paper 7" else one for one in many
    ]
    before, after = unseen(many, bend=False), unseen(turned, bend=False)
    pairs = zip(many, before, after, strict=True)
    same = {one.document: sure == other for one, sure, other in pairs if one.document == "paper 7"}
    assert same == {"paper 7": True}
    assert before != after


def test_what_is_said_of_unseen_fields_comes_true(many):
    scored = [Unseen(one, sure) for one, sure in zip(many, unseen(many, bend=False), strict=True)]
    assert figures.ece(scored) < 0.02
    assert figures.auroc(scored) > 0.8


# Bending


def test_the_curve_bends_only_where_fields_are_many(many):
    assert not fitting.bends(many[:900])
    assert not fitting.bends([replace(one, right=True) for one in many])


def test_steps_rise_and_none_is_certain(many):
    steps = fitting.bending(many)
    assert len(steps) > 2
    assert all(low[0] < high[0] and low[1] <= high[1] for low, high in pairwise(steps))


def test_bending_straightens_what_a_model_cannot_say():
    """A floor of errors that no evidence shows."""
    floored = [
        replace(one, right=one.right and number % 10 > 0)
        for number, one in enumerate(examples(1000, seed=2))
    ]
    assert fitting.bends(floored)


def test_a_straight_world_stays_straight(many):
    assert not fitting.bends(many[:1500])


# The promise


@pytest.fixture(scope="module")
def calibrations():
    """Each of another sample of the same world, with too few fields to bend."""
    return [calibration(seed) for seed in range(10)]


def calibration(seed: int):
    made = examples(190, seed=seed)
    sources = calibrating.sources(made, {})
    return calibrating.calibration(made, sources, engine="owl/1", command="", on=TODAY)


@pytest.mark.parametrize("target", [0.04, 0.05])
def test_the_target_is_kept_on_fields_that_nobody_has_seen(calibrations, target):
    """By the world's own chances, so that no luck is in it: on the whole, and nearly each time."""
    fresh, errors, shares = examples(1500, seed=99), [], []
    for made in calibrations:
        level = made.threshold("paper", target)
        accepted = [one for one in fresh if level and confidence(made, one) >= level]
        errors.append(sum(1 - truly(one) for one in accepted) / (len(accepted) or 1))
        shares.append(len(accepted) / len(fresh))
    assert sum(errors) / len(errors) <= target
    assert max(errors) < 1.5 * target
    assert sum(shares) / len(shares) > 0.3


def truly(one: fitting.Example) -> float:
    seen = one.evidence
    return chance(seen.read, seen.chosen, seen.proved, seen.second)


def confidence(made, one: fitting.Example) -> float:
    model = made.weights_for(one.doctype, one.type, one.field)
    return made.probability(model.log_odds(one.evidence, failed=one.failed))


def test_the_report_tells_in_sample_from_unseen(calibrations):
    report = calibrations[3].report
    assert report["fields"] == 950
    assert 0 < report["ece"] < 0.05
    assert report["auroc_in_sample"] >= report["auroc"] > 0.8
    assert 0 <= report["review_share_at_10_in_1000"] <= report["review_share_at_5_in_1000"] <= 1


def test_what_people_look_at_anyway_proves_no_threshold():
    made = [replace(one, failed=True) for one in examples(100, seed=5)]
    found = calibrating.calibration(made, [], engine="owl/1", command="", on=TODAY)
    assert found.bins == {}
    assert found.threshold("paper", 0.05) is None


def test_sources_are_counted_by_origin_and_kind():
    made = examples(10, seed=1, each=2)
    audited = [replace(one, origin="installation", kind="audit") for one in made[:3]]
    found = calibrating.sources([*made, *audited], {"drawn": "d" * 64})
    said = [(one.origin, one.kind, one.documents, one.fields, one.digest) for one in found]
    assert said == [("drawn", "paper", 10, 20, "d" * 64), ("installation", "audit", 2, 3, "")]
    assert sum(one.wrong for one in found) == sum(not one.right for one in [*made, *audited])
