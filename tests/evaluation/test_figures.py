"""Figures over judged fields."""

import pytest

from portal.evaluation import figures
from portal.evaluation.figures import Judged


def judged(confidence: float, *, right: bool = True, **said: object) -> Judged:
    about = {"missing": False, "accepted": confidence >= 0.9, "asked": confidence < 0.9}
    return Judged(
        name=said.pop("name", "total"), right=right, confidence=confidence, **about, **said
    )


FIELDS = [
    judged(0.99),
    judged(0.98),
    judged(0.95, right=False),
    judged(0.4, right=False, exact=True),
]


def test_of_what_was_accepted_some_share_is_right():
    found = figures.overall(FIELDS)
    assert found["auto_precision"] == pytest.approx(2 / 3)
    assert (found["auto_share"], found["review_share"]) == (0.75, 0.25)
    assert found["after_review_accuracy"] == 0.75
    assert found["fields"] == 4


def test_every_field_has_its_own_figures():
    other = Judged("date", False, True, 0.0, accepted=False, asked=True)
    found = figures.by_field([*FIELDS, other])
    assert found == {
        "total_accuracy": 0.5,
        "total_exact_share": 0.25,
        "total_missing_share": 0.0,
        "date_accuracy": 0.0,
        "date_exact_share": 0.0,
        "date_missing_share": 1.0,
    }


def test_what_is_missing_has_no_confidence_to_be_judged_by():
    lost = Judged("date", False, True, 0.0, accepted=False, asked=True)
    assert figures.overall([*FIELDS, lost])["ece"] == figures.overall(FIELDS)["ece"]
    assert sum(point["fields"] for point in figures.reliability([*FIELDS, lost])) == 4


def test_a_confidence_that_ranks_perfectly_has_nothing_above_it():
    assert figures.auroc([judged(0.9), judged(0.8), judged(0.1, right=False)]) == 1.0
    assert figures.auroc([judged(0.5), judged(0.5, right=False)]) == 0.5
    assert figures.auroc([judged(0.1), judged(0.9, right=False)]) == 0.0


def test_calibration_error_is_how_far_confidence_lies_from_what_is_right():
    honest = [judged(0.75, right=number < 3) for number in range(4)]
    assert figures.ece(honest) == pytest.approx(0.0)
    assert figures.ece([judged(0.95, right=False)]) == pytest.approx(0.95)
    assert figures.ece([]) == 0.0


def test_reviewing_the_least_sure_first_makes_the_rest_right():
    assert figures.review_share_for(FIELDS, 0.99) == 0.5
    assert figures.review_share_for(FIELDS[:2], 0.99) == 0.0
    assert figures.review_share_for([judged(0.9, right=False)], 0.99) == 1.0


def test_the_risk_falls_as_people_look_at_more():
    curve = figures.risk_coverage(FIELDS)
    assert curve[0]["review"] == 0.0
    assert curve[0]["error"] == 0.5
    assert curve[-1]["error"] == 0.0
