"""When a person must look, and the states a task goes through."""

import pytest

from apps.review.rules import DECIDING, MOVES, Judged, Reason, State, Verdict, needs_eyes

SURE, UNSURE, THRESHOLD = 0.9, 0.8, 0.85

#    found  required  confidence  failed checks        why a person looks
TABLE = [
    (True,  True,     SURE,       [],                  None),
    (True,  False,    SURE,       [],                  None),
    (True,  True,     THRESHOLD,  [],                  None),
    (True,  True,     UNSURE,     [],                  Reason.LOW_CONFIDENCE),
    (True,  False,    UNSURE,     [],                  Reason.LOW_CONFIDENCE),
    (True,  True,     SURE,       ["iban"],            Reason.CHECK_FAILED),
    (True,  False,    SURE,       ["iban", "amount"],  Reason.CHECK_FAILED),
    (True,  False,    UNSURE,     ["iban"],            Reason.CHECK_FAILED),
    (False, True,     0.0,        [],                  Reason.MISSING),
    (False, True,     0.0,        ["iban"],            Reason.MISSING),
    (False, False,    0.0,        [],                  None),
    (False, False,    0.0,        ["iban"],            None),
]  # fmt: skip


@pytest.mark.parametrize(("found", "required", "confidence", "failed", "reason"), TABLE)
def test_a_person_looks_where_it_matters(found, required, confidence, failed, reason):
    field = Judged(found, required, confidence, THRESHOLD, failed)
    assert needs_eyes(field) is reason


def test_what_is_flagged_goes_to_a_person_however_sure_it_is():
    field = Judged(True, False, 1.0, THRESHOLD, [], flags=["hidden"])
    assert needs_eyes(field) is Reason.FLAGGED


def test_every_state_has_its_moves():
    assert set(MOVES) == set(State)
    assert {to for moves in MOVES.values() for to in moves} | {State.OPEN} == set(State)


def test_what_is_final_stays_as_it_is():
    assert MOVES[State.SEALED] == MOVES[State.WITHDRAWN] == frozenset()


def test_only_an_undecided_task_is_withdrawn():
    withdrawn_from = {state for state, moves in MOVES.items() if State.WITHDRAWN in moves}
    assert withdrawn_from == {State.OPEN, State.DECIDED}


def test_passing_on_and_taking_back_decide_nothing():
    assert set(Verdict) - DECIDING == {Verdict.SKIPPED, Verdict.UNDONE}
