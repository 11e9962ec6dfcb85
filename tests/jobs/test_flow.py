"""The table of states and moves."""

import pytest

from apps.jobs.flow import ENDS, MOVES, State, backoff


def reachable(start: State) -> set[State]:
    found, new = {start}, {start}
    while new:
        new = {to for state in new for to in MOVES[state]} - found
        found |= new
    return found


def test_every_state_has_its_moves():
    assert set(MOVES) == set(State)


def test_every_state_is_reached_from_the_first_one():
    assert reachable(State.QUEUED) == set(State)


def test_every_job_can_come_to_an_end():
    for state in State:
        assert reachable(state) & ENDS


@pytest.mark.parametrize("state", [State.SUCCEEDED, State.STOPPED])
def test_some_ends_are_final(state):
    assert MOVES[state] == frozenset()


def test_whatever_is_not_over_can_be_stopped():
    assert {state for state in State if State.STOPPED in MOVES[state]} == {
        State.QUEUED,
        State.RUNNING,
        State.PARKED,
        State.FAILED,
    }


def test_work_begins_in_the_queue_only():
    assert [state for state in State if State.RUNNING in MOVES[state]] == [State.QUEUED]
    assert [state for state in State if State.PARKED in MOVES[state]] == [State.RUNNING]
    assert [state for state in State if State.SUCCEEDED in MOVES[state]] == [State.RUNNING]


def test_no_state_moves_to_itself():
    assert not any(state in moves for state, moves in MOVES.items())


def test_each_failure_waits_longer():
    assert [backoff(attempts) for attempts in (1, 2, 3)] == [10, 40, 90]
